"""Training of coders: one coder's work held against an expert's, or the consensus, round by round."""

from qualcode.training.measure import CONSENSUS, Ground, compare_passages, rounds_of, training_table

__all__ = ["CONSENSUS", "Ground", "compare_passages", "rounds_of", "training_table"]
