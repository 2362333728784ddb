"""Who asks changes the request and puts files beside it; everybody is asked anew, and sees what is different."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from opsflows.approvals.amend import amend
from opsflows.approvals.content import Content, content_hash
from opsflows.approvals.models import ApprovalAttachment, ApprovalRequest, ApprovalRound
from tests.approvals.office import NOW, Office, fresh

MANAGER = {"name": "Manager", "approvers": ["manager"]}
Desk = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.OPSFLOWS_FILES = str(tmp_path)


def page(request: ApprovalRequest, act: str = "") -> str:
    return f"/inbox/{request.pk}/{act}"


@pytest.fixture
def request_(office: Office) -> ApprovalRequest:
    """With a summary and two details, one of which nobody can type."""
    request = office.ask(MANAGER, title="Standing desk", amount=450)
    details = [
        {"label": "Vendor", "value": "Deskly", "field": "vendor"},
        {"label": "Parts", "value": ["top", "legs"], "field": "parts"},
    ]
    content = Content("Standing desk", "My back hurts.", request.amount, "EUR", details)
    document = content.document()
    ApprovalRound.objects.filter(request=request).update(content=document, content_hash=content_hash(document))
    return request


def test_everything_that_can_be_typed_can_be_changed(request_: ApprovalRequest, office: Office, at_desk: Desk) -> None:
    form = at_desk("ann").get(page(request_, "amend/")).content.decode()
    for said in ("Standing desk", "My back hurts.", "450", "Deskly", "Amount in EUR"):
        assert said in form, said
    assert "Parts" not in form
    data = {"title": "Standing desk", "summary": "My back hurts a lot.", "amount": "380", "detail0": "Tablo"}
    done = at_desk("ann").post(page(request_, "amend/"), {**data, "note": "Found a cheaper one"})
    assert done.status_code == 302
    changed = fresh(request_)
    assert (changed.round_number, changed.state, changed.amount) == (2, "waiting", 380)
    text = at_desk("max").get(page(request_)).content.decode()
    for said in ("Found a cheaper one", "€450.00", "€380.00", "Tablo", "Deskly", "top, legs", "round 2"):
        assert said in text, said


def test_a_form_that_changes_nothing_comes_back(request_: ApprovalRequest, at_desk: Desk) -> None:
    same = {"title": "Standing desk", "summary": "My back hurts.", "amount": "450", "detail0": "Deskly", "note": ""}
    again = at_desk("ann").post(page(request_, "amend/"), same)
    assert again.status_code == 400
    assert "Nothing is different yet" in again.content.decode()
    again = at_desk("ann").post(page(request_, "amend/"), {**same, "amount": "a lot", "note": "My words"})
    assert again.status_code == 400
    for said in ("is not an amount", 'value="a lot"', "My words"):
        assert said in again.content.decode().replace("&#x27;", "'"), said


def test_only_who_asks_changes_it_and_only_while_it_is_open(
    request_: ApprovalRequest, office: Office, at_desk: Desk
) -> None:
    assert at_desk("max").post(page(request_, "amend/"), {"title": "Mine now"}).status_code == 403
    office.decide(request_, "max", "changes", "Cheaper, please.")
    assert "Change it and ask again" in at_desk("ann").get(page(request_)).content.decode()
    assert "Your turn" in at_desk("ann").get("/inbox/requested/").content.decode()
    amend(voice=office.voice("ann"), request_id=request_.pk, amount=200, now=NOW)
    office.decide(request_, "max")
    assert at_desk("ann").get(page(request_, "amend/")).status_code == 409


def test_a_file_is_put_there_and_taken_along(request_: ApprovalRequest, office: Office, at_desk: Desk) -> None:
    html = SimpleUploadedFile("offer.html", b"<script>alert(1)</script>", "text/html")
    assert at_desk("ann").post(page(request_, "attach/"), {"file": html}).status_code == 302
    row = ApprovalAttachment.objects.get()
    assert "offer.html" in at_desk("max").get(page(request_)).content.decode()
    got = at_desk("max").get(page(request_, f"files/{row.pk}/"))
    assert b"".join(got.streaming_content) == b"<script>alert(1)</script>"
    assert got["Content-Type"] == "application/octet-stream"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Disposition"] == 'attachment; filename="offer.html"'
    assert at_desk("bob").get(page(request_, f"files/{row.pk}/")).status_code == 404
    other = office.ask(MANAGER)
    assert at_desk("max").get(page(other, f"files/{row.pk}/")).status_code == 404


def test_a_file_that_is_too_large_or_none_is_refused(request_: ApprovalRequest, at_desk: Desk, settings: Any) -> None:
    assert at_desk("ann").post(page(request_, "attach/"), {}).status_code == 400
    settings.FILES_LARGEST_MB = 1
    large = SimpleUploadedFile("scan.pdf", b"x" * 1024 * 1025)
    again = at_desk("ann").post(page(request_, "attach/"), {"file": large})
    assert again.status_code == 400
    assert "at most 1,048,576 are kept" in again.content.decode()
    header = {"CONTENT_LENGTH": str(10**10), "content_type": "multipart/form-data; boundary=x"}
    unread = at_desk("ann").post(page(request_, "attach/"), data="", **header)
    assert unread.status_code == 302
    assert not ApprovalAttachment.objects.exists()
