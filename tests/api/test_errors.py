"""Every refusal has the one shape, and tells no more than it should."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

LOST = "There is nothing here, or it belongs to another account."


@pytest.mark.parametrize(
    ("what", "status", "error"),
    [
        ("forbidden", 403, {"code": "forbidden", "message": "This needs the permission 'runs:operate'."}),
        ("missing", 404, {"code": "not_found", "message": LOST}),
        ("row", 404, {"code": "not_found", "message": LOST}),
        ("field", 400, {"code": "invalid", "message": "Name is missing.", "field": "name"}),
        ("whole", 400, {"code": "invalid", "message": "The two do not fit."}),
        ("invalid", 400, {"code": "invalid", "message": "No.", "field": "type", "hint": "Say order.shipped."}),
        ("conflict", 409, {"code": "conflict", "message": "Saved by somebody else."}),
        ("database", 503, {"code": "unavailable", "message": "Not available right now; try again."}),
        ("fault", 500, {"code": "fault", "message": "Something broke on our side; it has been logged."}),
        (
            "fields",
            400,
            {
                "code": "invalid",
                "message": "3 things are wrong with the input.",
                "field": "name",
                "problems": [
                    {"path": "name", "message": "Name is missing."},
                    {"path": "config", "message": "No url."},
                    {"path": "config", "message": "No body."},
                ],
            },
        ),
        (
            "several",
            400,
            {
                "code": "invalid",
                "message": "2 things are wrong with the input.",
                "field": "rules.0.operator",
                "problems": [
                    {"path": "rules.0.operator", "message": "Unknown."},
                    {"path": "rules.1", "message": "Empty."},
                ],
            },
        ),
    ],
)
def test_what_goes_wrong_in_a_view(api: Client, what: str, status: int, error: dict[str, Any]) -> None:
    api.raise_request_exception = False
    answer = api.get(f"/api/probe/fail/{what}")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {"error": error}


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/token/x", "/api/%00/%ff", "/api/probe/fail"])
@pytest.mark.parametrize("method", ["get", "post", "delete", "patch"])
def test_an_unknown_path_is_404_for_everyone(api: Client, path: str, method: str) -> None:
    answer = getattr(api, method)(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_wrong_method_is_405_and_names_the_right_ones(api: Client) -> None:
    answer = api.get("/api/token")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST, OPTIONS"
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert answer.json()["error"]["hint"] == "This path takes POST, OPTIONS."


def test_without_credentials_the_answer_says_how_to_send_them(api: Client, db: None) -> None:
    answer = api.get("/api/probe/incurious")
    assert answer.status_code == 401
    assert answer.json()["error"]["hint"] == "Send the header Authorization: Bearer <API key or token>."


@pytest.mark.parametrize("path", ["/api/workflows/zzz", "/api/workflows/zzz/", "/api/workflows/zzz/executions"])
def test_what_is_no_id_is_told_so(api: Client, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "zzz is not an id."


def test_a_type_that_we_do_not_write_is_406_in_our_shape(api: Client) -> None:
    answer = api.post("/api/token", headers={"Accept": "text/xml"})
    assert answer.status_code == 406
    assert answer.json()["error"]["code"] == "not_acceptable"


def test_options_tells_what_a_path_takes(api: Client) -> None:
    answer = api.options("/api/token")
    assert answer.status_code == 200
    assert "application/json" in answer.json()["parses"]


def test_the_path_has_a_name(api: Client) -> None:
    assert reverse("api:token") == "/api/token"
