"""Whoever a workflow names is told of a failure by one mail, and a storm of them is told by few."""

import smtplib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from opsflows.accounts.actor import Actor
from opsflows.queue import run_jobs
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.ids import new_id
from opsflows.queue.models import Job
from opsflows.runs.failing.links import run_link
from opsflows.runs.models import Execution, FailureNotice
from opsflows.runs.resolve_unclear import resolve_unclear
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail, Retry, Unclear
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe, UnsafeProbe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Publish = Callable[..., Workflow]
OPS, CFO = "ops@example.com", "cfo@example.com"
STEP = {"type": "probe_outside", "label": "Post to CRM", "note": "a"}


def telling(*addresses: str, **more: Any) -> dict[str, Any]:
    return {"errorHandling": {"notifyOnFailure": list(addresses), **more}}


def mailing(now: datetime) -> Job:
    """The job that the table asks for every minute."""
    job = enqueue_job(kind="failures.mail", key=f"failures.mail:{new_id()}", now=now)
    while run_jobs.run_one_job(holder="test", now=now):
        pass
    job.refresh_from_db()
    return job


def fail(engine: Engine, *reasons: str) -> None:
    OutsideProbe.script[:] = [Fail(reason) for reason in reasons]
    for _ in reasons:
        engine.emit("deal.won")
    engine.settle()


