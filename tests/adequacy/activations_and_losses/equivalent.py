"""Generated mutants that are no mistakes, and why: there are none."""

EQUIVALENT: dict[tuple[str, str], str] = {}
