"""The email step against a real mail server."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount, Recipient, Team, TeamMember
from opsflows.runs.models import Execution
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.accounts.conftest import person
from tests.messages.conftest import Mailbox
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)


def email(**config: Any) -> dict[str, Any]:
    return {"type": "email", "to": ["{{owner}}"], "subject": "Deal: {{name}}", "body": "Worth {{value}}", **config}


def test_a_message_arrives_rendered(engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox) -> None:
    live("deal.won", email())
    engine.emit("deal.won", owner="ada@example.com", name="Acme\r\nBcc: x@example.com", value=12)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    [message] = mailbox.messages
    assert (message["To"], message["Subject"]) == ("ada@example.com", "Deal: Acme Bcc: x@example.com")
    assert message["Bcc"] is None
    assert mailbox.text() == "Worth 12"
    assert "<p>Worth 12</p>" in mailbox.html()


def test_a_repeat_carries_the_same_message_id(engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox) -> None:
    live("deal.won", email())
    mailbox.answers.append("451 later")
    engine.emit("deal.won", owner="ada@example.com")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.WAITING
    engine.pass_time(hours=1)
    first = mailbox.messages[0]["Message-ID"]
    assert engine.steps("output_data")[-1]["message_id"] == first
    assert first.startswith("<ops_")


@pytest.mark.parametrize(
    ("owner", "reason"),
    [
        ("", "no recipient"),
        (None, "no recipient"),
        ("nobody", "no member, no team and no recipient"),
        ("a@b", "not an email address"),
    ],
)
def test_a_recipient_that_is_none_is_said(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, owner: str | None, reason: str
) -> None:
    live("deal.won", email())
    engine.emit("deal.won", owner=owner)
    engine.settle()
    assert reason in (engine.run().error_message or "")
    assert not mailbox.messages


def test_a_lasting_refusal_fails_and_an_unreachable_server_waits(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, settings: Any
) -> None:
    mailbox.answers.append("554 never")
    live("deal.won", email())
    engine.emit("deal.won", owner="ada@example.com")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.FAILED
    settings.EMAIL_PORT = 1
    engine.emit("deal.won", owner="ada@example.com")
    engine.settle()
    assert Execution.objects.latest("id").execution_status == Execution.Status.WAITING


def test_a_recipient_list_that_is_missing_is_said(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", email(to="{{owners}}"))
    engine.emit("deal.won")
    engine.settle()
    assert "no recipient" in (engine.run().error_message or "")


@pytest.fixture
def sales(account: PlatformAccount) -> Team:
    team = Team.objects.create(account=account, name="Sales")
    for place, name in enumerate(("ada", "grace")):
        TeamMember.objects.create(team=team, user=person(account, name, "viewer"), position=place)
    return team


def test_names_become_addresses_and_the_trace_says_which(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, sales: Team
) -> None:
    live("deal.won", email(to=["sales", "account_owner", "ada@example.com"]))
    engine.emit("deal.won", accountOwnerEmail="owner@example.org")
    engine.settle()
    everybody = ["ada@example.com", "grace@example.com", "owner@example.org"]
    assert mailbox.sent_to == [everybody]
    [shown] = engine.steps("input_data")
    assert shown["recipients"] == {"sales": everybody[:2], "account_owner": everybody[2:]}


def test_copies_and_where_answers_go(engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox) -> None:
    live("deal.won", email(to="a@example.com, b@example.com", cc="c@example.com", bcc="d@example.com", replyTo="{{r}}"))
    engine.emit("deal.won", r="Desk <desk@example.com>")
    engine.settle()
    [message] = mailbox.messages
    assert (message["To"], message["Cc"], message["Bcc"]) == ("a@example.com, b@example.com", "c@example.com", None)
    assert message["Reply-To"] == "Desk <desk@example.com>"
    assert sorted(mailbox.sent_to[0]) == [f"{name}@example.com" for name in "abcd"]


def test_several_addresses_in_one_variable(engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox) -> None:
    live("deal.won", email(to=["{{owners}}"]))
    engine.emit("deal.won", owners="a@example.com,b@example.com")
    engine.settle()
    assert mailbox.sent_to == [["a@example.com", "b@example.com"]]


def test_a_recipient_who_is_nobody_yet_fails_the_step(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", email(to=["customer_success"]))
    engine.emit("deal.won")
    engine.settle()
    assert "'customer_success' stands for nobody yet" in (engine.run().error_message or "")


def test_a_named_template_is_sent(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, shipped: None
) -> None:
    live("private_offer.accepted", {"type": "email", "to": ["x@example.com"], "template": "high-value-deal"})
    engine.emit("private_offer.accepted", customerName="Acme <Ltd>", value=150000, productName="Data Platform")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert mailbox.messages[0]["Subject"] == "Acme <Ltd> accepted: 150,000 for Data Platform"
    assert "high-value deal requiring executive approval" in mailbox.text()
    assert "Acme &lt;Ltd&gt;" in mailbox.html()


def test_the_steps_own_texts_win_and_are_no_templates_a_second_time(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, shipped: None
) -> None:
    step = {"type": "email", "to": ["x@example.com"], "template": "welcome", "subject": "Re: {{title}}"}
    live("deal.won", step)
    engine.emit("deal.won", title="{{secret}}", secret="s3cret", customerName="Acme")
    engine.settle()
    assert mailbox.messages[0]["Subject"] == "Re: {{secret}}"
    assert mailbox.text().startswith("Hello Acme,")


def test_what_a_template_lacked_is_in_the_trace(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, shipped: None
) -> None:
    live("deal.won", {"type": "email", "to": ["x@example.com"], "template": "welcome-email"})
    engine.emit("deal.won")
    engine.settle()
    [shown] = engine.steps("input_data")
    assert shown["template"] == "welcome-email"
    assert shown["left_empty"] == ["customerName is not in the event; it was left empty"]


@pytest.mark.parametrize(
    ("step", "path", "reason"),
    [
        ({"template": "welcome"}, "nodes[a1].config.to", "Name at least one recipient. It may be an address"),
        ({"to": ["x@example.com"]}, "nodes[a1].config.subject", "Give the message a subject."),
        ({"to": ["x@example.com"], "template": "welcom"}, "nodes[a1].config.template", "Did you mean 'welcome'"),
        ({"to": ["x@example.com"], "template": "{{t}}"}, "nodes[a1].config.template", "cannot be a variable"),
        ({"to": ["acount_owner"], "subject": "x"}, "nodes[a1].config.to[0]", "Did you mean 'account_owner'?"),
        ({"to": ["x@"], "subject": "x"}, "nodes[a1].config.to[0]", "'x@' is not an email address."),
        ({"to": ["x@example.com"], "cc": ["who"], "subject": "x"}, "nodes[a1].config.cc[0]", "Recipients"),
    ],
)
def test_a_draft_may_be_unfinished_and_publishing_says_what_to_add(
    actor: Actor, shipped: None, step: dict[str, Any], path: str, reason: str
) -> None:
    rule = {"name": "Rule", "trigger": "deal.won", "actions": [{"type": "email", **step}]}
    draft = create_workflow(actor=actor, name="Rule", workflow_data=to_graph(rule))
    with pytest.raises(InvalidDefinition) as caught:
        publish(actor=actor, workflow=draft, now=NOW)
    [problem] = caught.value.problems
    assert problem.path == path
    assert reason in problem.message


def test_a_recipient_may_be_filled_in_after_publishing(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, account: PlatformAccount
) -> None:
    live("deal.won", email(to=["engineering_lead"]))
    row = Recipient.objects.get(account=account, name="engineering_lead")
    row.addresses = "lead@example.org"
    row.save()
    engine.emit("deal.won")
    engine.settle()
    assert mailbox.sent_to == [["lead@example.org"]]
