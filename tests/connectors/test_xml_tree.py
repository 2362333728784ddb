"""XML is read without what makes it dangerous."""

import contextlib
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.xml_tree import parse_xml

BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 20))


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{BOMB}]><a>&l19;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://192.0.2.1/x.dtd"> %x;]><a/>',
        '<!DOCTYPE a SYSTEM "http://192.0.2.1/x.dtd"><a/>',
        "<!DOCTYPE a><a/>",
    ],
)
def test_a_doctype_is_refused_before_anything_is_expanded(text: str) -> None:
    with pytest.raises(ValueError, match="DOCTYPE"):
        parse_xml(text.encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"text",
        b"<a>",
        b"<a/><b/>",
        b"<a>&x;</a>",
        b"<x:a/>",
        b"<a b='1' b='2'/>",
        b"<a>\xff</a>",
        b"<a>\x00</a>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16"),
        b"<a>" * 21 + b"</a>" * 21,
        b"<a>" + b"<b/>" * 50_000 + b"</a>",
    ],
    ids=range(12),
)
def test_what_is_not_taken(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse_xml(body)


def test_another_encoding_that_is_announced_does_not_count() -> None:
    assert parse_xml("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>".encode()).text == "é"


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="￾￿")))
def test_text_reads_back(text: str) -> None:
    root = parse_xml(f'<a xmlns="urn:x"><b c="1">{escape(text)}</b><!-- no --><?no no?></a>'.encode())
    (child,) = root.named("b", "urn:x")
    assert (child.text, child.attribute("", "c"), child.attribute("", "d")) == (text, "", "")
    assert (root.namespace, list(root.named("b", ""))) == ("urn:x", [])


@given(st.binary() | st.text("<>/ab&;! x:=\"'").map(str.encode))
def test_nothing_but_value_error_is_raised(body: bytes) -> None:
    with contextlib.suppress(ValueError):
        parse_xml(body)


def test_long_text_in_pieces_is_one_text() -> None:
    assert parse_xml(b"<a>" + b"&amp;\n<b/>" * 20_000 + b"</a>").text == "&\n" * 20_000
