"""IPython's own syntax in the sandbox's shell is that of a notebook."""

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from chainrule.sandbox.shell import _Syntax

CELLS = {
    "plain": "x = 1\nif x:\n    print(x % 2, 5 / 2)\n",
    "magic": "%matplotlib inline",
    "magic after code": "x = 1\n%timeit x",
    "indented magic": "if True:\n    %time 1",
    "cell magic": "%%time\nx = 1",
    "magic in an assignment": "x = %who_ls",
    "magic in an assignment without spaces": "x=%who_ls",
    "magic in an assignment over two lines": "x = \\\n  %who_ls",
    "magic after an equals sign over two lines": "x \\\n= %who_ls",
    "shell command": "!ls",
    "shell command in an assignment": "x = !ls",
    "help": "print?",
    "more help": "print??",
    "help before the name": "?print",
    "help on a pattern": "*int*?",
    "help on an item": "x[0].y?",
    "automatic call": "/print 1",
    "automatic quotes": ",print a b",
    "one quoted argument": ";print a b",
    "modulo at the start of a line": "x = (5\n% 3)",
    "division at the start of a line": "x = (5\n/ 3)",
    "percent in a text": "x = '''\n%magic\n'''",
    "prompts": ">>> x = 1\n>>> x",
    "prompts of IPython": "In [1]: x = 1",
    "indentation": "    x = 1\n    y = 2",
    "empty lines first": "\n\n  \nx = 1",
    "unfinished": "x = (1,",
    "no Python": "x = = 1",
    "form feed": "x = 1\f%who_ls",
    "not equal": "x != 3",
}


@pytest.mark.parametrize("source", CELLS.values(), ids=CELLS)
def test_a_cell_is_transformed_as_in_a_notebook(source):
    assert _Syntax().transform_cell(source) == TransformerManager().transform_cell(source)


def test_a_cell_of_plain_python_is_not_split_into_tokens(monkeypatch):
    monkeypatch.setattr(TransformerManager, "do_one_token_transform", pytest.fail)
    assert _Syntax().transform_cell(CELLS["plain"]) == CELLS["plain"]
