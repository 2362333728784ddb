"""Filters that work on text."""

import re
import unicodedata
import urllib.parse
from collections.abc import Callable
from html import escape as escape_html
from typing import Any

from opsflows.rules.errors import RenderError
from opsflows.rules.templates.filters.arguments import count
from opsflows.rules.templates.limits import check_items, check_length
from opsflows.rules.text import excerpt, to_text

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.IGNORECASE)
#: Letters that are no others with a mark, as they are spelled where there is only ASCII.
_SPELLED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
)


def capitalize(value: Any) -> str:
    """The first letter large, the rest as it is: "mcDonald inc" becomes "McDonald inc"."""
    text = to_text(value)
    return text[:1].upper() + text[1:]


def append(value: Any, other: Any) -> str:
    return to_text(value) + to_text(other)


def prepend(value: Any, other: Any) -> str:
    return to_text(other) + to_text(value)


def replace(value: Any, old: Any, new: Any = "") -> str:
    """Every `old` turned into `new`."""
    text, wanted, instead = to_text(value), to_text(old), to_text(new)
    if not wanted:
        return text
    check_length(len(text) + text.count(wanted) * (len(instead) - len(wanted)), "The filter replace")
    return text.replace(wanted, instead)


def remove(value: Any, old: Any) -> str:
    return replace(value, old)


def split(value: Any, separator: Any = " ") -> list[str]:
    """The parts of a text between separators; without a separator between, its characters."""
    text, between = to_text(value), to_text(separator)
    check_items(text.count(between) if between else len(text), "The result of the filter split")
    return text.split(between) if between else list(text)


def truncate(value: Any, length: Any = 50, end: Any = "…") -> str:
    """At most `length` characters, cut between two words where there is a gap, with `end` where text is left out."""
    text, size, ending = to_text(value), max(0, count(length, "truncate")), to_text(end)
    if len(text) <= size:
        return text
    cut = text[: max(0, size - len(ending))]
    if not text[len(cut)].isspace() and (gap := re.search(r"\s+\S*\Z", cut)) and gap.start() > 0:
        cut = cut[: gap.start()]
    return (cut.rstrip() + ending)[:size]


def slice_text(value: Any, start: Any, length: Any = 1) -> str:
    """`length` characters from `start` on; a negative start counts from the end."""
    text, first, size = to_text(value), count(start, "slice"), max(0, count(length, "slice"))
    first = first if first >= 0 else max(0, len(text) + first)
    return text[first : first + size]


def substring(value: Any, start: Any, end: Any = None) -> str:
    """The characters from `start` up to, not including, `end`."""
    text, first = to_text(value), max(0, count(start, "substring"))
    return text[first : len(text) if end is None else max(0, count(end, "substring"))]


def slug(value: Any) -> str:
    """Lower-case letters and digits joined by hyphens: "Big Deal!" becomes "big-deal"."""
    text = to_text(value).lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def extract_domain(value: Any) -> str:
    """The domain of an email address or a web address, in lower case and without "www."."""
    text = to_text(value).strip()
    if not text:
        return ""
    address = text.rsplit("@", 1)[-1] if "@" in text and "//" not in text else text
    try:
        host = urllib.parse.urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        host = ""
    if not _HOST.fullmatch(host) or "." not in host:
        raise RenderError(f"The filter extract_domain needs an email or web address, not {excerpt(value)}.")
    return host.lower().removeprefix("www.")


def _on_text(change: Callable[[str], str]) -> Callable[[Any], str]:
    def apply(value: Any) -> str:
        return change(to_text(value))

    return apply


FILTERS: dict[str, Callable[..., Any]] = {
    "append": append,
    "capitalise": capitalize,
    "capitalize": capitalize,
    "downcase": _on_text(str.lower),
    "escape": _on_text(escape_html),
    "extract_domain": extract_domain,
    "newline_to_br": _on_text(lambda text: text.replace("\r\n", "\n").replace("\n", "<br>\n")),
    "prepend": prepend,
    "remove": remove,
    "replace": replace,
    "slice": slice_text,
    "slug": slug,
    "split": split,
    "squish": _on_text(lambda text: " ".join(text.split())),
    "strip": _on_text(str.strip),
    "substring": substring,
    "truncate": truncate,
    "upcase": _on_text(str.upper),
    "url_encode": _on_text(lambda text: urllib.parse.quote(text, safe="", errors="replace")),
}
