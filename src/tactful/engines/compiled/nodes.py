"""Nodes of Python's syntax tree that have a place in a text, as ``compile`` wants, though there is no text.

The place is the same for all nodes, so the classes have it: no pass over the tree is needed to set it.
"""

from __future__ import annotations

import ast


class _Placed:
    lineno = 1
    end_lineno: int | None = 1
    col_offset = 0
    end_col_offset: int | None = 0


class FunctionDef(_Placed, ast.FunctionDef):
    pass


class Return(_Placed, ast.Return):
    pass


class Assign(_Placed, ast.Assign):
    pass


class AugAssign(_Placed, ast.AugAssign):
    pass


class For(_Placed, ast.For):
    pass


class If(_Placed, ast.If):
    pass


class Expr(_Placed, ast.Expr):
    pass


class BoolOp(_Placed, ast.BoolOp):
    pass


class NamedExpr(_Placed, ast.NamedExpr):
    pass


class BinOp(_Placed, ast.BinOp):
    pass


class UnaryOp(_Placed, ast.UnaryOp):
    pass


class IfExp(_Placed, ast.IfExp):
    pass


class Compare(_Placed, ast.Compare):
    pass


class Call(_Placed, ast.Call):
    pass


class Constant(_Placed, ast.Constant):
    pass


class Attribute(_Placed, ast.Attribute):
    pass


class Subscript(_Placed, ast.Subscript):
    pass


class Name(_Placed, ast.Name):
    pass


class List(_Placed, ast.List):
    pass


class Tuple(_Placed, ast.Tuple):
    pass


class Arg(_Placed, ast.arg):
    pass


class Slice(_Placed, ast.Slice):
    pass
