"""nbgrader's commands and ours: for the same submissions the same rows and the same notebooks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy
from nbgrader.utils import notebook_hash

from chainrule.classroom import grade
from chainrule.course import Course

PACKAGE = Path(__file__).parents[2]
ROWS = """
    select s.student_id, s.timestamp, n.name, sn.late_submission_penalty, b.name, b.type,
           g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade,
           c.auto_comment, c.manual_comment
    from submitted_assignment s
    join submitted_notebook sn on sn.assignment_id = s.id
    join notebook n on n.id = sn.notebook_id
    join base_cell b on b.notebook_id = n.id
    left join grade g on g.notebook_id = sn.id and g.cell_id = b.id
    left join comment c on c.notebook_id = sn.id and c.cell_id = b.id
    order by 1, 3, 5, 6
"""


def nbgrader(course, *arguments):
    """Run an nbgrader command as from a shell in which no environment is active."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course.root,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PACKAGE), "HOME": str(course.root)},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def rows(course):
    engine = sqlalchemy.create_engine(f"sqlite:///{course.root / 'gradebook.db'}")
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sqlalchemy.text(ROWS))]


def files(course):
    folder = course.root / "autograded"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def copy_of(course, name):
    target = course.root.parent / name
    shutil.copytree(course.root, target, symlinks=True)
    return Course(target)


def manual_score(course, student, points):
    engine = sqlalchemy.create_engine(f"sqlite:///{course.root / 'gradebook.db'}")
    with engine.begin() as connection:
        connection.execute(
            sqlalchemy.text(
                "update grade set manual_score = :points, needs_manual_grade = 0 where id in ("
                " select g.id from grade g join base_cell b on b.id = g.cell_id"
                " join submitted_notebook n on n.id = g.notebook_id"
                " join submitted_assignment s on s.id = n.assignment_id"
                " where b.name = 'double-formula' and s.student_id = :student)"
            ),
            {"points": points, "student": student},
        )


@pytest.fixture
def class_of_all_kinds(course, hand_in):
    hand_in("alder")
    hand_in("birch", [("return 2 * x", "return 3 * x")])
    hand_in("cedar", timestamp="2026-11-22 10:00:00 UTC")
    hand_in("dogwood", timestamp=None, files={"2_test_layers.ipynb": "{}", "notes.txt": "hello"})
    hand_in("elm").joinpath("1_layers.ipynb").write_text("no JSON")
    hand_in("fir", [("return x + 1", "raise SystemExit")])
    folder = hand_in("ginkgo", files={"2_test_layers.ipynb": "{}", "x y.txt": "1", "-x": "2"})
    (folder / "1_layers.ipynb").unlink()
    folder = hand_in("hazel", files={"something_else.ipynb": "{}"})
    (folder / "1_layers.ipynb").unlink()
    (folder / "secret.txt").symlink_to("/etc/passwd")
    hand_in("ivy", [("return 2 * x", "import os; os._exit(0)")])
    hand_in("juniper", [('"double-solution"', '"add-solution"')])


def test_both_doors_leave_the_same(course, class_of_all_kinds):
    other = copy_of(course, "other")
    report = grade(course, course.assignment("tiny"))
    assert report.failures == {}
    status, output = nbgrader(other, "generate_assignment", "tiny")
    assert status == 0, output
    status, output = nbgrader(other, "autograde", "tiny")
    assert status == 0, output
    assert rows(course) == rows(other)
    assert len({row[0] for row in rows(course)}) == 10
    assert files(course) == files(other)

    # A person grades; the deadline's other side; everything again.
    for one in (course, other):
        manual_score(one, "alder", 1.5)
        manual_score(one, "dogwood", 0.5)
        derivation = one.root / "submitted/alder/tiny/1_layers.ipynb"
        derivation.write_text(derivation.read_text().replace("gradient times two", "one doubled"))
        (one.root / "submitted/birch/tiny/timestamp.txt").write_text("2026-12-01 10:00:00 UTC")
    assert grade(course, course.assignment("tiny"), force=True).failures == {}
    status, output = nbgrader(other, "autograde", "tiny", "--force")
    assert status == 0, output
    assert rows(course) == rows(other)
    assert files(course) == files(other)
    assert [row[9] for row in rows(course) if row[7] == 1.5] == [1], "what has changed waits"
    assert [row[9] for row in rows(course) if row[7] == 0.5] == [0]

    # What nbgrader's command has graded needs no grading by ours, but feedback.
    report = grade(other, other.assignment("tiny"))
    assert (report.graded, len(report.unchanged)) == ([], 10)


