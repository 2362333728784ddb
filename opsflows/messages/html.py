"""A plain text as a simple HTML document: paragraphs, line breaks and links. Everything in it is escaped."""

import re
from html import escape

_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}")
#: What ends a sentence rather than a link.
_TRAILING = ".,;:!?)]}*"
_STYLE = "font-family:system-ui,sans-serif;font-size:15px;line-height:1.5;max-width:40em"


def to_html(text: str) -> str:
    """The document. Total, and no larger than the text by more than its markup."""
    return f'<!doctype html><html><body style="{_STYLE}">{paragraphs(text)}</body></html>'


def paragraphs(text: str) -> str:
    """The paragraphs alone, for a page that has a frame of its own."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    blocks = (block.strip("\n") for block in re.split(r"\n[ \t]*\n", lines))
    return "\n".join(f"<p>{_marked(block)}</p>" for block in blocks if block.strip())


def _marked(block: str) -> str:
    parts, position = [], 0
    for found in _LINK.finditer(block):
        address = found[0].rstrip(_TRAILING)
        parts.append(escape(block[position : found.start()]))
        parts.append(f'<a href="{escape(address)}" rel="noopener noreferrer">{escape(address)}</a>')
        position = found.start() + len(address)
    parts.append(escape(block[position:]))
    return "".join(parts).replace("\n", "<br>\n")
