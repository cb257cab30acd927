"""A grader that runs homework where it can do no harm and judges it where it cannot reach."""

__version__ = "0.1.0"
