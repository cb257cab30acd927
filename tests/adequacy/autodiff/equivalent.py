"""Generated mutants that are no mistakes, and why; test_equivalent_autodiff.py shows it."""

_AT_THE_BEND = "no input is exactly 0, where ReLU has no derivative"
_SYMMETRIC = "s (1 - s) is the same for x and for -x"
_NAMES = "how the values in the middle of the graph are called is left open"

EQUIVALENT = {
    ("jacobians", "line 45: > becomes >=: return np.diag(np.where(x > 0, 1.0, 0.0))"): _AT_THE_BEND,
    ("jacobians", "line 52: > becomes >=: return np.where(x > 0, v, 0.0)"): _AT_THE_BEND,
    ("jacobians", "line 29: sign dropped: y = 1 / (1 + np.exp(-x))"): _SYMMETRIC,
    ("jacobians", "line 37: sign dropped: y = 1 / (1 + np.exp(-x))"): _SYMMETRIC,
    (
        "mlp-gradient",
        'line 28: only the right of %: sums = "predictions" if k == layers else "sum%d" % k',
    ): _NAMES,
    ("mlp-gradient", 'line 31: only the right of %: hidden = "hidden%d" % k'): _NAMES,
}
