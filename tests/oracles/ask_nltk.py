"""nltk: alpha over label sets by MASI and Jaccard, and the pairwise coefficients. Tables on stdin, answers on stdout."""

import json
import sys

from nltk.metrics import binary_distance, interval_distance, jaccard_distance, masi_distance
from nltk.metrics.agreement import AnnotationTask

given = json.load(sys.stdin)
answers = {"sets": {}, "ratings": {}}
for name, rows in given["sets"].items():
    triples = [
        (f"c{coder}", f"u{unit:03}", frozenset(cell.split(";")))
        for unit, row in enumerate(rows)
        for coder, cell in enumerate(row)
        if cell
    ]
    answers["sets"][name] = {
        kind: AnnotationTask(triples, distance=distance).alpha()
        for kind, distance in (("masi", masi_distance), ("jaccard", jaccard_distance))
    }
for name, table in given["ratings"].items():
    rows = table["values"]
    triples = [
        (f"c{coder}", f"u{unit:03}", value)
        for unit, row in enumerate(rows)
        for coder, value in enumerate(row)
        if value is not None
    ]
    one = AnnotationTask(triples, distance=binary_distance)
    answers["ratings"][name] = {
        "krippendorff_alpha": one.alpha(),
        "krippendorff_alpha_interval": AnnotationTask(triples, distance=interval_distance).alpha(),
    }
    if all(value is not None for row in rows for value in row):
        answers["ratings"][name] |= {
            "mean_pairwise_cohen_kappa": one.kappa(),
            "mean_pairwise_percent_agreement": one.avg_Ao(),
        }
json.dump(answers, sys.stdout)
