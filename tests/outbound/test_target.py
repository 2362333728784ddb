"""How URLs are read: what passes leads where it says, and everything else gets a sentence."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.outbound import OutboundError
from opsflows.outbound.target import parse_target


@pytest.mark.parametrize(
    ("url", "origin", "host_header", "path"),
    [
        ("https://example.com", ("https", "example.com", 443), "example.com", "/"),
        ("HTTPS://Example.COM:443/A", ("https", "example.com", 443), "example.com", "/A"),
        ("http://example.com:8080/a?b=c#d", ("http", "example.com", 8080), "example.com:8080", "/a?b=c"),
        ("http://example.com./", ("http", "example.com", 80), "example.com", "/"),
        ("http://my_service/", ("http", "my_service", 80), "my_service", "/"),
        ("https://bücher.example/ü b?q=ä|", ("https", "xn--bcher-kva.example", 443), None, "/%C3%BC%20b?q=%C3%A4%7C"),
        ("https://example.com/%2e%2e/100%?a[]=1", ("https", "example.com", 443), None, "/%2e%2e/100%?a[]=1"),
        ("http://8.8.8.8/", ("http", "8.8.8.8", 80), "8.8.8.8", "/"),
        ("http://[2606:4700:0::1]:8000/", ("http", "2606:4700::1", 8000), "[2606:4700::1]:8000", "/"),
        ("http://１２７.0.0.1/", ("http", "127.0.0.1", 80), "127.0.0.1", "/"),
    ],
)
def test_what_a_url_leads_to(url, origin, host_header, path):
    target = parse_target(url)
    assert target.origin == origin
    assert target.path == path
    assert host_header in (None, target.host_header)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "empty"),
        ("example.com/hook", "begin with https://"),
        ("ftp://example.com/", "begin with https://"),
        ("file:///etc/passwd", "begin with https://"),
        ("gopher://example.com/", "begin with https://"),
        ("//example.com/", "begin with https://"),
        ("http://", "no host"),
        ("http:///path", "no host"),
        ("http://user:secret@example.com/", "user name"),
        ("http://example.com@evil.example/", "user name"),
        ("http://example.com:0/", "port"),
        ("http://example.com:65536/", "port"),
        ("http://example.com:80a/", "port"),
        ("http://exa mple.com/", "not a valid name"),
        ("http://example..com/", "not a valid name"),
        ("http://-example.com/", "not a valid name"),
        ("http://{{host}}/", "not a valid name"),
        ("http://exam%70le.com/", "not a valid name"),
        ("http://" + "a" * 64 + ".com/", "not a valid name"),
        ("http://" + "a." * 127 + "com/", "not a valid name"),
        ("http://example.com\\@evil.example/", "backslash"),
        ("http://example.com/\r\nX-Evil: 1", "line break"),
        ("http://exam\tple.com/", "control character"),
        ("http://[::1/", "cannot be read"),
        ("http://[fe80::1%25eth0]/", "interface"),
        ("http://[example.com]/", ""),
        ("http://☃.☃☃☃\u0378/", "international"),
        ("http://example.com/\ud800", "surrogate"),
        ("http://example.com/" + "a" * 8192, "longer than"),
        # The system's own resolver would take each of these for 127.0.0.1.
        ("http://2130706433/", "four decimal numbers"),
        ("http://0x7f000001/", "four decimal numbers"),
        ("http://017700000001/", "four decimal numbers"),
        ("http://0177.0.0.1/", "four decimal numbers"),
        ("http://0x7f.0.0.1/", "four decimal numbers"),
        ("http://127.1/", "four decimal numbers"),
        ("http://127.0.0.01/", "four decimal numbers"),
        ("http://①②⑦.1/", "four decimal numbers"),
        ("http://example.123/", "four decimal numbers"),
    ],
)
def test_what_is_wrong_with_a_url_is_said(url, says):
    with pytest.raises(OutboundError) as raised:
        parse_target(url)
    assert (raised.value.kind, raised.value.sent, raised.value.retryable) == ("bad_url", False, False)
    assert says in raised.value.detail
    assert "secret" not in raised.value.detail


@given(st.one_of(st.text(), st.text().map("http://".__add__), st.text().map("https://example.com/".__add__)))
def test_any_text_is_a_target_or_a_sentence(url):
    try:
        target = parse_target(url)
    except OutboundError:
        return
    assert re.fullmatch(r"/[!-~]*", target.path)
    assert re.fullmatch(r"[!-~]+", target.host_header)
