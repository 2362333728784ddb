"""One request: what is shown of it, and every way to answer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opsflows.approvals.decide import own_task
from opsflows.approvals.models import ApprovalDecision, ApprovalRequest, ApprovalRound, ApprovalTask
from tests.approvals.office import Office, fresh

MANAGER = {"name": "Manager", "approvers": ["manager"], "timeout": "2 days"}
FINANCE = {"name": "Finance", "approvers": ["finance"]}
Desk = Callable[[str], Client]


def page(request: ApprovalRequest, act: str = "") -> str:
    return f"/inbox/{request.pk}/{act}"


def shown(client: Client, request: ApprovalRequest) -> str:
    answer = client.get(page(request))
    assert answer.status_code == 200
    return answer.content.decode()


def answer(office: Office, client: Client, request: ApprovalRequest, name: str, verdict: str, **more: str) -> Any:
    """What a browser sends that was shown the request as it stands."""
    task = own_task(actor=office.actor(name), request_id=request.pk)
    seen = ApprovalRound.objects.get(request=request, number=fresh(request).round_number).content_hash
    data = {"task": str(task.pk), "seen": seen, "verdict": verdict, "comment": "", **more}
    return client.post(page(request, "decide/"), data)


def test_the_page_says_what_who_how_much_and_what_comes_next(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER, FINANCE, title="Standing desk", amount="450.5")
    text = shown(at_desk("max"), request)
    for said in ("Standing desk", "€450.50", "Ann", "Manager", "Finance", "overdue by", "When Manager approved"):
        assert said in text, said
    assert "Approve" in text
    assert "Approve" not in shown(at_desk("ann"), request).split('id="keys"')[0]


def test_who_takes_no_part_finds_nothing(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    for name, status in (("bob", 404), ("ann", 200), ("max", 200), ("root", 200)):
        assert at_desk(name).get(page(request)).status_code == status, name
    for act in ("decide/", "comment/", "reassign/", "recall/", "amend/", "attach/"):
        data = {"text": "x", "to": "cleo", "task": str(ApprovalTask.objects.get().pk), "seen": "x", "title": "x"}
        assert at_desk("bob").post(page(request, act), data).status_code in (400, 403, 404), act
    assert fresh(request).state == "waiting"


@pytest.mark.parametrize("verdict", ["approve", "reject", "changes"])
def test_a_decision_goes_back_to_the_page_and_says_so(verdict: str, office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    done = answer(office, at_desk("max"), request, "max", verdict, comment="Because.")
    assert (done.status_code, done.url) == (302, page(request))
    decision = ApprovalDecision.objects.get()
    assert (decision.verdict, decision.comment, decision.door, decision.identity) == (
        verdict,
        "Because.",
        "page",
        "login",
    )
    text = shown(at_desk("ann"), request)
    assert "Because." in text
    assert "signed in" in text


def test_a_rejection_without_a_comment_is_asked_for_one(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    again = answer(office, at_desk("max"), request, "max", "reject")
    assert again.status_code == 400
    assert "Say why" in again.content.decode()
    assert fresh(request).state == "waiting"


def test_a_comment_that_is_too_long_is_kept_to_be_shortened(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    again = answer(office, at_desk("max"), request, "max", "approve", comment="wordy " * 1000)
    assert again.status_code == 400
    assert "At most 5,000 characters" in again.content.decode()
    assert "wordy wordy" in again.content.decode()


def test_a_request_that_has_changed_is_to_be_looked_at_once_more(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    again = answer(office, at_desk("max"), request, "max", "approve", seen="0" * 64, comment="Fine with me")
    text = again.content.decode()
    assert again.status_code == 409
    assert "has changed since it was shown to you" in text
    assert "Fine with me" in text
    assert fresh(request).state == "waiting"
    # The form that is shown now is about what is shown now.
    seen = text.split('name="seen" value="')[1].split('"')[0]
    assert answer(office, at_desk("max"), request, "max", "approve", seen=seen).status_code == 302


def test_who_comes_too_late_is_told_what_stands_and_loses_no_comment(office: Office, at_desk: Desk) -> None:
    request = office.ask(FINANCE)
    task = own_task(actor=office.actor("finn"), request_id=request.pk)
    office.decide(request, "fay", "reject", "Too dear.")
    data = {"task": str(task.pk), "seen": "x", "verdict": "approve", "comment": "A fine idea"}
    late = at_desk("finn").post(page(request, "decide/"), data)
    assert late.status_code == 409
    for said in ("This request is rejected.", "A fine idea", "Too dear."):
        assert said in late.content.decode()


def test_nobody_decides_for_somebody_else(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    task = ApprovalTask.objects.get()
    data = {"task": str(task.pk), "seen": ApprovalRound.objects.get().content_hash, "verdict": "approve"}
    assert at_desk("root").post(page(request, "decide/"), data).status_code == 403
    assert at_desk("ann").post(page(request, "decide/"), data).status_code == 403
    assert fresh(request).state == "waiting"


def test_acts_want_a_post_and_its_token(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    for act in ("decide/", "comment/", "reassign/", "recall/"):
        assert at_desk("max").get(page(request, act)).status_code == 405, act
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(office.people["ann"])
    for act in ("decide/", "comment/", "reassign/", "recall/", "amend/", "attach/"):
        assert strict.post(page(request, act), {}).status_code == 403, act


def test_comments(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    assert at_desk("ann").post(page(request, "comment/"), {"text": "It is <b>urgent</b>."}).status_code == 302
    assert "It is &lt;b&gt;urgent&lt;/b&gt;." in shown(at_desk("max"), request)
    assert at_desk("ann").post(page(request, "comment/"), {"text": " "}).status_code == 400
    again = at_desk("ann").post(page(request, "comment/"), {"text": "wordy " * 1000})
    assert again.status_code == 400
    assert "At most 5,000 characters" in again.content.decode()
    assert "wordy wordy" in again.content.decode()


def test_a_task_is_handed_on(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    task = {"task": str(ApprovalTask.objects.get().pk)}
    wrong = at_desk("max").post(page(request, "reassign/"), {**task, "to": "nobody-here", "comment": "You know it"})
    assert wrong.status_code == 400
    for said in ("nobody-here", "You know it", "no member"):
        assert said in wrong.content.decode()
    done = at_desk("max").post(page(request, "reassign/"), {**task, "to": "cleo@acme.example"})
    assert done.status_code == 302
    assert office.waiting(request) == {"cleo"}
    assert "for Max" in shown(at_desk("cleo"), request)


def test_whoever_asks_recalls_it(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    assert "Recall it" not in shown(at_desk("max"), request)
    assert "Recall it" in shown(at_desk("ann"), request)
    assert at_desk("ann").post(page(request, "recall/"), {"reason": "Found one."}).status_code == 302
    assert fresh(request).state == "recalled"
    assert "Found one." in shown(at_desk("max"), request)
    assert at_desk("ann").post(page(request, "recall/"), {}).status_code == 409


def test_pages_of_one_person_and_of_many_cost_the_same(office: Office, at_desk: Desk) -> None:
    few = office.ask(MANAGER)
    many = office.ask({"approvers": ["max.acme", "fay.acme", "finn.acme", "cleo.acme"], "mode": "all"}, FINANCE)
    for name in ("fay", "finn"):
        office.decide(many, name)
    reader = at_desk("max")
    counts = []
    for request in (few, few, many):
        for text in ("one", "two") if request is many else ():
            reader.post(page(request, "comment/"), {"text": text})
        reader.get(page(request))
        with CaptureQueriesContext(connection) as captured:
            shown(reader, request)
        counts.append(len(captured))
    assert counts[1] == counts[2] <= 16


def test_the_strict_policy_holds_and_nothing_is_inline(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER)
    for url in ("/inbox/", page(request), "/inbox/away/", "/inbox/accounts/"):
        got = at_desk("max").get(url)
        assert "unsafe" not in got["Content-Security-Policy"]
        assert "no-store" in got["Cache-Control"]
        for inline in (" style=", "<style", " onclick=", "<script>"):
            assert inline not in got.content.decode(), (url, inline)
