"""The step: it asks, rests without a worker, and goes on by what people decided."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from opsflows.approvals.amend import amend
from opsflows.approvals.errors import Settled
from opsflows.approvals.models import ApprovalPolicy, ApprovalRequest, ApprovalTask, FormSubmission
from opsflows.approvals.recall import recall
from opsflows.approvals.sweep import sweep
from opsflows.lookups.models import Segment
from opsflows.records.models import Task
from opsflows.runs.cancel import cancel
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.errors import InvalidDefinition
from tests.approvals.office import Office, fresh
from tests.runs.conftest import NOW
from tests.runs.graphs import publisher
from tests.runs.queued import QueuedEngine

pytestmark = pytest.mark.django_db

LEVELS = [{"name": "Bob", "approvers": ["bob.acme"], "timeout": "48 hours"}]


@pytest.fixture
def engine(office: Office) -> Iterator[QueuedEngine]:
    engine = QueuedEngine(account_id=office.account.pk, now=NOW)
    yield engine
    engine.close()


def flow(office: Office, **config: Any) -> None:
    given = {"type": "approval", "title": "Spend {{amount}}", "amount": "{{amount}}", "requester": "{{by}}"}
    if "policy" not in config:
        given["levels"] = LEVELS
    tasks = {
        state: {"type": "create_task", "title": state} for state in ("approved", "rejected", "expired", "recalled")
    }
    edges = [f"ask.{state} -> {state}" for state in tasks]
    publisher(office.actor("root", door="admin"))(*edges, ask={**given, **config}, **tasks)


def begin(engine: QueuedEngine, **data: Any) -> ApprovalRequest:
    engine.emit("deal.won", **{"amount": 500, "by": "ann@acme.example", **data})
    engine.settle()
    return ApprovalRequest.objects.latest("id")


def went(engine: QueuedEngine) -> tuple[str, str, dict[str, Any]]:
    engine.settle()
    run = Execution.objects.latest("id")
    step = Step.objects.get(execution=run, step_id="ask")
    following = Step.objects.filter(execution=run).exclude(step_id__in=["ask"]).values_list("step_id", flat=True)
    return run.execution_status, ",".join(following), step.output_data


def test_it_waits_and_goes_on(office: Office, engine: QueuedEngine) -> None:
    flow(office)
    request = begin(engine)
    assert Execution.objects.get().execution_status == "waiting"
    assert (request.title, request.amount, request.requester) == ("Spend 500", 500, office.people["ann"])
    office.decide(request, "bob", comment="Fine.", now=NOW)
    status, following, output = went(engine)
    assert (status, following) == ("completed", "approved")
    assert (output["state"], output["decided_by"], output["comment"]) == ("approved", "Bob", "Fine.")
    assert not QueueItem.objects.exists()


def test_each_way_out(office: Office, engine: QueuedEngine) -> None:
    flow(office)
    office.decide(begin(engine), "bob", "reject", "Too much.", now=NOW)
    assert went(engine)[:2] == ("completed", "rejected")
    recall(voice=office.voice("ann"), request_id=begin(engine).pk, now=NOW)
    assert went(engine)[:2] == ("completed", "recalled")
    begin(engine)
    engine.pass_time(hours=48)
    sweep(now=engine.now)
    assert went(engine)[:2] == ("completed", "expired")


def test_a_run_that_is_cancelled_takes_its_request_back(office: Office, engine: QueuedEngine) -> None:
    flow(office)
    request = begin(engine)
    cancel(actor=office.actor("root", door="admin"), execution_id=Execution.objects.get().pk, now=NOW)
    engine.settle()
    request.refresh_from_db()
    assert (request.state, ApprovalTask.objects.get().state) == ("recalled", "closed")
    assert request.reason == "The run that asked for this was ended."


def test_without_a_level_it_goes_on_at_once(office: Office, engine: QueuedEngine) -> None:
    above = {"field": "amount", "operator": "greater_than", "value": 1000}
    flow(office, levels=[{"approvers": ["bob.acme"], "when": above}])
    assert begin(engine).state == "approved"
    assert went(engine)[:2] == ("completed", "approved")


def test_a_policy_is_kept_as_it_was_published(office: Office, engine: QueuedEngine) -> None:
    policy = ApprovalPolicy.objects.create(account=office.account, name="Spending", plan={"levels": LEVELS})
    flow(office, policy="spending")
    policy.plan = {"levels": [{"approvers": ["cleo.acme"]}]}
    policy.save()
    request = begin(engine)
    assert office.waiting(request) == {"bob"}
    assert request.policy_name == "spending"


def test_a_segment_in_a_level(office: Office, engine: QueuedEngine) -> None:
    big = {"logic": "AND", "rules": [{"field": "amount", "operator": "greater_than", "value": 1000}]}
    Segment.objects.create(account=office.account, name="big", conditions=big)
    level = {"approvers": ["cleo.acme"], "when": {"operator": "in_segment", "value": "big"}}
    flow(office, levels=[*LEVELS, level])
    small, large = begin(engine), begin(engine, amount=2000)
    office.decide(small, "bob", now=NOW)
    office.decide(large, "bob", now=NOW)
    assert (office.waiting(small), office.waiting(large)) == (set(), {"cleo"})


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({"levels": []}, "levels"),
        ({"policy": "Nowhere"}, "policy"),
        ({"levels": [{"approvers": []}]}, "levels[0].approvers"),
        ({"levels": [{"approvers": ["x"], "mode": "many"}]}, "levels[0].mode"),
        ({"levels": [{"approvers": ["x"], "timeout": "soon"}]}, "levels[0].timeout"),
        ({"levels": [{"approvers": ["x"], "when": {"field": "a", "operator": "is_nice"}}]}, "levels[0].when"),
        ({"levels": [{"approvers": ["x"], "onTimeout": "escalate", "timeout": "1 day"}]}, "levels[0].escalateTo"),
        ({"levels": [{"approvers": ["x"], "colour": "red"}]}, "levels[0].colour"),
        ({"title": " "}, "title"),
        ({"policy": "Spending", "collectAll": True}, "collectAll"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(office: Office, config: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidDefinition) as error:
        flow(office, **config)
    assert place in " ".join(problem.path for problem in error.value.problems)


def test_an_amount_that_is_none_fails_the_step(office: Office, engine: QueuedEngine) -> None:
    flow(office)
    engine.emit("deal.won", amount="a lot", by="")
    engine.settle()
    assert not ApprovalRequest.objects.exists()
    assert "is not an amount" in str(Step.objects.get(step_id="ask").error_message)


def test_one_key_asks_once(office: Office) -> None:
    first = office.ask({"approvers": ["bob.acme"]})
    office.count = itertools.count(1)
    assert office.ask({"approvers": ["bob.acme"]}).pk == first.pk
    assert ApprovalTask.objects.count() == 1


def test_a_step_that_took_too_long_takes_only_its_own_request_back(office: Office, engine: QueuedEngine) -> None:
    """Its way out by `error` leads into another approval, which rests at the same row."""
    first = {"type": "approval", "title": "First", "levels": [{"approvers": ["bob.acme"]}], "stepTimeout": "1 hour"}
    second = {"type": "approval", "title": "Second", "levels": [{"approvers": ["cleo.acme"]}]}
    publisher(office.actor("root", door="admin"))("one.error -> two", one=first | {"onError": "branch"}, two=second)
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    states = dict(ApprovalRequest.objects.values_list("title", "state"))
    assert states == {"First": "recalled", "Second": "waiting"}


def test_an_answer_in_time_counts_though_the_worker_is_late(office: Office, engine: QueuedEngine) -> None:
    flow(office, stepTimeout="1 hour")
    office.decide(begin(engine), "bob", now=NOW + timedelta(minutes=59))
    engine.pass_time(hours=2)
    assert went(engine)[:2] == ("completed", "approved")


def test_what_the_run_no_longer_waits_for_cannot_be_decided(office: Office, engine: QueuedEngine) -> None:
    """Its time is over, a worker has it already, and then the click comes."""
    flow(office)
    request = begin(engine)
    QueueItem.objects.update(status="processing")
    with pytest.raises(Settled, match="going on without an answer"):
        office.decide(request, "bob", now=NOW)
    assert fresh(request).state == "waiting"


def test_who_filled_in_the_form_asks_and_its_files_are_there(office: Office, engine: QueuedEngine) -> None:
    file = {"name": "offer.pdf", "size": 4, "sha256": "ab" * 32, "stored_as": "forms/x/offer.pdf"}
    fields = [
        {"key": "amount", "label": "How much", "kind": "money", "choices": ["EUR"]},
        {"key": "paper", "label": "The offer", "kind": "file"},
    ]
    submission = FormSubmission.objects.create(
        account=office.account,
        form_name="Expense",
        fields=fields,
        data={"amount": 500, "amountCurrency": "EUR", "paper": file},
        submitted_by=office.people["ann"],
        event_id=office.account.pk,
        key="k",
        created_at=NOW,
    )
    flow(office, requester="bob@acme.example")
    event_id = engine.emit("deal.won", amount=500, formSubmissionId=str(submission.pk), paper=file)
    FormSubmission.objects.update(event_id=event_id)
    engine.settle()
    request = ApprovalRequest.objects.latest("id")
    assert request.requester == office.people["ann"]
    assert [each["label"] for each in request.rounds.get().content["details"]] == ["How much", "The offer"]
    assert request.attachments.get().name == "offer.pdf"
    assert request.amount_field == "amount"


def test_an_event_cannot_pretend_to_be_a_form(office: Office, engine: QueuedEngine) -> None:
    """Bob sends Ann's form once more, with an amount of his own: nobody is asked, least of all Bob."""
    FormSubmission.objects.create(
        account=office.account,
        form_name="Expense",
        submitted_by=office.people["ann"],
        event_id=office.account.pk,
        key="k",
        created_at=NOW,
    )
    flow(office)
    for named in (str(FormSubmission.objects.get().pk), str(office.account.pk)):
        engine.emit("deal.won", amount=777, by="bob@acme.example", formSubmissionId=named)
        engine.settle()
        assert "was not filled in for it" in str(Step.objects.filter(step_id="ask").latest("id").error_message)
    assert not ApprovalRequest.objects.exists()


