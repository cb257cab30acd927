"""The normal form of code, in which a disguised copy equals its original.

Code is read as a syntax tree. Left out are comments, docstrings, layout, annotations, imports and
calls of ``print``. The names that a student is free to choose become one sign. What may stand in
any order is sorted: the operands of + and *, keyword arguments, and assignments that do not need
each other. What can be written in two ways, such as ``x += 1``, ``a > b`` or ``x.sum()``, is
written in one. Nothing of a submission is ever executed.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .order import AT_ONCE, Uses, in_order, singly
from .units import Unit, Words, texts, unit_of

MAX_REPAIRS = 20  # lines of a cell that are passed over so that the rest can be read
_HUGE = 1e15

_FUNCTIONS = {name for name in dir(np) if not name.startswith("_")}
_METHODS = {name for name in dir(np.ndarray) if not name.startswith("_")}
_OF_PYTHON = {
    name for kind in (list, dict, set, str) for name in dir(kind) if not name.startswith("_")
}
_BUILTINS = {name for name in dir(builtins) if not name.startswith("_")}
_ANY_ORDER = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
_TURNED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_DEF = (ast.FunctionDef, ast.AsyncFunctionDef)
_ASSIGN = (ast.Assign, ast.AugAssign, ast.AnnAssign)


@dataclass(frozen=True)
class Names:
    """Names in code that are not a student's choice."""

    api: frozenset[str] = frozenset()  # what the assignment calls things
    numpy: frozenset[str] = frozenset({"np", "numpy"})  # what NumPy is imported as


def code_units(source: str, names: Names) -> list[Unit]:
    """The functions and other code of one cell.

    A line that cannot be read as Python, such as a magic, is passed over, and so is a cell of which
    that leaves nothing.
    """
    try:
        tree = _parse(source)
        return list(_Reader(names, tree).units(tree.body)) if tree else []
    except (RecursionError, MemoryError):
        return []


def numpy_names(sources: Iterable[str]) -> frozenset[str]:
    """What NumPy is imported as, in any of the cells."""
    found = re.findall(r"\bimport\s+numpy\s+as\s+(\w+)", "\n".join(sources))
    return frozenset({"np", "numpy", *found})


def _parse(source: str) -> ast.Module | None:
    lines = source.split("\n")
    for _ in range(MAX_REPAIRS):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse("\n".join(lines))
        except SyntaxError as error:
            number = min(error.lineno or 1, len(lines)) - 1
            line = lines[number]
            # First without changing what is a block, in case the line was the only one in it.
            indent = line[: len(line) - len(line.lstrip())]
            lines[number] = "" if line.strip() in ("", "pass") else f"{indent}pass"
        except ValueError:  # null bytes
            lines = [line.replace("\0", " ") for line in lines]
    return None


