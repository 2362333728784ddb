"""What a browser sends of a page's form that nobody touched."""

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: dict[str, list[str]] = {}
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name and "disabled" not in given:
            kind = given.get("type")
            if kind in ("checkbox", "radio") and "checked" not in given:
                return
            self._add(name, (value or "on") if kind == "checkbox" else value)
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((value, "selected" in given))
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            chosen = [value for value, is_chosen in self._options if is_chosen] or [self._options[0][0]]
            self._add(self._select, chosen[-1])
            self._select = ""
        elif tag == "textarea" and self._area is not None:
            # A browser drops the first line break of the markup, and sends line ends as CRLF.
            text = self._text.removeprefix("\r").removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self._add(self._area, text)
            self._area = None

    def _add(self, name: str, value: str) -> None:
        if name:
            self.sent.setdefault(name, []).append(value)


def untouched(html: Any) -> dict[str, list[str]]:
    """The fields in `html` with their values, as they would be sent."""
    parser = _Fields()
    parser.feed(html.decode() if isinstance(html, bytes) else str(html))
    return parser.sent