def test_what_was_changed_is_judged_and_gone_on_with(office: Office, engine: QueuedEngine) -> None:
    above = {"field": "amount", "operator": "greater_than", "value": 5000}
    levels = [*LEVELS, {"approvers": ["cleo.acme"], "when": above}]
    pay = {"type": "create_task", "title": "Pay {{amount}} of {{steps.ask.output.data.amount}}"}
    ask = {"type": "approval", "title": "Spend", "amount": "{{amount}}", "requester": "{{by}}", "levels": levels}
    publisher(office.actor("root", door="admin"))("ask.approved -> pay", ask=ask, pay=pay)
    request = begin(engine)
    amend(voice=office.voice("ann"), request_id=request.pk, amount="90000", now=NOW)
    office.decide(request, "bob", now=NOW)
    assert office.waiting(request) == {"cleo"}
    office.decide(request, "cleo", now=NOW)
    engine.settle()
    assert Task.objects.get().title == "Pay 90000 of 90000"


def test_an_amount_that_was_worked_out_is_not_changed_alone(office: Office, engine: QueuedEngine) -> None:
    flow(office, amount="{{amount | times: 2}}")
    request = begin(engine)
    assert request.amount == 1000
    with pytest.raises(ValidationError, match="worked this amount out"):
        amend(voice=office.voice("ann"), request_id=request.pk, amount="1", now=NOW)
    amend(voice=office.voice("ann"), request_id=request.pk, title="Else", now=NOW)


@pytest.mark.parametrize(
    "by", ["Ann <ann@acme.example>", "mailto:ann@acme.example", "ann@acme.example.", "ANN@acme.example", "\u200bAnn"]
)
def test_who_asks_is_known_in_any_spelling(office: Office, engine: QueuedEngine, by: str) -> None:
    flow(office)
    assert begin(engine, by=by).requester == office.people["ann"]


def test_a_name_that_stands_for_nobody_does_not_ask(office: Office, engine: QueuedEngine) -> None:
    flow(office)
    engine.emit("deal.won", amount=1, by="Somebody Else")
    engine.settle()
    assert "requester: " in str(Step.objects.get(step_id="ask").error_message)
