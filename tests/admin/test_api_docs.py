"""The API's description to read: in a browser, out of our own files, under the strict policy."""

from typing import Any

import pytest
from django.test import Client

from tests.admin.conftest import overhang


def test_the_docs_and_the_document(client: Client, db: None) -> None:
    docs, schema = client.get("/api/docs"), client.get("/api/schema")
    assert docs.status_code == schema.status_code == 200
    assert client.get("/api/docs/").status_code == client.get("/api/schema/").status_code == 200
    assert schema.headers["Content-Type"] == "application/json"
    assert schema.json()["openapi"].startswith("3.1")
    for answer in (docs, schema):
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
    refused = client.post("/api/schema", {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (405, "method_not_allowed")


def test_nothing_comes_from_elsewhere(client: Client) -> None:
    html = client.get("/api/docs").content.decode()
    assert "://" not in html
    assert "drf_spectacular_sidecar" in html


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_docs_open_without_a_complaint(opened: Any, live_server: Any) -> None:
    opened.goto(f"{live_server.url}/api/docs")
    opened.get_by_text("Create a workflow").click()
    opened.get_by_text("With active it is live at once").wait_for()
    assert opened.locator(".opblock").count() > 15
    opened.get_by_role("button", name="Try it out").click()
    opened.get_by_role("button", name="Authorize").click()
    assert opened.get_by_text("bearer (http, Bearer)").is_visible()
    opened.keyboard.press("Escape")
    opened.set_viewport_size({"width": 390, "height": 800})
    opened.goto(f"{live_server.url}/api/docs")
    opened.get_by_text("Create a workflow").wait_for()
    assert overhang(opened) <= 0
