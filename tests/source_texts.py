"""The texts that the package's source makes, with ``{name}`` for what is put in."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Sequence

_DEEPEST = 3


class Source:
    """A module of the package: its calls, and what its names and functions stand for.

    Attributes
    ----------
    file : str
        Its path below the package.
    calls : list of (call, scope)
        Every call, and the function or module that it is in.
    values : dict
        For each scope, what is assigned to its names.
    pairs : list of (tuple, scope)
        Every tuple that begins with a name, such as an error and its text.
    returned : dict
        For each function, what it returns.
    functions : dict
        The functions by their names.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.tree = ast.parse(text)
        self.calls: list[tuple[ast.Call, ast.AST]] = []
        self.pairs: list[tuple[ast.Tuple, ast.AST]] = []
        self.values: dict[ast.AST, dict[str, list[ast.expr]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.returned: dict[ast.AST, list[ast.expr]] = defaultdict(list)
        self.functions: dict[str, ast.AST] = {}
        self._visit(self.tree, self.tree)
        self.calls.sort(key=lambda found: (found[0].lineno, found[0].col_offset))

    def _visit(self, node: ast.AST, scope: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            inner = scope
            match child:
                case ast.Name() | ast.Constant() | ast.Load() | ast.arg():
                    continue
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    inner = self.functions[name] = child
                case ast.Call():
                    self.calls.append((child, scope))
                case ast.Tuple(elts=[ast.Name() | ast.IfExp(), _]):
                    self.pairs.append((child, scope))
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.values[scope][name].append(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.values[scope][name].append(value)
                case ast.Return(value=ast.expr() as value):
                    self.returned[scope].append(value)
            self._visit(child, inner)


class Texts:
    """Renders expressions that make texts, also through names and functions of the package."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._functions: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            for name in source.functions:
                self._functions[name].append(source)

    def of(
        self, node: ast.expr, source: Source, scope: ast.AST, depth: int = _DEEPEST
    ) -> list[str]:
        """Return the texts that an expression may give, or none if it is not text that is here."""
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=parts):
                return ["".join(self._part(part, source, scope, depth) for part in parts)]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                ends = [self.of(end, source, scope, depth) for end in (left, right)]
                if not any(ends):
                    return []
                first, second = ends
                return [a + b for a in first or [shown(left)] for b in second or [shown(right)]]
            case ast.IfExp(body=body, orelse=other):
                return [t for each in (body, other) for t in self.of(each, source, scope, depth)]
            case ast.Call(func=ast.Attribute(value=value, attr="format")):
                return self.of(value, source, scope, depth)
            case ast.Name(id=name) if depth:
                return self._of_name(name, source, scope, depth - 1)
            case ast.Call(func=function) if depth:
                return self._of_function(last_name(function), source, depth - 1)
        return []

    def _of_name(self, name: str, source: Source, scope: ast.AST, depth: int) -> list[str]:
        for near in (scope, source.tree):
            if name in source.values[near]:
                values = source.values[near][name]
                return [text for each in values for text in self.of(each, source, near, depth)]
        return []

    def _of_function(self, name: str, source: Source, depth: int) -> list[str]:
        """Return what a function gives, of this module or else the only one of that name."""
        homes = [source] if name in source.functions else self._functions[name]
        if len(homes) != 1:
            return []
        scope = homes[0].functions[name]
        values = homes[0].returned[scope]
        return [text for each in values for text in self.of(each, homes[0], scope, depth)]

    def _part(self, part: ast.expr, source: Source, scope: ast.AST, depth: int) -> str:
        match part:
            case ast.Constant(value=text):
                return str(text)
            case ast.FormattedValue(value=ast.Name(id=name) as value) if name.isupper():
                known = self.of(value, source, scope, depth)
                return known[0] if known else shown(value)
            case ast.FormattedValue(value=value):
                return shown(value)
        return ""


def shown(node: ast.expr) -> str:
    """Show a value that is put in: by its expression, or if that is long, by its last name."""
    code = ast.unparse(node)
    names = re.findall(r"[A-Za-z_]\w*", code)
    return "{" + (names[-1] if len(code) > 30 and names else code) + "}"


def last_name(node: ast.expr) -> str:
    """Return the last name of a dotted one: ``UsageError`` of ``click.UsageError``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
