"""The HTML alternative of a text: readable, and nothing in it comes from the text as markup."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.messages.html import paragraphs, to_html

_ALLOWED = {"p", "br", "a"}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [str(value) for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\ntwo\n\nThree", "<p>One<br>\ntwo</p>\n<p>Three</p>"),
        ("a\r\n\r\nb", "<p>a</p>\n<p>b</p>"),
        ("", ""),
        ("\n \n", ""),
        ("<b>&", "<p>&lt;b&gt;&amp;</p>"),
    ],
)
def test_paragraphs_and_lines(text: str, html: str) -> None:
    assert paragraphs(text) == html


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See https://example.com/a?b=1&c=2.", "https://example.com/a?b=1&c=2"),
        ("(http://example.com)", "http://example.com"),
        ("javascript:alert(1)", None),
        ("https://", None),
    ],
)
def test_addresses_of_the_web_become_links(text: str, link: str | None) -> None:
    reader = Reader()
    reader.feed(paragraphs(text))
    assert reader.links == ([link] if link else [])


@given(st.text() | st.text(alphabet="<>&\"'/ht ps:.\n\r x"))
def test_no_text_becomes_markup(text: str) -> None:
    reader = Reader()
    html = paragraphs(text)
    reader.feed(html)
    reader.close()
    assert reader.tags <= _ALLOWED
    assert all(re.match(r"https?://", link) for link in reader.links)
    assert "".join(reader.text.split()) == "".join(text.split())
    assert html in to_html(text)
