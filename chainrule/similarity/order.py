"""One order for statements that may stand in several: assignments that do not need each other."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .units import Words, texts

AT_ONCE = 50  # assignments that are sorted together: their number squared is the time it takes


@dataclass(frozen=True)
class Uses:
    """The variables and attributes that an assignment reads and writes."""

    read: frozenset[str]
    written: frozenset[str]

    @classmethod
    def of(cls, node: ast.stmt) -> Uses:
        read, written = set[str](), set[str]()
        for each in ast.walk(node):
            if isinstance(each, (ast.Name, ast.Attribute)):
                (written if isinstance(each.ctx, ast.Store) else read).add(_variable(each))
            elif isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Store):
                written.add(_variable(each.value))  # x[i] = ... writes x
        if isinstance(node, ast.AugAssign):
            read |= written
        return cls(frozenset(read), frozenset(written))

    def must_follow(self, earlier: Uses) -> bool:
        return bool(
            self.read & earlier.written
            or self.written & earlier.read
            or self.written & earlier.written
        )


def singly(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, with ``a, b = x, y`` as two of them."""
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(
                targets
            ) == len(values):
                for target, value in zip(targets, values, strict=True):
                    yield ast.copy_location(ast.Assign([target], value), node)
            case _:
                yield node


def _variable(node: ast.expr) -> str:
    """A variable or an attribute of one, such as self.mask; "" for anything else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def in_order(waiting: list[tuple[Words, Uses]]) -> Iterator[tuple[str, int]]:
    """Assignments in an order that depends only on what they need: of those that may come next,
    the first in the order of words."""
    said = [texts(words) for words, _ in waiting]
    before = {
        at: {e for e in range(at) if uses.must_follow(waiting[e][1])}
        for at, (_, uses) in enumerate(waiting)
    }
    while before:
        chosen = min((at for at, needs in before.items() if not needs), key=said.__getitem__)
        del before[chosen]
        for needs in before.values():
            needs.discard(chosen)
        yield from waiting[chosen][0]
