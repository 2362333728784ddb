"""What fields offer: bounded, of the account and the house alone; what is gone or switched off is named as such."""

import uuid
from typing import Any

import pytest

from opsflows.databases.models import Database
from opsflows.messages.models import MessageTemplate
from opsflows.studio.forms import offered, values
from opsflows.studio.forms.around import around_of
from opsflows.studio.forms.shown import Shown
from opsflows.studio.forms.step_form import step_form
from tests.studio.forms.drafts import draft, step
from tests.studio.forms.page import step_page

pytestmark = pytest.mark.django_db


def part(world: Any, key: str, kind: str, **config: Any) -> Shown:
    """The place of one field of a step."""
    workflow = draft(world.account, step("a1", kind, **config))
    around = around_of(actor=world.actor, workflow=workflow, node_id="a1")
    form = step_form(around=around, node_data=workflow.workflow_data["nodes"][1]["data"])
    step_page(form)
    return next(each for each in (*form.parts, *form.more) if each.name == f"step-{key}")


def labels(shown: Shown) -> dict[str, str]:
    return {value: label for value, label, _ in shown.choices}


def test_what_came_with_the_house_is_offered_once(alpha: Any) -> None:
    MessageTemplate.objects.create(account=None, name="house", subject="x", body="x")
    MessageTemplate.objects.create(account=None, name="both", subject="x", body="x")
    MessageTemplate.objects.create(account=alpha.account, name="both", subject="x", body="x")
    shown = part(alpha, "template", "email", template="house")
    names = [value for value, _, _ in shown.choices]
    assert (names.count("house"), names.count("both")) == (1, 1)
    assert labels(shown)["house"] == "house"


def test_what_is_gone_is_kept_and_said_so(alpha: Any, beta: Any) -> None:
    MessageTemplate.objects.create(account=alpha.account, name="here", subject="x", body="x")
    assert labels(part(alpha, "template", "email", template="gone"))["gone"] == "gone (not there)"
    other, theirs = alpha.workflow("other"), beta.workflow("secret of beta")
    found = labels(part(alpha, "workflowId", "trigger_workflow", workflowId=str(theirs.pk)))
    assert found[str(theirs.pk)] == f"{theirs.pk} (not there)"
    assert found[str(other.pk)] == "other"
    assert "secret of beta" not in found.values()
    assert labels(part(alpha, "workflowId", "trigger_workflow", workflowId="{{which}}"))["{{which}}"] == "{{which}}"


def test_what_is_switched_off_says_so(alpha: Any) -> None:
    Database.objects.create(account=alpha.account, name="old", is_active=False)
    assert labels(part(alpha, "database", "query", database="old"))["old"] == "old (switched off)"


def test_of_too_many_the_name_is_typed(alpha: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = alpha.workflow("a first")
    for number in range(6):
        alpha.workflow(f"b {min(number, 4)}")
    monkeypatch.setattr(offered, "MOST", 5)
    shown = part(alpha, "workflowId", "trigger_workflow", workflowId=str(first.pk))
    assert (shown.template, shown.value, bool(shown.offers)) == ("line", str(first.pk), True)
    last = part(alpha, "workflowId", "trigger_workflow", workflowId=str(alpha.workflow("z").pk))
    assert last.help.startswith("This is “z”.")
    assert part(alpha, "workflowId", "trigger_workflow", workflowId=str(uuid.uuid4())).value
    assert values.offered.MOST == 5
