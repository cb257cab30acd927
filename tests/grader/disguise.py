"""Disguises for copied work: what a student may do to another's notebook so that it looks new.

Each takes the sources of code cells and gives other ones that do the same. They share nothing with
the comparison that they are to deceive.
"""

import ast
import builtins
import random
import re


def _each(change, cells):
    """The cells with ``change`` made to their syntax trees; a cell of magics stays as it is."""
    made = []
    for source in cells:
        try:
            tree = ast.parse(source)
        except SyntaxError:
            made.append(source)
        else:
            made.append(ast.unparse(ast.fix_missing_locations(change(tree))))
    return made


def renamed(cells, fixed):
    """All names that the assignment does not fix are others: variables, arguments and helpers."""
    own = set()
    for source in cells:
        try:
            nodes = list(ast.walk(ast.parse(source)))
        except SyntaxError:
            continue
        for node in nodes:
            if isinstance(node, ast.arg):
                own.add(node.arg)
            elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
                own.add(node.id if isinstance(node, ast.Name) else node.attr)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                own.add(node.name)
    kept = fixed | set(dir(builtins)) | {"np", "self", "out", "axis"}  # keywords of NumPy's too
    new = {name: f"my_{number}" for number, name in enumerate(sorted(own - kept))}
    # Arguments are fixed by name, and may be called otherwise inside: self and input too.
    new_arguments = new | {"self": "this", "input": "x_in", "grad_output": "upstream"}

    class Rename(ast.NodeTransformer):
        def visit_Name(self, node):
            node.id = new_arguments.get(node.id, node.id)
            return node

        def visit_arg(self, node):
            node.arg = new_arguments.get(node.arg, node.arg)
            return node

        def visit_keyword(self, node):
            node.arg = new.get(node.arg, node.arg)
            return self.generic_visit(node)

        def visit_Attribute(self, node):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                node.attr = new.get(node.attr, node.attr)  # x.var() is NumPy's
            return self.generic_visit(node)

        def visit_FunctionDef(self, node):
            node.name = new.get(node.name, node.name)
            return self.generic_visit(node)

        visit_ClassDef = visit_FunctionDef

    return _each(Rename().visit, cells)


def reordered(cells, rng):
    """Methods, classes and cells stand in another order."""

    def shuffle(tree):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                rng.shuffle(node.body)
        rng.shuffle(tree.body)
        return tree

    made = _each(shuffle, cells)
    rng.shuffle(made)
    return made


def commented(cells):
    """Other docstrings everywhere, a comment on each line, and other layout."""

    def document(tree):
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                if ast.get_docstring(node) is not None:
                    del node.body[0]
                node.body.insert(0, ast.Expr(ast.Constant(f"What {node.name} is for, I think.")))
        return tree

    made = _each(document, cells)
    return [re.sub(r"^(.*\S.*)$", r"\1   # I wrote this line\n", text, flags=re.M) for text in made]


def split(cells):
    """A cell for each top-level statement, and empty cells between them."""
    made = []
    for source in cells:
        try:
            statements = ast.parse(source).body
        except SyntaxError:
            made.append(source)
            continue
        for node in statements:
            made += [ast.unparse(node), "", "   "]
    return made


def requoted(cells):
    """Double quotes in place of single ones."""
    return [text.replace("'", '"') if '"' not in text else text for text in _each(_same, cells)]


def _same(tree):
    return tree


def rearranged(cells):
    """Keyword arguments the other way round, b + a for a + b, b < a for a > b, x = x + 1."""

    class Rearrange(ast.NodeTransformer):
        def visit_Call(self, node):
            node.keywords.reverse()
            return self.generic_visit(node)

        def visit_BinOp(self, node):
            self.generic_visit(node)
            if isinstance(node.op, (ast.Add, ast.Mult)):
                node.left, node.right = node.right, node.left
            return node

        def visit_Compare(self, node):
            self.generic_visit(node)
            turned = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE}
            if len(node.ops) == 1 and type(node.ops[0]) in turned:
                node.ops = [turned[type(node.ops[0])]()]
                node.left, node.comparators = node.comparators[0], [node.left]
            return node

        def visit_AugAssign(self, node):
            self.generic_visit(node)
            read = ast.parse(ast.unparse(node.target), mode="eval").body
            return ast.Assign([node.target], ast.BinOp(read, node.op, node.value))

    return _each(Rearrange().visit, cells)


def swapped(cells):
    """Neighbouring assignments that do not need each other change places."""

    def names(node, context):
        found = (n for n in ast.walk(node) if isinstance(getattr(n, "ctx", None), context))
        return {ast.unparse(n) for n in found if isinstance(n, (ast.Name, ast.Attribute))}

    def swap(tree):
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if not isinstance(node, ast.FunctionDef):
                continue
            at = 0
            while at + 1 < len(body):
                one, two = body[at : at + 2]
                free = isinstance(one, ast.Assign) and isinstance(two, ast.Assign)
                if (
                    free
                    and not names(one, ast.Store) & (names(two, ast.Load) | names(two, ast.Store))
                    and not names(two, ast.Store) & names(one, ast.Load)
                ):
                    body[at : at + 2] = two, one
                    at += 1
                at += 1
        return tree

    return _each(swap, cells)


def everything(cells, fixed, rng):
    """All of it."""
    made = swapped(rearranged(renamed(cells, fixed)))
    return commented(split(reordered(requoted(made), rng)))


def disguises(fixed):
    """Each disguise by its name, as a function of cells alone."""
    return {
        "renamed": lambda cells: renamed(cells, fixed),
        "reordered": lambda cells: reordered(cells, random.Random(0)),
        "other comments": commented,
        "split cells": split,
        "other quotes": requoted,
        "rearranged operands": rearranged,
        "swapped statements": swapped,
        "everything": lambda cells: everything(cells, fixed, random.Random(0)),
    }


def redrafted(text):
    """A derivation with other letters, other spacing, other environments and other blanks."""
    letters = {"g": "h", "a": "p", "x": "z", "s": "i", "k": "j", "G": "D", "A": "P", "X": "Z"}
    text = re.sub(r"(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])", lambda m: letters.get(m[0], m[0]), text)
    text = (
        text.replace("\\frac", "\\dfrac").replace("\\sum", " \\sum\\limits").replace(",", ", \\,")
    )
    text = re.sub(r"\$\$(.*?)\$\$", r"\\begin{align*}\n\1\n\\end{align*}", text, flags=re.S)
    return text.replace("(", "\\left(").replace(")", "\\right)")