def test_one_mail_says_what_failed_where_and_why(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(a=STEP, name="Deal alert", settings=telling(OPS, CFO))
    fail(engine, "The other side answered 404.")
    assert mailing(engine.now).result == {"sent": 2, "refused": 0}
    assert sorted(message.to[0] for message in mail.outbox) == [CFO, OPS]
    message = mail.outbox[0]
    assert message.subject == "Acme: “Deal alert” failed at “Post to CRM”"
    assert "failed at the step “Post to CRM”, on Monday 2 March 2026 at 10:00 (Europe/Berlin)" in message.body
    assert "Why: The other side answered 404." in message.body
    assert run_link(engine.run().pk) in message.body
    assert mailing(engine.now).result == {"sent": 0, "refused": 0}
    assert len(mail.outbox) == 2


def test_a_storm_is_one_mail_in_fifteen_minutes(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(a=STEP, name="Deal alert", settings=telling(OPS))
    fail(engine, "first")
    mailing(engine.now)
    for minute in range(1, 15):
        engine.pass_time(minutes=1)
        fail(engine, f"503, try {minute}", "404")
        mailing(engine.now)
    assert len(mail.outbox) == 1
    engine.pass_time(minutes=1)
    mailing(engine.now)
    assert len(mail.outbox) == 2
    message = mail.outbox[1]
    assert message.subject == "Acme: “Deal alert” failed 28 times"
    assert "- 14 times at “Post to CRM”: 404" in message.body
    assert "All of them: " in message.body
    assert message.extra_headers["Message-ID"] != mail.outbox[0].extra_headers["Message-ID"]
    assert not FailureNotice.objects.filter(sent_at=None).exists()


def test_each_address_and_workflow_by_itself(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(a=STEP, name="One", settings=telling(OPS))
    publish_flow(a=STEP, name="Two", settings=telling(OPS, CFO))
    OutsideProbe.script[:] = [Fail("x"), Fail("y")]
    engine.emit("deal.won")
    engine.settle()
    mailing(engine.now)
    assert sorted((message.to[0], message.subject.split("“")[1][:3]) for message in mail.outbox) == [
        (CFO, "Two"),
        (OPS, "One"),
        (OPS, "Two"),
    ]


def test_what_took_too_long_is_told_and_what_completed_is_not(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        a={"type": "delay", "label": "Wait", "duration": "2 hours"}, settings=telling(OPS) | {"timeout": "1 hour"}
    )
    engine.emit("deal.won")
    engine.settle()
    mailing(engine.now)
    assert not mail.outbox
    engine.pass_time(hours=1)
    mailing(engine.now)
    assert "failed at the step “Wait”" in mail.outbox[0].body
    assert "took longer than its time limit" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("handling", "edges", "told"),
    [
        ({"onError": "continue", "retryCount": 0}, ["a -> b"], True),
        ({"onError": "continue", "retryCount": 1}, ["a -> b"], False),
        ({"onError": "branch"}, ["a.error -> b"], False),
    ],
)
def test_a_step_that_was_passed_over_is_told(
    engine: Engine, publish_flow: Publish, handling: dict[str, Any], edges: list[str], told: bool
) -> None:
    rest = {"type": "probe_outside", "label": "After it"}
    publish_flow(*edges, a=STEP, b=rest, name="Deal alert", settings=telling(OPS, **handling))
    # Where it is tried once more it goes well; what has a way of its own is expected.
    OutsideProbe.script[:] = [Fail("404.") if "branch" in handling.values() else Retry("404.")]
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(minutes=1)
    assert engine.run().execution_status == "completed"
    mailing(engine.now)
    assert [message.subject for message in mail.outbox] == (
        ["Acme: “Deal alert” failed at “Post to CRM”"] if told else []
    )
    assert not told or "Why: 404. The run went on." in mail.outbox[0].body


def test_a_crash_repeats_the_same_mail_and_nothing_else(
    engine: Engine, publish_flow: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_flow(a=STEP, settings=telling(OPS))
    fail(engine, "one")

    def crash(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("opsflows.upkeep.failures.send.end_mail", crash)
        with pytest.raises(KeyboardInterrupt):
            mailing(engine.now)
    fail(engine, "two")
    engine.pass_time(minutes=2)
    mailing(engine.now)
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert first.body == second.body
    # What failed since comes with the next.
    engine.pass_time(minutes=15)
    mailing(engine.now)
    assert "Why: two" in mail.outbox[2].body


def test_a_mail_server_that_takes_one_not_does_not_hold_up_the_others(
    engine: Engine, publish_flow: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_flow(a=STEP, settings=telling("bad@example.com", OPS))
    fail(engine, "one")
    from django.core.mail import EmailMultiAlternatives

    send = EmailMultiAlternatives.send

    def picky(self: EmailMultiAlternatives, *args: Any, **kwargs: Any) -> int:
        if self.to == ["bad@example.com"]:
            raise smtplib.SMTPDataError(554, b"no")
        return send(self, *args, **kwargs)

    monkeypatch.setattr(EmailMultiAlternatives, "send", picky)
    mailing(engine.now)
    assert [message.to for message in mail.outbox] == [[OPS]]
    # It is tried for a day.
    engine.pass_time(days=2)
    mailing(engine.now)
    assert not FailureNotice.objects.filter(sent_at=None).exists()


def test_the_link_is_the_page_of_the_run(settings: Any) -> None:
    pk = new_id()
    assert run_link(pk) == settings.PUBLIC_URL + reverse("admin:runs_execution_change", args=[pk])


def test_a_run_that_asks_for_nothing_costs_nothing(
    engine: Engine, publish_flow: Publish, django_assert_num_queries: Any
) -> None:
    from opsflows.runs.engine.ends import End
    from opsflows.runs.failing.follow import follow_failures
    from opsflows.runs.models import Execution
    from opsflows.runs.states.keep import keep_states
    from opsflows.workflows.cache import definition

    workflow = publish_flow(a=STEP)
    graph = definition(workflow.published_version_id)  # type: ignore[arg-type]
    ends = [
        End(new_id(), workflow.account_id, workflow.pk, graph, status)
        for status in (Execution.Status.FAILED, Execution.Status.COMPLETED)
    ]
    with django_assert_num_queries(0):
        follow_failures(ends, now=engine.now)
        keep_states(ends, now=engine.now)


def test_it_is_told_as_well_where_a_person_ends_the_last_step(
    engine: Engine, publish_flow: Publish, actor: Actor
) -> None:
    publish_flow("a -> b", a=STEP, b={"type": "probe_unsafe"}, settings=telling(OPS, onError="continue", retryCount=0))
    OutsideProbe.script[:] = [Retry("404.")]
    UnsafeProbe.script[:] = [Unclear("the line went dead")]
    engine.emit("deal.won")
    engine.settle()
    run = Execution.objects.get()
    resolve_unclear(actor=actor, execution_id=run.pk, verdict="it_happened", now=engine.now)
    mailing(engine.now)
    assert [message.to for message in mail.outbox] == [[OPS]]
