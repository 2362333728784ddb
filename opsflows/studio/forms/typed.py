"""Values of a config as texts that people type, and back: a number, true, false, a text or a variable."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from opsflows.rules.text import to_text

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", re.ASCII)
_PART = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^,]*?)\s*(?:,|\Z)', re.ASCII)

HELP = "Numbers, true and false are taken as such; a text in double quotes stays a text."


def written(value: Any) -> str:
    """`value` as `typed` reads it; a text that would be read as something else stands in double quotes."""
    if isinstance(value, str):
        return f'"{value}"' if _is_special(value) else value
    return to_text(value)


def typed(text: str) -> Any:
    """What somebody means who types `text`."""
    plain = text.strip()
    if plain in ("true", "false"):
        return plain == "true"
    if _NUMBER.fullmatch(plain):
        return Decimal(plain) if "." in plain else int(plain)
    return plain[1:-1] if _is_quoted(plain) else text


def number(text: str) -> int | Decimal | None:
    """The number that `text` spells; None where it spells none."""
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        return None
    return Decimal(plain) if "." in plain else int(plain)


def written_several(values: Sequence[Any]) -> str:
    """Several values with commas between; a text with a comma or a quote in it stands in quotes."""
    return ", ".join(_written_part(value) for value in values)


def typed_several(text: str) -> list[Any]:
    """The values that stand in `text`, with commas between."""
    found: list[Any] = []
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None or match.end() == position:
            break
        part, position = match[1], match.end()
        if part.startswith('"') and part.endswith('"') and len(part) > 1:
            found.append(re.sub(r"\\(.)", r"\1", part[1:-1]))
        elif part:
            found.append(typed(part))
    return found


def is_plain(value: Any) -> bool:
    """Whether one line, or a few, can show it: neither a list nor an object."""
    return not isinstance(value, dict | list | tuple)


def _written_part(value: Any) -> str:
    text = to_text(value)
    if isinstance(value, str) and (not text or text != text.strip() or set(text) & set(',"\\') or _is_special(text)):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return text


def _is_special(text: str) -> bool:
    plain = text.strip()
    return plain in ("true", "false") or bool(_NUMBER.fullmatch(plain)) or _is_quoted(plain)


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] == '"'