def test_what_one_door_cannot_grade_the_other_cannot_either(course, hand_in):
    hand_in("alder", timestamp="10:00 on Nov 20 2026")  # nbgrader would guess the zone
    hand_in("birch")
    other = copy_of(course, "other")
    assert list(grade(course, course.assignment("tiny")).failures) == ["alder"]
    nbgrader(other, "generate_assignment", "tiny")
    status, output = nbgrader(other, "autograde", "tiny")
    assert status == 1 and "for student 'alder'" in output, output
    assert list(files(course)) == list(files(other))
    assert {row[6] for row in rows(other) if row[0] == "alder"} == {None}
    graded = [row for row in rows(other) if row[0] != "alder"]
    assert rows(course) == graded


def test_the_rest_of_nbgrader_works(course, hand_in):
    hand_in("alder")
    assert nbgrader(course, "generate_assignment", "tiny")[0] == 0
    assert nbgrader(course, "autograde", "tiny")[0] == 0
    status, output = nbgrader(course, "generate_feedback", "tiny")
    assert status == 0, output
    pages = sorted(path.name for path in (course.root / "feedback" / "alder" / "tiny").iterdir())
    assert pages == ["timestamp.txt", "tiny.html"]
    status, output = nbgrader(course, "export")
    assert status == 0, output
    assert "alder" in (course.root / "grades.csv").read_text()
    status, output = nbgrader(course, "validate", "release/tiny/2_test_layers.ipynb")
    assert status == 0, output


def test_both_doors_give_the_same_page(course, class_of_all_kinds):
    grade(course, course.assignment("tiny"))
    pages = feedback(course)
    assert len([path for path in pages if path.suffix == ".html"]) == 10
    for path in pages:
        path.unlink()
    status, said = nbgrader(course, "generate_feedback", "tiny", "--force")
    assert status == 0, said
    assert pages == feedback(course)


def feedback(course):
    return {p: p.read_bytes() for p in (course.root / "feedback").rglob("*") if p.is_file()}


def test_nbgraders_door_tells_no_more_of_hidden_tests_than_ours(course, hand_in):
    config = course.root / "nbgrader_config.py"
    config.write_text(
        config.read_text() + 'c.ChainruleSettings.feedback = {"before": [], "after": []}\n'
    )
    hand_in("alder", [("return 2 * x", "return 3 * x")])
    grade(course, course.assignment("tiny"))
    told = (course.root / "autograded/alder/tiny/2_test_layers.ipynb").read_text()
    assert "forward: a batch" in told  # what the instructor sees
    status, said = nbgrader(course, "generate_feedback", "tiny", "--force")
    assert status == 0, said
    ((path, page),) = [(p, c) for p, c in feedback(course).items() if p.suffix == ".html"]
    assert path.name == "tiny.html"
    assert b"forward: a batch" not in page and b"hidden test failed" in page


def test_what_is_released_is_the_page_under_the_name_of_each_notebook(course, hand_in, tmp_path):
    config = course.root / "nbgrader_config.py"
    exchange = tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    config.write_text(config.read_text() + f"c.Exchange.root = {str(exchange)!r}\n")
    hand_in("alder", files={"submission_secret.txt": "of alder"})
    hand_in("birch")  # not through the exchange
    grade(course, course.assignment("tiny"))
    status, said = nbgrader(course, "release_feedback", "tiny")
    assert status == 0, said
    assert "birch did not hand in through nbgrader's exchange" in said
    released = {path.name: path.read_bytes() for path in exchange.rglob("*.html")}
    names = [
        notebook_hash(secret="of alder", notebook_id=name) for name in ("1_layers", "2_test_layers")
    ]
    page = (course.root / "feedback/alder/tiny/tiny.html").read_bytes()
    assert released == {f"{name}.html": page for name in names}
