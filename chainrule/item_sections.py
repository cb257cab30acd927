"""The parts of a report that say how the components and requirements of an assignment did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from . import items, plots
from .class_data import ClassData
from .items import Item, Mistake
from .pictures import Picture, picture
from .report_page import Section, Table, counted, percent

_MOST_ROWS = 30  # of requirements in a picture; the table has all
_MOST_MISTAKES = 15
_NAMED = 2  # of the requirements that failed together with another one

_KINDS = {
    "missing": "not there",
    "raised": "raised an exception",
    "type": "wrong type",
    "shape": "wrong shape",
    "values": "wrong values",
    "timeout": "too slow",
    "crashed": "crashed",
}
_REMARKS = {
    items.NOBODY_FAILED: "Nobody failed: easy, or tests that catch nothing in this class.",
    items.NOBODY_MET: "Nobody met it: is it taught, does the text ask for it, is the test right?",
    items.BACKWARDS: "Met less often by strong students: look at the test.",
    items.HARD: "Met by less than half: worth a word in the next lecture.",
    "": "",
}
_ALARMING = (items.NOBODY_MET, items.BACKWARDS)
_DISCRIMINATION = (
    "The second number is the correlation between meeting it and the points for the code of all "
    "other components. Near 1: strong students meet it and weak ones do not. Near 0: it tells "
    "nothing about a student. Below 0: weak students meet it more often, as with a test that is "
    "wrong. The line is where the number lies with 95 % confidence, roughly; the fewer have "
    "failed, the less it means."
)
_TOO_FEW = (
    f"With fewer than {items.SMALL_CLASS} students there is no telling whether strong ones meet it "
    "more often than weak ones: this takes a larger class."
)


def name(item: Item | Mistake) -> str:
    """How an item or a mistake is called in one line."""
    return f"{item.component}: {item.requirement}" if item.requirement else item.component


def kind(mistake: Mistake) -> str:
    return _KINDS.get(mistake.kind, mistake.kind)


def _kind_and_more(mistake: Mistake) -> str:
    more = len(mistake.with_it)
    return kind(mistake) + (f", {more} more with it" if more else "")


def _with_it(mistake: Mistake) -> str:
    shown, rest = mistake.with_it[:_NAMED], len(mistake.with_it) - _NAMED
    return "; ".join([*shown, *([f"and {rest} more"] if rest > 0 else [])])


def mistakes_section(found: Sequence[Mistake], data: ClassData) -> Section:
    """Requirement, kind of difference and hint, the commonest first."""
    left = items.not_attempted(data.works, data.components)
    says = [
        "How many students did not meet a requirement in the same way. One fault in the code may "
        "break several requirements: those that exactly the same students failed are one line. "
        "The column “only” says how many failed nothing else in the component: these lost its "
        "points by this alone.",
        "Speak about the first ones in class, or give them a hint in the text of the assignment.",
        _left_alone(left, data),
    ]
    if not found:
        return Section("mistakes", "The commonest mistakes", ["There are none.", *says[2:]])
    top = [(name(m), m.students, _kind_and_more(m)) for m in found[:_MOST_MISTAKES]]
    many = len(found) > _MOST_MISTAKES
    drawn = f"the {_MOST_MISTAKES} commonest mistakes" if many else "the mistakes of this class"
    describe = (
        f"Bars: how many students made each of {drawn}. The commonest, by {top[0][1]}: {top[0][0]}."
    )
    rows = [
        [
            m.component,
            m.requirement,
            kind(m),
            m.hint,
            str(m.students),
            str(m.only),
            _with_it(m),
        ]
        for m in found
    ]
    return Section(
        "mistakes",
        "The commonest mistakes",
        [*says, *([f"The picture shows {drawn}, the table all {len(found)}."] if many else [])],
        picture("mistakes", "The commonest mistakes", describe, partial(plots.mistakes, data=top)),
        Table(
            [
                *("component", "requirement", "what was wrong", "hint"),
                *("students", "only", "failed together with it"),
            ],
            "llllrrl",
            rows,
        ),
    )


def _left_alone(left: dict[str, int], data: ClassData) -> str:
    titles = {part.id: part.title for part in data.components}
    told = [f"{titles[part]} {count}" for part, count in _most(left) if count]
    if not told:
        return "Everybody attempted every component."
    return f"What a student has not attempted is no mistake. Not attempted: {', '.join(told)}."


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: -pair[1])


def components_section(found: Sequence[Item], data: ClassData) -> Section:
    left = items.not_attempted(data.works, data.components)
    ids = {part.title: part.id for part in data.components}
    ordered = _ordered(found)
    says = [
        "The first number is the share of all students whose code passes every test: the smaller, "
        "the harder. Who has not attempted a component has not met it.",
        *_about(ordered),
    ]
    rows = [
        [
            item.component,
            str(item.met),
            str(item.failed - left[ids[item.component]]),
            str(left[ids[item.component]]),
            *_numbers(item),
        ]
        for item in ordered
    ]
    head = ["component", "pass", "fail", "not attempted", *_HEADS]
    return Section(
        "components",
        "How hard each component is, and what it tells",
        says,
        _items_picture("components", "Components", ordered, "students who pass"),
        Table(head, "lrrr" + _ALIGN, rows),
    )


def requirements_section(found: Sequence[Item]) -> Section:
    """The requirements that somebody failed; the others are listed by _nobody_failed."""
    ordered = [item for item in _ordered(found) if item.failed]
    says = [
        "The same for each requirement, among the students who attempted its component. A "
        "requirement is met when all checks of it pass, the visible and the hidden ones.",
        *_about(ordered),
    ]
    drawn = ordered[:_MOST_ROWS]
    if not ordered:
        says = ["Whoever attempted a component met every requirement of it."]
    elif len(ordered) > _MOST_ROWS:
        says.append(f"The picture shows the first {_MOST_ROWS} of the table's {len(ordered)}.")
    rows = [
        [item.component, item.requirement, str(item.met), str(item.failed), *_numbers(item)]
        for item in ordered
    ]
    title = "How hard each requirement is, and what it tells"
    if not ordered:
        return Section("requirements", title, says)
    return Section(
        "requirements",
        title,
        says,
        _items_picture("requirements", "Requirements", drawn, "students who meet it"),
        Table(["component", "requirement", "meet", "fail", *_HEADS], "llrr" + _ALIGN, rows),
    )


def nobody_failed_section(found: Sequence[Item]) -> Section | None:
    groups: dict[str, list[Item]] = {}
    for item in found:
        if item.remark == items.NOBODY_FAILED:
            groups.setdefault(item.component, []).append(item)
    if not groups:
        return None
    total = sum(map(len, groups.values()))
    return Section(
        "nobody-failed",
        "Requirements that nobody failed",
        [
            f"{counted(total, 'requirement')} of {len(found)}: everybody who attempted the "
            "component meets them, so they need no time in class. Where you expected a mistake, "
            "look at the test: would it notice?"
        ],
        table=Table(
            ["component", "requirements", "students"],
            "llr",
            [
                [part, "; ".join(item.requirement for item in group), str(group[0].tried)]
                for part, group in groups.items()
            ],
        ),
    )


_HEADS = ["share", "correlation", "95 % from", "to", "what to do"]
_ALIGN = "rrrrl"


def _numbers(item: Item) -> list[str]:
    if item.discrimination is None or item.interval is None:
        return [percent(item.difficulty), item.why_none, "", "", _REMARKS[item.remark]]
    reach = [f"{bound:+.2f}" for bound in item.interval]
    return [percent(item.difficulty), f"{item.discrimination:+.2f}", *reach, _REMARKS[item.remark]]


def _ordered(found: Iterable[Item]) -> list[Item]:
    """What an instructor should look at comes first: the alarming, then the hardest."""
    return sorted(
        found,
        key=lambda item: (
            item.remark not in _ALARMING,
            1.0 if item.difficulty is None else item.difficulty,
        ),
    )


def _about(found: Sequence[Item]) -> list[str]:
    """What the second number means, or why there is none; then what stands out."""
    told = any(item.discrimination is not None for item in found)
    few = any(item.why_none == items.FEW for item in found)
    says = [_DISCRIMINATION] if told else []
    if few:
        says.append(_TOO_FEW if not told else "Where fewer than 10 have tried, there is none.")
    alike = any(item.why_none in (items.ALIKE, items.REST_ALIKE) for item in found)
    if alike and not few:
        says.append("Where everybody is alike, in it or in all else, there is nothing to compare.")
    if any(item.why_none == items.ALONE for item in found):
        says.append("There is no other component to compare with.")
    alarming = [item for item in found if item.remark in _ALARMING]
    says += [f"{name(item)}. {_REMARKS[item.remark]}" for item in alarming[:5]]
    return says


def _items_picture(file: str, title: str, found: Sequence[Item], who: str) -> Picture:
    rows = [
        plots.Mark(
            name(item),
            item.difficulty or 0.0,
            item.discrimination,
            item.interval,
            item.remark in _ALARMING,
        )
        for item in found
    ]
    hardest = min(found, key=lambda item: item.difficulty or 0.0)
    describe = (
        f"For each row the share of {who}, and beside it the correlation where there is one. "
        f"The smallest share is {percent(hardest.difficulty)}: {name(hardest)}."
    )
    return picture(file, title, describe, partial(plots.items, data=rows, who=who))
