"""From the text of a formula to a checked tree.

What a formula names or quotes is taken out before Python's parser sees it, and stands there as a numbered placeholder;
what is left can only be operators, parentheses and the names of our functions.
"""

import ast
import re
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from opsflows.rules.errors import RuleError
from opsflows.rules.formulas.functions import COMPARISONS, FUNCTIONS, OPERATORS
from opsflows.rules.lookup import Segments, split_path
from opsflows.rules.text import excerpt

MAX_LENGTH = 1000
MAX_DEPTH = 100

_PATH = r"[^\W\d]\w*(?:\.\w+)*"
_TOKEN = re.compile(
    rf"""\{{\{{\s*(?P<braced>{_PATH})\s*\}}\}}
    | "(?P<double>[^"]*)" | '(?P<single>[^']*)'
    | (?P<number>\d+(?:\.\d+)?(?![\w.]))
    | (?P<function>[^\W\d]\w*)(?=\s*\()
    | (?P<name>{_PATH})
    | (?P<equal>(?<![<>!=])=(?!=))
    | (?P<gap>\s+) | (?P<symbol>[-+*/%(),<>=!])
    """,
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "not"})
_CONSTANTS = {"true": True, "false": False, "null": None}
_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name, ast.Load, ast.And, ast.Or,
)  # fmt: skip


def parse_formula(source: str, path: str) -> tuple[ast.expr, dict[str, Any]]:
    """The tree of `source`, and what its placeholders stand for: a constant, or a path as a tuple.

    Raises:
        RuleError: for anything that is not a formula.
    """
    if not isinstance(source, str) or not source.strip():
        raise RuleError.of(path, "is empty; write for example usage * 0.4 + satisfaction * 0.3.")
    if len(source) > MAX_LENGTH:
        raise RuleError.of(path, f"is longer than {MAX_LENGTH} characters.")
    text, operands = _with_placeholders(source, path)
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, RecursionError, MemoryError):
        raise RuleError.of(path, f"{excerpt(source)} cannot be read; check its operators and parentheses.") from None
    _check_tree(tree, path)
    return tree.body, operands


def _with_placeholders(source: str, path: str) -> tuple[str, dict[str, Any]]:
    operands: dict[str, Any] = {}
    parts: list[str] = []
    position = 0
    while position < len(source):
        token = _TOKEN.match(source, position)
        if token is None:
            raise RuleError.of(path, f"{excerpt(source[position : position + 10])} cannot be used in a formula.")
        position = token.end()
        kind, text = token.lastgroup, token[token.lastgroup or 0]
        if kind in ("gap", "symbol", "equal"):
            parts.append({"gap": " ", "equal": "=="}.get(kind, text))
        elif kind in ("name", "function") and text.lower() in _WORDS:
            parts.append(text.lower())
        elif kind == "function":
            parts.append(_function(text, path))
        else:
            name = f"v{len(operands)}"
            operands[name] = _operand(str(kind), text)
            # Spaces, so that two operands side by side stay two and are refused.
            parts.append(f" {name} ")
    return "".join(parts).strip(), operands


def _operand(kind: str, text: str) -> Any | Segments:
    """A constant, or the path of a field as a tuple."""
    if kind == "number":
        return Decimal(text)
    if kind in ("double", "single"):
        return text
    return _CONSTANTS[text.lower()] if text.lower() in _CONSTANTS else split_path(text)


def _function(name: str, path: str) -> str:
    if name in FUNCTIONS:
        return name
    close = get_close_matches(name.lower(), FUNCTIONS, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(FUNCTIONS)}."
    raise RuleError.of(path, f"{excerpt(name)} is not a function; {hint}")


def _check_tree(tree: ast.Expression, path: str) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        for node in level:
            _check_node(node, path)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise RuleError.of(path, "is nested too deeply; split it into smaller formulas, or use sum(…) for long sums.")


def _check_node(node: ast.AST, path: str) -> None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        _, fewest, most = FUNCTIONS[node.func.id]
        if not fewest <= len(node.args) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise RuleError.of(path, f"{node.func.id} takes {wanted} arguments, not {len(node.args)}.")
    elif isinstance(node, ast.Call):
        raise RuleError.of(path, "has parentheses after something that is no function; write * to multiply.")
    elif not isinstance(node, _ALLOWED) and type(node) not in OPERATORS and type(node) not in COMPARISONS:
        raise RuleError.of(path, "uses something that formulas do not have; use + - * / %, comparisons, and, or, not.")
