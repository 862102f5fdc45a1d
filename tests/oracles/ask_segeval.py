"""segeval: boundary similarity of Fournier 2013, each two segmentations. Tables on stdin, answers on stdout."""

import json
import sys
from itertools import combinations

import segeval

answers = {}
for name, coders in json.load(sys.stdin)["segmentations"].items():
    answers[name] = {
        str(near): [float(segeval.boundary_similarity(one, two, n_t=near)) for one, two in combinations(coders, 2)]
        for near in (2, 3, 6)
    }
json.dump(answers, sys.stdout)
