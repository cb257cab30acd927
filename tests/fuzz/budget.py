"""Examples for one property, as a share of what the chosen profile allows."""

from hypothesis import settings


def budget(share):
    return settings(max_examples=max(1, round(settings().max_examples * share)))
