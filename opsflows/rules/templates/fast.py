"""The two kinds of template that need no Liquid: plain text, and text with simple ``{{path}}`` in between."""

import re
from collections.abc import Mapping
from typing import Any

from opsflows.rules.clock import Clock
from opsflows.rules.lookup import MISSING, Missing, Segments, split_path, walk
from opsflows.rules.templates.dialect import Piece
from opsflows.rules.variables import date_variable

#: A narrower path than Liquid's; what is not simple goes the long way.
_SIMPLE = re.compile(r"\{\{\s*([A-Za-z_][\w-]*(?:\.(?:[A-Za-z_][\w-]*|0|[1-9]\d*))*)\s*\}\}", re.ASCII)
_WORDS_OF_LIQUID = frozenset({
    "true", "false", "nil", "null", "empty", "blank", "and", "or", "contains", "not", "in", "offset", "limit",
    "reversed", "cols", "continue", "with", "for", "as", "if", "else", "required",
})  # fmt: skip


def simple_path(piece: Piece) -> str | None:
    """The path of a piece that is nothing but ``{{path}}``, else None."""
    found = _SIMPLE.fullmatch(piece.source) if piece.kind == "output" else None
    return None if found is None or not _WORDS_OF_LIQUID.isdisjoint(found[1].split(".")) else found[1]


def simple_parts(pieces: list[Piece]) -> list[str | Segments] | None:
    """`pieces` as texts and paths in turn, or None if one of them is neither."""
    parts: list[str | Segments] = []
    for piece in pieces:
        if piece.kind == "text":
            parts.append(piece.source)
        elif (path := simple_path(piece)) is not None:
            parts.append(split_path(path))
        else:
            return None
    return parts


def find(scope: Mapping[str, Any], clock: Clock, segments: Segments) -> Any | Missing:
    """The value at a path of the event, or of the date variables behind it."""
    found = walk(scope, segments)
    if found is MISSING and len(segments) == 1:
        return date_variable(segments[0], clock) or MISSING
    return found
