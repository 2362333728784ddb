"""The template dialect of Rules, brought to Liquid's: ``{{#if value > 100000}}…{{/if}}`` becomes ``{% if … %}``.

The source is cut into pieces here, in one pass, and its blocks are matched; Liquid only sees what is known to be whole.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias

from opsflows.rules.errors import RuleError
from opsflows.rules.templates.limits import MAX_DEPTH, MAX_EXPRESSION, MAX_SOURCE, MAX_TAGS
from opsflows.rules.text import excerpt

Kind: TypeAlias = Literal["text", "output", "tag"]


@dataclass(frozen=True)
class Piece:
    """A stretch of a template. `inner` is what stands between the braces of an output or a tag."""

    kind: Kind
    source: str
    inner: str = ""
    alone: bool = False  #: Whether this tag, if its line holds nothing else, takes the line with it.


_CLOSES = {"{{": "}}", "{%": "%}"}
_OPENING = re.compile(r"\{\{|\{%")
_WORD = re.compile(r"[#/]?\w+")
#: What opens a block, and the Liquid tag that it becomes.
_BLOCKS = {"if": "if", "unless": "unless", "each": "for"}
_LIQUID_BLOCKS = ("if", "unless", "for", "case")
_BRANCHES = {"else": _LIQUID_BLOCKS, "elsif": ("if", "unless"), "when": ("case",)}
_LOOP_WORDS = ("break", "continue")
_LINE_BEFORE = re.compile(r"(?:\A|(?<=\n))[ \t]*\Z")
_LINE_AFTER = re.compile(r"[ \t]*(?:\r?\n|\Z)")


def to_pieces(source: str, path: str) -> list[Piece]:
    """The pieces of `source`, every tag in Liquid's spelling.

    Raises:
        RuleError: if a brace or a block is not closed, a tag is not known, or a limit is passed.
    """
    if len(source) > MAX_SOURCE or len(source.encode(errors="surrogatepass")) > MAX_SOURCE:
        raise RuleError.of(path, f"The text is longer than {MAX_SOURCE // 1024} KiB.")
    pieces = _without_empty_lines(_cut(source, path))
    _check_blocks(pieces, path)
    return pieces


def _cut(source: str, path: str) -> list[Piece]:
    pieces: list[Piece] = []
    position = tags = 0
    while opening := _OPENING.search(source, position):
        start = opening.start()
        if start > position:
            pieces.append(Piece("text", source[position:start]))
        closing = _CLOSES[opening[0]]
        end = source.find(closing, start + 2)
        if end < 0:
            raise RuleError.of(path, f"{excerpt(source[start : start + 30])} is opened but not closed; add {closing}.")
        tags += 1
        if tags > MAX_TAGS:
            raise RuleError.of(path, f"The text has more than {MAX_TAGS} tags.")
        position = end + 2
        pieces.append(_piece(source[start:position], path))
    if position < len(source):
        pieces.append(Piece("text", source[position:]))
    return pieces


def _piece(source: str, path: str) -> Piece:
    inner = source[2:-2].removeprefix("-").removesuffix("-").strip()
    if len(inner) > MAX_EXPRESSION:
        raise RuleError.of(path, f"{excerpt(source, 40)} is longer than {MAX_EXPRESSION} characters.")
    if source.startswith("{%"):
        return Piece("tag", source, inner)
    if not inner:
        raise RuleError.of(path, f"{source} is empty; name a field between the braces.")
    tag = _block_tag(inner, path)
    if tag is None:
        return Piece("output", source, inner)
    left, right = ("-" if source[2] == "-" else ""), ("-" if source[-3] == "-" else "")
    return Piece("tag", f"{{%{left} {tag} {right}%}}", tag, alone=True)


def _block_tag(inner: str, path: str) -> str | None:
    """The Liquid tag for ``#if``, ``else``, ``/if`` and their like; None for an output."""
    word = _WORD.match(inner)
    name, rest = (word[0], inner[word.end() :].strip()) if word else ("", "")
    if name == "else":
        return f"elsif {rest.removeprefix('if').strip()}" if rest.startswith("if ") else f"else {rest}".strip()
    if name in ("elsif", "elseif"):
        return f"elsif {rest}"
    if name.startswith("/") and name[1:] in _BLOCKS:
        return f"end{_BLOCKS[name[1:]]}"
    if name == "#each":
        return f"for this in {rest}"
    if name.startswith("#") and name[1:] in _BLOCKS:
        return f"{name[1:]} {rest}"
    if inner[0] in "#/":
        close = get_close_matches(name[1:], _BLOCKS, n=1)
        hint = f"did you mean {{{{{inner[0]}{close[0]}}}}}?" if close else "known are #if, #unless and #each."
        raise RuleError.of(path, f"{{{{{inner[:40]}}}}} is not known; {hint}")
    return None


