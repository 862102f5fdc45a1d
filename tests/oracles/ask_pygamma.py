"""pygamma-agreement: gamma with a fixed seed, and the observed disorder, which is no matter of chance."""

import json
import sys

import numpy as np
from pyannote.core import Segment
from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum

answers = {}
for name, spans in json.load(sys.stdin)["spans"].items():
    continuum = Continuum()
    for coder, start, end, code in spans["rows"]:
        continuum.add(coder, Segment(start, end), code)
    np.random.seed(1)
    dissimilarity = CombinedCategoricalDissimilarity(delta_empty=1, alpha=1, beta=1)
    found = continuum.compute_gamma(dissimilarity, n_samples=30, precision_level=None)
    answers[name] = {"gamma": float(found.gamma), "observed_disorder": float(found.observed_disorder)}
json.dump(answers, sys.stdout)
