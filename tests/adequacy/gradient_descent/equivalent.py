"""Generated mutants that are no mistakes, and why."""

EQUIVALENT: dict[tuple[str, str], str] = {
    (
        "numeric-gradient",
        "line 11: zeros_like becomes ones_like: gradient = np.zeros_like(x)",
    ): "every element is written before the array is returned",
}