def _without_empty_lines(pieces: list[Piece]) -> list[Piece]:
    """A block tag that stands alone on its line takes the line with it, as people expect who write one there."""
    result = list(pieces)
    for index, piece in enumerate(pieces):
        if not piece.alone:
            continue
        before = pieces[index - 1] if index else Piece("text", "")
        after = pieces[index + 1] if index + 1 < len(pieces) else Piece("text", "")
        starts = before.kind == "text" and _LINE_BEFORE.search(before.source)
        ends = after.kind == "text" and _LINE_AFTER.match(after.source)
        if not starts or not ends:
            continue
        if (starts.start() == 0 and index > 1) or (
            ends.end() == len(after.source) and "\n" not in ends[0] and index + 2 < len(pieces)
        ):
            continue
        if index:
            trimmed = result[index - 1].source
            result[index - 1] = Piece("text", trimmed[: len(trimmed) - len(starts[0])])
        if index + 1 < len(pieces):
            result[index + 1] = Piece("text", after.source[ends.end() :])
    return [piece for piece in result if piece.source]


def _check_blocks(pieces: list[Piece], path: str) -> None:
    """Every block is closed by its own end, and nothing stands where it means nothing."""
    stack: list[tuple[str, bool]] = []  # the block's name, and whether its else was there
    for piece in pieces:
        if piece.kind != "tag":
            continue
        name = piece.inner.split(None, 1)[0] if piece.inner else ""
        if name in _LIQUID_BLOCKS:
            if len(stack) >= MAX_DEPTH:
                raise RuleError.of(path, f"Blocks are nested deeper than {MAX_DEPTH} levels.")
            stack.append((name, False))
        elif name in _BRANCHES:
            if not stack or stack[-1][0] not in _BRANCHES[name] or stack[-1][1]:
                raise RuleError.of(path, f"{_shown(piece)} stands outside of the block that it belongs to.")
            if name == "else":
                if piece.inner != "else":
                    raise RuleError.of(
                        path, f"{_shown(piece)} takes nothing after it; write {{{{else if …}}}} for a condition."
                    )
                stack[-1] = (stack[-1][0], True)
        elif name.removeprefix("end") in _LIQUID_BLOCKS:
            if not stack or stack[-1][0] != name[3:]:
                opened = f"; {_opening(stack[-1][0])} is still open" if stack else ""
                raise RuleError.of(path, f"{_shown(piece)} closes nothing{opened}.")
            stack.pop()
        elif name not in _LOOP_WORDS or not any(block == "for" for block, _ in stack):
            known = ", ".join((*_LIQUID_BLOCKS, *_LOOP_WORDS))
            raise RuleError.of(path, f"{_shown(piece)} is not a tag that can be used here; known are {known}.")
    if stack:
        raise RuleError.of(path, f"{_opening(stack[-1][0])} is never closed; add {_closing(stack[-1][0])}.")


_SPELLED = {liquid: ours for ours, liquid in _BLOCKS.items()}


def _opening(block: str) -> str:
    return f"{{{{#{_SPELLED[block]} …}}}}" if block in _SPELLED else f"{{% {block} … %}}"


def _closing(block: str) -> str:
    return f"{{{{/{_SPELLED[block]}}}}}" if block in _SPELLED else f"{{% end{block} %}}"


def _shown(piece: Piece) -> str:
    name = piece.inner.split(None, 1)[0] if piece.inner else ""
    block = name.removeprefix("end")
    if piece.alone and block in _SPELLED:
        return _closing(block) if name.startswith("end") else _opening(block)
    return f"{{{{{piece.inner[:40]}}}}}" if piece.alone else f"{{% {piece.inner[:40]} %}}"
