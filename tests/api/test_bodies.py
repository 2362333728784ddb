"""JSON in and out, exactly."""

from typing import Any

import pytest
from django.test import Client

from tests.api.chunks import post_chunked

ECHO = "/api/probe/echo"
JSON = "application/json"


def post(api: Client, body: bytes, content_type: str = JSON, path: str = ECHO) -> Any:
    return api.post(path, data=body, content_type=content_type)


def test_numbers_pass_through_unchanged(api: Client) -> None:
    answer = post(api, b'{"a": 0.1000000000000000055, "b": 12345678901234567890.10, "c": 1}')
    assert answer.content == (b'{"data":{"a":0.1000000000000000055,"b":12345678901234567890.10,"c":1},"price":0.10}')


def test_a_charset_beside_the_type_is_fine(api: Client) -> None:
    assert post(api, b'"\xc3\xa9"', "application/json; charset=utf-8").json()["data"] == "é"


@pytest.mark.parametrize(
    "body", [b"{", b"nope", b"[NaN]", b'"\\u0000"', b'"\\ud800"', b"\xff", b"[" * 100 + b"]" * 100]
)
def test_what_is_not_good_json_is_400_with_the_reason(api: Client, body: bytes) -> None:
    answer = post(api, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "malformed_body"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "garbage", "multipart/form-data"]
)
def test_another_type_is_415(api: Client, content_type: str) -> None:
    answer = post(api, b"{}", content_type)
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "unsupported_media_type"


def test_a_large_body_is_413_before_it_is_parsed(api: Client) -> None:
    inside = b'"' + b"x" * (1024 * 1024 - 2) + b'"'
    assert post(api, inside).status_code == 200
    answer = post(api, inside + b" ")
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_a_view_may_set_its_own_limit(api: Client) -> None:
    assert post(api, b'"12345678"', path="/api/probe/small").status_code == 200
    assert post(api, b'"123456789"', path="/api/probe/small").status_code == 413


def test_a_chunked_body_is_read_like_any_other(api: Client) -> None:
    answer = post_chunked(api, ECHO, b'{"a": 0.10}')
    assert answer.status_code == 200
    assert answer.json()["data"] == {"a": 0.1}


@pytest.mark.parametrize(("length", "status"), [(10, 200), (11, 413), (10_000_000, 413)])
def test_the_limit_holds_for_chunks(api: Client, length: int, status: int) -> None:
    answer = post_chunked(api, "/api/probe/small", b'"' + b"x" * (length - 2) + b'"')
    assert answer.status_code == status


def test_chunks_that_cannot_be_read_are_400(api: Client) -> None:
    answer = post_chunked(api, ECHO, b"{}", JSON, **{"wsgi.input_terminated": False})
    assert answer.status_code == 400
    assert "Content-Length" in answer.json()["error"]["message"]


def test_chunks_without_credentials_are_not_read(api: Client, db: None) -> None:
    assert post_chunked(api, "/api/events", b"x" * 10_000_000).status_code == 401


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (
            b'{"payload": {"items": [1, {}, {"name": "a\\u0000"}]}}',
            "At payload.items[2].name: A text holds",
        ),
        (b'[["ok"], ["\\ud800"]]', "At [1][0]: A text holds half"),
        (b'{"a": {"\\u0000": 1}}', "In a key of a: A text"),
        (b'{"\\u0000": 1}', "In a key: A text"),
        (b'"\\u0000"', "A text holds"),
        (b'{"a": [0, NaN]}', "At a[1]: NaN is not JSON"),
        (b'{"a": 1e1001}', "At a: The number 1e1001 is out of range: with one digit before the point, its exponent"),
        (b'{"a": -1e-99999999999999999999}', "At a: The number -1e-99999999999999999999 is out of range"),
        (b'{"a": ' + b"1" * 129 + b"}", "At a: The number 11111111111111111111\u2026 has 129 characters; at most 128"),
        (b'{"a": NaN, "a": 1}', "NaN is not JSON"),
        (b'{"a": NaN, ', "NaN is not JSON"),
        (b"[" * 60 + b"NaN" + b"]" * 60, "At " + "[0]" * 60 + ": NaN"),
        (b"[" * 90 + b"NaN" + b"]" * 90, "At \u2026"),
        (b'{"' + b"k" * 100 + b'": NaN}', "At " + "k" * 60 + "\u2026: NaN"),
    ],
)
def test_what_cannot_be_stored_is_named_with_its_place(api: Client, body: bytes, place: str) -> None:
    answer = post(api, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(place)


def test_a_number_at_the_bound_is_taken(api: Client) -> None:
    assert post(api, b"[1e1000, 1e-1000, " + b"1" * 128 + b"]").status_code == 200


@pytest.mark.parametrize("path", ["/api/token", ECHO])
def test_a_refused_type_comes_with_the_right_ones(api: Client, path: str) -> None:
    hint = post(api, b"{}", "text/plain", path=path).json()["error"]["hint"]
    form = "application/x-www-form-urlencoded or " if path == "/api/token" else ""
    assert hint == f"Send the body with Content-Type: {form}application/json."
