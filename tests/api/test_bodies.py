"""JSON in and out, exactly."""

from typing import Any

import pytest
from django.test import Client

ECHO = "/api/probe/echo"
JSON = "application/json"


def post(api: Client, body: bytes, content_type: str = JSON, path: str = ECHO) -> Any:
    return api.post(path, data=body, content_type=content_type)


def test_numbers_pass_through_unchanged(api: Client) -> None:
    answer = post(api, b'{"a": 0.1000000000000000055, "b": 12345678901234567890.10, "c": 1}')
    assert answer.content == (
        b'{"data":{"a":0.1000000000000000055,"b":12345678901234567890.10,"c":1},"bytes":66,"price":0.10}'
    )


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
