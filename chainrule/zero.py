"""How the gradebook says that a submission counts nothing: by a penalty and a comment.

What every reader of nbgrader's tables takes off a score is the penalty for handing in late. The
penalty of a voided notebook is therefore its score. The grades themselves stay as they are, so that
nothing is lost when the decision is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable

from nbgrader.api import SubmittedAssignment

from .voids import sentence

_START = sentence("")


def zero(submission: SubmittedAssignment, order: Iterable[tuple[str, str]], reason: str) -> None:
    """Let no point of a submission count, and say why where each notebook begins.

    ``order`` has notebooks and cells as the source has them.
    """
    places: dict[str, str] = {}
    comments = {(nb.name, row.name): row for nb in submission.notebooks for row in nb.comments}
    for cell in order:
        if cell in comments and places.setdefault(*cell) == cell[1]:
            row = comments[cell]
            row.auto_comment = "\n\n".join(filter(None, (sentence(reason), row.auto_comment)))
    for notebook in submission.notebooks:
        notebook.late_submission_penalty = notebook.score


def silence(submission: SubmittedAssignment) -> None:
    """Take back what ``zero`` has written into the comments."""
    for notebook in submission.notebooks:
        for row in notebook.comments:
            if row.auto_comment and row.auto_comment.startswith(_START):
                row.auto_comment = row.auto_comment.partition("\n\n")[2] or None


def says_zero(submission: SubmittedAssignment, reason: str) -> bool:
    """Whether nothing of a submission counts, as ``zero`` has left it."""
    told = any(
        (row.auto_comment or "").partition("\n\n")[0] == sentence(reason)
        for notebook in submission.notebooks
        for row in notebook.comments
    )
    return told and all(
        abs(notebook.score - (notebook.late_submission_penalty or 0.0)) < 1e-9
        for notebook in submission.notebooks
    )
