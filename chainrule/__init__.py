"""Grades nbgrader homework: runs submissions in a sandbox and judges them outside of it."""

import sys

__version__ = "0.2.0"

# Found there, it would make jsonschema compile a grammar for a kind of text that no notebook has,
# which takes a second in every process. It is optional for jsonschema.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
