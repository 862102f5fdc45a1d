"""irrCAC: chance-corrected coefficients with Gwet's standard errors. Tables of ratings on stdin, answers on stdout."""

import json
import sys

import numpy as np
import pandas as pd
from irrCAC.raw import CAC

answers = {}
for name, table in json.load(sys.stdin)["ratings"].items():
    # numbers, for a column of words and gaps is sorted wrongly there; every category is used in these tables
    frame = pd.DataFrame(table["values"], dtype=float)
    answers[name] = {}
    for weights in ("identity", "linear", "quadratic", "ordinal"):
        cac = CAC(frame, weights=weights, categories=table["categories"], digits=12)
        answers[name][weights] = {}
        for ours, theirs in (
            ("fleiss_kappa", "fleiss"),
            ("conger_kappa", "conger"),
            ("brennan_prediger", "bp"),
            ("gwet_ac2", "gwet"),
            ("krippendorff_alpha", "krippendorff"),
        ):
            est = getattr(cac, theirs)()["est"]
            answers[name][weights][ours] = {
                "estimate": float(est["coefficient_value"]),
                "se": float(est["se"]),
                "ci": [float(at) for at in est["confidence_interval"]],
                "pa": float(est["pa"]),
            }
        assert np.isfinite(answers[name][weights]["gwet_ac2"]["estimate"])
json.dump(answers, sys.stdout)
