"""Message templates: the house's, an account's own, and what live workflows keep of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor, Forbidden, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.messages.find_template import resolve_template
from opsflows.messages.models import MessageTemplate
from opsflows.messages.render_template import render_template
from opsflows.messages.sample import example_of, known_variables
from opsflows.messages.save_template import change_template, create_template, remove_template
from opsflows.messages.use_new_text import use_new_text
from opsflows.messages.used_by import users_of
from opsflows.rules import Clock
from opsflows.workflows.activate import set_active
from opsflows.workflows.models import Workflow
from opsflows.workflows.references import UnknownReference
from tests.house.project import ROOT
from tests.messages.conftest import Mailbox
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db

SHIPPED = [row["fields"] for row in json.loads((ROOT / "fixtures" / "message_templates.json").read_text())]
CLOCK = Clock(now=datetime(2026, 3, 20, tzinfo=UTC), zone=ZoneInfo("Europe/Berlin"))
TEXTS = {"subject": "Hello {{customerName}}", "body": "Yours", "description": ""}


def sending(live: Callable[..., Workflow], template: str, name: str = "Rule") -> Workflow:
    return live("deal.won", {"type": "email", "to": ["x@example.com"], "template": template}, name=name)


def kept(workflow: Workflow, template: str = "welcome") -> Any:
    workflow.refresh_from_db()
    version = workflow.published_version
    assert version is not None
    return version.references["template"][template]["body"]


def test_the_templates_that_rules_name_are_shipped() -> None:
    names = {"high-value-deal", "welcome-email", "renewal-reminder-internal", "welcome", "follow-up"}
    assert {row["name"] for row in SHIPPED} == names


@pytest.mark.parametrize("row", SHIPPED, ids=lambda row: row["name"])
@pytest.mark.parametrize("values", [known_variables(), {"customerName": "Acme"}], ids=["all", "few"])
def test_a_shipped_template_reads_well_whatever_is_known(row: Any, values: dict[str, Any]) -> None:
    message = render_template(row, values, CLOCK)
    assert message.warnings == ()
    assert message.subject
    for text in (message.subject, message.body):
        assert "  " not in text
        assert " ." not in text
        assert ": \n" not in text
        assert "{" not in text


def test_an_accounts_own_text_goes_before_the_houses(account: PlatformAccount, actor: Actor, shipped: None) -> None:
    before = resolve_template(account.pk, "welcome")
    create_template(actor=actor, name="Welcome", **TEXTS)
    assert resolve_template(account.pk, "welcome")["body"] == "Yours"
    other = PlatformAccount.objects.create(slug="other", name="Other")
    assert resolve_template(other.pk, "welcome") == before


def test_an_unknown_name_hears_the_nearest(account: PlatformAccount, shipped: None) -> None:
    with pytest.raises(UnknownReference, match=r"no message template 'folow-up'\. Did you mean 'follow-up'\?"):
        resolve_template(account.pk, "folow-up")
    with pytest.raises(UnknownReference, match="Known are follow-up, high-value-deal"):
        resolve_template(account.pk, "zzz")


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"name": "Not a slug!"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "mine"}, "name"),
        ({"subject": "{{#if value}}"}, "subject"),
        ({"subject": " "}, "subject"),
        ({"body": "{{ a | nofilter }}"}, "body"),
        ({"body": ""}, "body"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(actor: Actor, texts: dict[str, str], field: str) -> None:
    create_template(actor=actor, name="mine", **TEXTS)
    with pytest.raises(ValidationError) as caught:
        create_template(actor=actor, **{"name": "new", **TEXTS, **texts})
    assert list(caught.value.message_dict) == [field]


def test_what_came_with_the_house_is_not_changed(actor: Actor, shipped: None) -> None:
    template = MessageTemplate.objects.get(name="welcome")
    with pytest.raises(Forbidden, match="make it yours"):
        change_template(actor=actor, template=template, **TEXTS)
    with pytest.raises(Forbidden):
        remove_template(actor=actor, template=template)


def test_another_accounts_text_is_out_of_reach(actor: Actor) -> None:
    other = PlatformAccount.objects.create(slug="other", name="Other")
    theirs = create_template(actor=system_actor(other.pk), name="theirs", **TEXTS)
    with pytest.raises(Forbidden):
        change_template(actor=actor, template=theirs, **TEXTS)


def test_history_tells_the_texts_there_were(actor: Actor) -> None:
    template = create_template(actor=actor, name="mine", **TEXTS)
    change_template(actor=actor, template=template, **TEXTS | {"body": "New"})
    assert [row.body for row in template.history.all()] == ["New", "Yours"]


def test_live_workflows_keep_their_text_until_they_are_given_the_new_one(
    live: Callable[..., Workflow], actor: Actor, account: PlatformAccount, shipped: None
) -> None:
    first, paused, other = sending(live, "welcome", "A"), sending(live, "welcome", "B"), sending(live, "follow-up", "C")
    set_active(actor=actor, workflow=paused, active=False, now=NOW)
    create_template(actor=actor, name="welcome", **TEXTS)
    assert [(use.workflow, use.is_current) for use in users_of(account_id=account.pk, name="welcome")] == [
        (first, False),
        (paused, False),
    ]
    assert kept(first).startswith("Hello {{customerName}}")
    renewed = use_new_text(actor=actor, name="welcome", now=NOW)
    assert (renewed.done, renewed.refused, renewed.left) == ([first, paused], [], 0)
    assert (kept(first), kept(paused)) == ("Yours", "Yours")
    assert (first.is_active, paused.is_active) == (True, False)
    assert first.published_version.note == "New text of welcome"  # type: ignore[union-attr]  # it is published
    assert kept(other, "follow-up") != "Yours"
    assert all(use.is_current for use in users_of(account_id=account.pk, name="welcome"))
    assert use_new_text(actor=actor, name="welcome", now=NOW).done == []


def test_one_workflow_that_cannot_be_renewed_does_not_stop_the_others(
    live: Callable[..., Workflow], actor: Actor
) -> None:
    gone = create_template(actor=actor, name="gone", **TEXTS)
    mine = create_template(actor=actor, name="mine", **TEXTS)
    mail = {"type": "email", "to": ["x@example.com"]}
    both = live("deal.won", {**mail, "template": "mine"}, {**mail, "template": "gone"}, name="A")
    alone = sending(live, "mine", "B")
    gone.delete()
    change_template(actor=actor, template=mine, **TEXTS | {"body": "New"})
    renewed = use_new_text(actor=actor, name="mine", now=NOW)
    assert renewed.done == [alone]
    [(workflow, reason)] = renewed.refused
    assert workflow == both
    assert "no message template 'gone'" in reason


def test_a_text_that_is_sent_is_not_removed(live: Callable[..., Workflow], actor: Actor, shipped: None) -> None:
    mine = create_template(actor=actor, name="mine", **TEXTS)
    sending(live, "mine")
    with pytest.raises(ValidationError, match="Published workflows send it: Rule"):
        remove_template(actor=actor, template=mine)
    # Behind this one stands the house's.
    own = create_template(actor=actor, name="welcome", **TEXTS)
    sending(live, "welcome", "B")
    remove_template(actor=actor, template=own)
    assert MessageTemplate.objects.get(name="welcome").account_id is None


@pytest.mark.django_db(transaction=True)
def test_a_run_sends_the_text_that_it_began_with(
    engine: Engine, live: Callable[..., Workflow], mailbox: Mailbox, actor: Actor
) -> None:
    mine = create_template(actor=actor, name="mine", **TEXTS)
    step = {"type": "email", "to": ["x@example.com"], "template": "mine"}
    live("deal.won", {"type": "delay", "duration": "2 days"}, step)
    engine.emit("deal.won")
    engine.settle()
    change_template(actor=actor, template=mine, **TEXTS | {"body": "New"})
    use_new_text(actor=actor, name="mine", now=engine.now)
    engine.pass_time(days=2)
    assert mailbox.text() == "Yours"


def test_samples_come_from_what_a_schema_says() -> None:
    schema = {
        "type": "object",
        "properties": {
            "customerName": {"type": "string", "examples": ["Acme"]},
            "value": {"type": "number"},
            "deal": {"type": "object", "properties": {"owner": {"type": "string", "format": "email"}}},
        },
    }
    made = example_of(schema)
    assert made == {"customerName": "Acme", "value": 100, "deal": {"owner": "somebody@example.com"}}
    assert example_of(None) == {}
