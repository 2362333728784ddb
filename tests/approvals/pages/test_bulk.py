"""Several at once: each for itself, and a page that says what came of it."""

from collections.abc import Callable

from django.test import Client

from opsflows.approvals.amend import amend
from opsflows.approvals.models import ApprovalDecision, ApprovalRequest, ApprovalTask
from tests.approvals.office import NOW, Office, fresh

FINANCE = {"name": "Finance", "approvers": ["finance"]}
Desk = Callable[[str], Client]


def ticked(*requests: ApprovalRequest, name: str = "fay") -> list[str]:
    """As the boxes of the list say it."""
    rows = ApprovalTask.objects.filter(request__in=requests, user__first_name=name.title()).select_related("round")
    return [f"{row.pk}:{row.round.content_hash}" for row in rows]


def test_all_that_is_ticked_is_decided(office: Office, at_desk: Desk) -> None:
    requests = [office.ask(FINANCE, title=f"Number {number}.") for number in range(3)]
    fay = at_desk("fay")
    shown = fay.get("/inbox/").content.decode()
    boxes = ticked(*requests[:2])
    assert all(f'value="{box}"' in shown for box in boxes)
    data = {"task": boxes, "verdict": "approve", "comment": "All fine."}
    summary = fay.post("/inbox/decide/", data, follow=True).content.decode()
    assert [fresh(request).state for request in requests] == ["approved", "approved", "waiting"]
    assert set(ApprovalDecision.objects.values_list("comment", flat=True)) == {"All fine."}
    assert "You approved 2" in summary
    assert "Number 0." in summary
    assert "Number 2." not in summary


def test_one_that_cannot_be_decided_does_not_hold_up_the_others(office: Office, at_desk: Desk) -> None:
    fine, late, changed = (office.ask(FINANCE, title=title, amount=5) for title in ("Fine", "Late", "Changed"))
    boxes = ticked(fine, late, changed)
    office.decide(late, "finn")
    amend(voice=office.voice("ann"), request_id=changed.pk, amount=5000, now=NOW)
    shown = at_desk("fay").post("/inbox/decide/", {"task": boxes, "verdict": "approve"}, follow=True).content.decode()
    assert "You approved 1, and 2 could not be decided" in shown
    assert "This request is approved." in shown
    assert "The request has changed since" in shown
    assert [fresh(each).state for each in (fine, late, changed)] == ["approved", "approved", "waiting"]


def test_a_rejection_without_a_comment_can_be_sent_again_with_one(office: Office, at_desk: Desk) -> None:
    request, fay = office.ask(FINANCE, title="A yacht"), at_desk("fay")
    shown = fay.post("/inbox/decide/", {"task": ticked(request), "verdict": "reject"}, follow=True).content.decode()
    assert "These need a comment" in shown
    assert f'value="{ticked(request)[0]}" checked' in shown
    assert fresh(request).state == "waiting"
    fay.post("/inbox/decide/", {"task": ticked(request), "verdict": "reject", "comment": "We have one."})
    assert fresh(request).state == "rejected"


def test_nothing_ticked_or_tasks_of_others_decide_nothing(office: Office, at_desk: Desk) -> None:
    request = office.ask(FINANCE)
    for boxes in ([], ["nonsense"], ticked(request, name="finn")):
        at_desk("fay").post("/inbox/decide/", {"task": boxes, "verdict": "approve"})
    assert "Tick at least one" in at_desk("fay").post("/inbox/decide/", {}, follow=True).content.decode()
    assert fresh(request).state == "waiting"
    assert at_desk("fay").get("/inbox/decided/").status_code == 302
