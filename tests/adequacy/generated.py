"""Mutants made from the reference: every small change of its syntax tree, one at a time.

Only code between BEGIN SOLUTION and END SOLUTION is changed. A mutant is named after its line in
the cell and what was done there, so that names stay the same as long as the reference does.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from chainrule.course import Assignment, grade_id
from chainrule.judge import calls

_SWAPS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.Gt: (ast.Lt, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.Lt: (ast.Gt,),
    ast.Is: (ast.IsNot,),
}
_FUNCTIONS = {
    "sum": ("mean",),
    "mean": ("sum",),
    "max": ("min", "mean"),
    "var": ("std",),
    "minimum": ("maximum",),
    "exp": ("abs",),
    "zeros_like": ("ones_like",),
}


@dataclass(frozen=True)
class Generated:
    """One mutant: the component's whole cell with one change."""

    component: str
    name: str
    code: str


def generated(assignment: Assignment) -> Iterator[Generated]:
    """All mutants of the solution cells of the reference.

    Not of a notebook that trains what another one defines: most of its small changes, such as one
    hidden feature more, are right solutions.
    """
    parts = {f"{part.id}-solution": part.id for part in assignment.components}
    for notebook in assignment.student_notebooks:
        if calls(assignment, notebook, "load"):
            continue
        for cell in assignment.notebooks[notebook].cells:
            if grade_id(cell) in parts:
                yield from _of_cell(parts[grade_id(cell)], cell.source)


def _of_cell(component: str, source: str) -> Iterator[Generated]:
    lines = source.split("\n")
    inside: set[int] = set()
    open_region = False
    for number, line in enumerate(lines, 1):
        if "BEGIN SOLUTION" in line or "END SOLUTION" in line:
            open_region = "BEGIN" in line
        elif open_region:
            inside.add(number)
    tree = ast.parse(source)
    seen = {source}
    for index, node in enumerate(ast.walk(tree)):
        if getattr(node, "lineno", None) not in inside:
            continue
        for change, describe in _changes(node):
            mutant = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(mutant)) if i == index)
            replacement = change(target)
            if replacement is not target:
                mutant = _Replace(target, replacement).visit(mutant)
            code = ast.unparse(ast.fix_missing_locations(mutant))
            if code not in seen:
                seen.add(code)
                text = lines[node.lineno - 1].strip()
                yield Generated(component, f"line {node.lineno}: {describe}: {text}", code)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST | None:
        return self.new if node is self.old else super().visit(node)


def _changes(node: ast.AST) -> Iterator[tuple]:
    """(function that changes a copy of the node and gives what stands in its place, its name)."""
    if isinstance(node, ast.BinOp):
        for new in _SWAPS.get(type(node.op), ()):
            yield _set("op", new()), f"{_sign(node.op)} becomes {_sign(new())}"
        yield (lambda n: n.left), f"only the left of {_sign(node.op)}"
        yield (lambda n: n.right), f"only the right of {_sign(node.op)}"
    elif isinstance(node, ast.Compare):
        for new in _SWAPS.get(type(node.ops[0]), ()):
            yield _set("ops", [new()]), f"{_sign(node.ops[0])} becomes {_sign(new())}"
    elif isinstance(node, ast.UnaryOp):
        yield (lambda n: n.operand), "sign dropped"
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield _set("value", node.value + 1), f"{node.value} becomes {node.value + 1}"
        if node.value == 1:
            yield _set("value", 0), "1 becomes 0"
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield (lambda n: n.value), "transpose dropped"
    elif isinstance(node, ast.Call):
        yield from _changes_of_call(node)
    elif isinstance(node, ast.If | ast.IfExp):
        yield _negate, "condition turned round"
    elif isinstance(node, ast.AugAssign):
        for new in _SWAPS.get(type(node.op), ()):
            yield _set("op", new()), f"{_sign(node.op)}= becomes {_sign(new())}="
        yield (
            lambda n: ast.Assign([n.target], n.value),
            f"{_sign(node.op)}= becomes =",
        )
    if isinstance(node, ast.Assign | ast.AugAssign) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield (lambda n: ast.Pass()), "statement dropped"
    elif isinstance(node, ast.Return):
        yield (lambda n: ast.Return(None)), "returns nothing"


def _changes_of_call(node: ast.Call) -> Iterator[tuple]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    for new in _FUNCTIONS.get(name, ()):
        yield _rename(new), f"{name} becomes {new}"
    for index, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims"):
            yield _without_keyword(index), f"{keyword.arg} dropped"
    if name == "where" and len(node.args) == 3:
        yield _swap_branches, "branches swapped"
    elif len(node.args) == 1 and isinstance(node.func, ast.Attribute) and name != "append":
        yield (lambda n: n.args[0]), f"{name} dropped"


def _set(field: str, value: object):
    def change(node: ast.AST) -> ast.AST:
        setattr(node, field, value)
        return node

    return change


def _rename(name: str):
    def change(node: ast.Call) -> ast.Call:
        node.func.attr = name
        return node

    return change


def _without_keyword(index: int):
    def change(node: ast.Call) -> ast.Call:
        del node.keywords[index]
        return node

    return change


def _negate(node):
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return node


def _swap_branches(node: ast.Call) -> ast.Call:
    node.args[1], node.args[2] = node.args[2], node.args[1]
    return node


def _sign(operator: ast.AST) -> str:
    text = ast.unparse(
        ast.Compare(ast.Name("a"), [operator], [ast.Name("b")])
        if isinstance(operator, ast.cmpop)
        else ast.BinOp(ast.Name("a"), operator, ast.Name("b"))
    )
    return text[1:-1].strip()
