"""Patterns 9 and 10: approval chains by amount, and review by what a text mentions."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from opsflows.accounts.models import PlatformAccount, Recipient
from opsflows.approvals.amend import amend
from opsflows.approvals.forms.starting_forms import add_starting_form
from opsflows.approvals.forms.submit_form import submit_form
from opsflows.approvals.models import ApprovalLevel, ApprovalMessage, ApprovalRequest
from opsflows.approvals.set_channels import set_channels
from opsflows.approvals.sweep import sweep
from opsflows.runs.models import Execution, QueueItem, Step
from tests.approvals.office import NOW, Office
from tests.patterns.conftest import Claiming
from tests.patterns.world import World

pytestmark = pytest.mark.django_db
SetUp = Callable[[str], dict[str, Any]]


@pytest.fixture
def office(db: None) -> Office:
    office = Office()
    office.person("root", "admin")
    office.person("max")
    office.person("ann", manager="max")
    for name in ("fay", "finn", "cleo", "lea", "sid", "coco"):
        office.person(name)
    office.team("finance", "fay", "finn")
    for team, name in (("legal", "lea"), ("security", "sid"), ("compliance", "coco")):
        office.team(team, name)
    Recipient.objects.create(account=office.account, name="cfo", person=office.people["cleo"])
    return office


@pytest.fixture
def account(office: Office) -> PlatformAccount:
    return office.account


def request() -> ApprovalRequest:
    return ApprovalRequest.objects.latest("id")


def mailed() -> list[tuple[str, str]]:
    """What the workflow itself wrote; what approvals send is sent by a job of their own."""
    return [(message.to[0], message.body) for message in mail.outbox]


def after(engine: Claiming, **length: float) -> None:
    """Time passes; deadlines are met."""
    engine.pass_time(**length)
    sweep(now=engine.now)
    engine.settle()


# Pattern 9


@pytest.fixture
def report(engine: Claiming, set_up: SetUp, world: World) -> Callable[[int], ApprovalRequest]:
    """`report(5000)`: Ann sends in an expense report."""
    set_up("09_expense_approval")

    def send(amount: int) -> ApprovalRequest:
        world.answers["expenses.example"] = lambda call: (200, {"amount": amount, "category": "Software"})
        engine.emit("expense.submitted", reportId="R-17", requesterEmail="ann@acme.example")
        engine.settle()
        return request()

    return send


@pytest.mark.parametrize(
    ("amount", "chain"),
    [
        (999, ["max"]),
        (1000, ["max", "fay"]),
        (5000, ["max", "finn"]),
        (5001, ["max", "fay", "cleo"]),
    ],
)
def test_the_amount_says_who_approves(
    office: Office,
    engine: Claiming,
    world: World,
    report: Callable[[int], ApprovalRequest],
    amount: int,
    chain: list[str],
) -> None:
    asked = report(amount)
    assert (asked.title, asked.requester) == (f"Approve ${amount:,} software expense?", office.people["ann"])
    for name in chain:
        assert name in office.waiting(asked)
        assert not world.to("payroll.example")
        # It waits without a worker.
        assert QueueItem.objects.get().status == "waiting"
        office.decide(asked, name, now=engine.now)
        engine.settle()
    asked.refresh_from_db()
    assert (asked.state, engine.run().execution_status) == ("approved", "completed")
    [paid] = world.to("payroll.example")
    approved_by = ", ".join(office.people[name].first_name for name in chain)
    assert paid.body == {"report": "R-17", "amount": amount, "approved_by": approved_by}
    assert mailed() == [("ann@acme.example", "Approved! Reimbursement in 3-5 days")]


def test_finance_rejects_with_a_reason(
    office: Office, engine: Claiming, world: World, report: Callable[[int], ApprovalRequest]
) -> None:
    asked = report(5000)
    office.decide(asked, "max", now=engine.now)
    office.decide(asked, "fay", "reject", "Use the licence we have.", now=engine.now)
    engine.settle()
    assert mailed() == [("ann@acme.example", "Finance rejected: Use the licence we have.")]
    assert (engine.run().execution_status, world.to("payroll.example")) == ("completed", [])


def test_who_does_not_answer_in_time_rejects(
    office: Office, engine: Claiming, report: Callable[[int], ApprovalRequest]
) -> None:
    # Monday at nine; the clock does not stop at night.
    report(5000)
    after(engine, hours=47, minutes=59)
    assert not mailed()
    after(engine, minutes=1)
    assert mailed() == [
        (
            "ann@acme.example",
            "Manager rejected: Nobody decided at “Manager” in time. The policy says that this rejects it.",
        )
    ]
    asked = report(5000)
    office.decide(asked, "max", now=engine.now)
    after(engine, hours=23)
    assert len(mailed()) == 1
    after(engine, hours=1)
    assert mailed()[1][1].startswith("Finance rejected: Nobody decided")
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {"completed"}


def test_whoever_is_asked_is_written_to_in_slack(office: Office, report: Callable[[int], ApprovalRequest]) -> None:
    set_channels(
        actor=office.actor("root", door="admin"),
        by_email=True,
        slack_bot_token="xoxb-" + "1" * 40,
        slack_signing_secret="5" * 32,
        now=NOW,
    )
    report(5000)
    told = ApprovalMessage.objects.filter(purpose="ask").values_list("channel", "address")
    assert sorted(told) == [("email", "max@acme.example"), ("slack", "max@acme.example")]


# Pattern 10


@pytest.fixture
def post(office: Office, engine: Claiming, set_up: SetUp) -> Callable[[str], ApprovalRequest]:
    """`post(text)`: Ann hands in a blog post by the form."""
    set_up("10_content_review")
    form = add_starting_form(actor=office.actor("root", door="admin"), starting="content", now=engine.now)

    def hand_in(text: str) -> ApprovalRequest:
        values = {"title": "Our plans", "contentType": "Blog post", "content": text}
        submit_form(actor=office.actor("ann"), form_id=form.pk, values=values, key=uuid.uuid4().hex, now=engine.now)
        engine.settle()
        return request()

    return hand_in


POST = "Under the GDPR, our pricing starts at $89/mo."


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (POST, {"lea", "fay", "finn"}),
        ("A medical claim.", {"lea"}),
        ("How we keep Customer Data.", {"sid"}),
        ("Public health, and pricing.", {"coco", "fay", "finn"}),
    ],
)
def test_what_it_mentions_says_who_reviews(
    office: Office, post: Callable[[str], ApprovalRequest], text: str, asked: set[str]
) -> None:
    assert office.waiting(post(text)) == asked


def test_what_mentions_nothing_is_published_at_once(
    engine: Claiming, world: World, post: Callable[[str], ApprovalRequest]
) -> None:
    assert post("Hello.").state == "approved"
    assert [call.body["content"] for call in world.to("cms.example")] == ["Hello."]


def test_legal_approves_and_finance_rejects(
    office: Office, engine: Claiming, world: World, post: Callable[[str], ApprovalRequest]
) -> None:
    asked = post(POST)
    # All are waited for, in whichever order they answer.
    office.decide(asked, "fay", "reject", "Pricing is outdated, update to $99/mo", now=engine.now)
    engine.settle()
    assert (office.waiting(asked), mailed()) == ({"lea", "finn"}, [])
    office.decide(asked, "finn", "reject", "Pricing is outdated, update to $99/mo", now=engine.now)
    office.decide(asked, "lea", now=engine.now)
    engine.settle()
    assert mailed() == [("ann@acme.example", "Finance rejected. Pricing is outdated, update to $99/mo")]
    states = dict(ApprovalLevel.objects.values_list("name", "state"))
    assert states == {"Legal": "approved", "Security": "left_out", "Finance": "rejected", "Compliance": "left_out"}
    assert not world.to("cms.example")
    # Handed in again, it goes where its new text belongs.
    again = post("Our pricing starts at $99/mo.")
    assert office.waiting(again) == {"fay", "finn"}
    office.decide(again, "fay", now=engine.now)
    office.decide(again, "finn", now=engine.now)
    engine.settle()
    assert [call.body["content"] for call in world.to("cms.example")] == ["Our pricing starts at $99/mo."]


def test_changed_instead_it_is_routed_anew(
    office: Office, engine: Claiming, world: World, post: Callable[[str], ApprovalRequest]
) -> None:
    asked = post(POST)
    office.decide(asked, "lea", now=engine.now)
    office.decide(asked, "fay", "changes", "Update to $99/mo", now=engine.now)
    assert office.waiting(asked) == set()
    text = "Our pricing starts at $99/mo; no customer data is kept."
    amend(voice=office.voice("ann"), request_id=asked.pk, details={"Text": text}, now=engine.now)
    assert office.waiting(asked) == {"sid", "fay", "finn"}
    for name in ("sid", "fay", "finn"):
        office.decide(asked, name, now=engine.now)
    engine.settle()
    assert [call.body["content"] for call in world.to("cms.example")] == [text]
    # One run, one step: the rounds are the request's.
    assert (Execution.objects.count(), Step.objects.filter(step_id="review").count()) == (1, 1)
