"""pingouin: intraclass correlations over complete units. Tables of numbers on stdin, answers on stdout."""

import json
import sys

import pandas as pd
import pingouin

answers = {}
for name, table in json.load(sys.stdin)["ratings"].items():
    rows = [
        {"unit": unit, "coder": coder, "value": value}
        for unit, row in enumerate(table["values"])
        for coder, value in enumerate(row)
        if value is not None
    ]
    found = pingouin.intraclass_corr(pd.DataFrame(rows), "unit", "coder", "value", nan_policy="omit")
    column = next(at for at in found.columns if at.startswith("CI95"))
    answers[name] = {
        str(row["Type"]): {"estimate": float(row["ICC"]), "ci": [float(at) for at in row[column]]}
        for _, row in found.iterrows()
    }
json.dump(answers, sys.stdout)