class _Reader:
    """Writes syntax trees as words, each operator before its operands."""

    def __init__(self, names: Names, tree: ast.Module) -> None:
        self.numpy = names.numpy
        stored = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
        # Attributes whose names say something. One that the student sets is the student's choice.
        self.fixed = names.api | (_FUNCTIONS | _METHODS | _OF_PYTHON) - stored

    def units(self, body: Sequence[ast.stmt]) -> Iterator[Unit]:
        """Each function, however deep in classes, and what stands between them."""
        loose: list[ast.stmt] = []
        for node in body:
            if isinstance(node, _DEF):
                yield from unit_of(self.decorators(node) + self.block(node.body))
            elif isinstance(node, ast.ClassDef):
                yield from self.units(node.body)
            else:
                loose.append(node)
        yield from unit_of(self.block(loose))

    def block(self, body: Iterable[ast.stmt]) -> Words:
        """Statements one after the other; assignments that do not need each other are sorted."""
        words: Words = []
        waiting: list[tuple[Words, Uses]] = []
        for node in singly(body):
            if isinstance(node, _ASSIGN) and len(waiting) < AT_ONCE:
                waiting.append((self.statement(node), Uses.of(node)))
            else:
                words += [*in_order(waiting), *self.statement(node)]
                waiting = []
        return words + list(in_order(waiting))

    def decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Words:
        return [word for each in node.decorator_list for word in self.expression(each)]

    def statement(self, node: ast.stmt) -> Words:
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)) or _says_nothing(node):
            return []
        if isinstance(node, ast.Assign):
            return self.assignment(node.targets, node.value)
        if isinstance(node, ast.AnnAssign):
            return self.assignment([node.target], node.value) if node.value else []
        if isinstance(node, ast.AugAssign):
            value = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
            return self.assignment([node.target], value)
        if isinstance(node, (*_DEF, ast.ClassDef)):
            return [("def", node.lineno), *self.block(node.body)]
        if isinstance(node, ast.Expr):
            return self.expression(node.value)
        return self.anything(node)

    def assignment(self, targets: list[ast.expr], value: ast.expr) -> Words:
        words = [("=", value.lineno)]
        for each in (*targets, value):
            words += self.expression(each)
        return words

    def expression(self, node: ast.expr) -> Words:
        line = node.lineno
        match node:
            case ast.Name():
                return [("v", line)]
            case ast.Constant():
                return [(_constant(node.value), line)]
            case ast.JoinedStr():
                return [("text", line)]
            case ast.Attribute():
                return self.attribute(node)
            case ast.Call():
                return self.call(node)
            case ast.BinOp() if isinstance(node.op, _ANY_ORDER):
                operands = sorted(map(self.expression, _operands(node, type(node.op))), key=texts)
                return [(type(node.op).__name__, line), *_joined(operands)]
            case ast.BoolOp():
                operands = sorted(map(self.expression, node.values), key=texts)
                return [(type(node.op).__name__, line), *_joined(operands)]
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self.comparison(left, op, right)
        return self.anything(node)

    def attribute(self, node: ast.Attribute) -> Words:
        name = node.attr if node.attr in self.fixed else "a"
        if isinstance(node.value, ast.Name):
            if node.value.id in self.numpy:
                return [(name, node.lineno)]
            return [(f".{name}", node.lineno)]
        return [(f".{name}", node.lineno), *self.expression(node.value)]

    def call(self, node: ast.Call) -> Words:
        name, given = "", list(node.args)
        if isinstance(node.func, ast.Name) and node.func.id in _BUILTINS | _FUNCTIONS:
            name = node.func.id
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _FUNCTIONS:
            of = node.func.value
            if isinstance(of, ast.Name) and of.id in self.numpy:
                name = node.func.attr
            elif node.func.attr in _METHODS:  # x.sum() is sum(x)
                name, given = node.func.attr, [of, *given]
        words = [("call", node.lineno)]
        words += [(name, node.lineno)] if name else self.expression(node.func)
        for each in given:
            words += self.expression(each)
        pairs = [
            [((pair.arg or "**") if name else "k", pair.value.lineno), *self.expression(pair.value)]
            for pair in node.keywords
        ]
        return words + list(_joined(sorted(pairs, key=texts)))

    def comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Words:
        kind = type(op)
        sides = [self.expression(left), self.expression(right)]
        if kind in _TURNED:
            kind = _TURNED[kind]
            sides.reverse()
        elif kind in (ast.Eq, ast.NotEq):
            sides.sort(key=texts)
        return [(kind.__name__, left.lineno), *_joined(sides)]

    def anything(self, node: ast.AST, line: int = 0) -> Words:
        """A node that nothing special is said about: its kind, then its parts."""
        line = getattr(node, "lineno", line)
        words = [(type(node).__name__, line)]
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "type_comment", "ctx", "arg", "name", "names"):
                continue
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                words += self.block(value)
                continue
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.expr):
                    words += self.expression(part)
                elif isinstance(part, ast.AST):
                    words += self.anything(part, line)
        return words


def _says_nothing(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, another lonely constant, or a call of print."""
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    return isinstance(value, ast.Constant) or (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "print"
    )


def _operands(node: ast.expr, kind: type[ast.operator]) -> list[ast.expr]:
    """The operands of a + b + c, without recursion: students write long sums."""
    found: list[ast.expr] = []
    left = [node]
    while left:
        each = left.pop()
        if isinstance(each, ast.BinOp) and isinstance(each.op, kind):
            left += [each.left, each.right]
        else:
            found.append(each)
    return found


def _constant(value: object) -> str:
    if isinstance(value, (str, bytes)):
        return "text"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(float(value)) if abs(value) < _HUGE else "huge"
    return repr(value) if isinstance(value, (bool, type(None))) else type(value).__name__


def _joined(parts: Iterable[Words]) -> Iterator[tuple[str, int]]:
    return (word for part in parts for word in part)
