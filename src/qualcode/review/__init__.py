"""A second person looks at the first one's codings and confirms, changes, rejects or adds: what came of it, counted."""

from qualcode.review.counts import count_reviews
from qualcode.review.verdicts import review_verdicts

__all__ = ["count_reviews", "review_verdicts"]
