"""What a definition names is looked up when it is published, and stays as it was then."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.workflows import references, registry
from opsflows.workflows.cache import definition
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.outcomes import Done, Outcome
from opsflows.workflows.publish import publish
from opsflows.workflows.references import Reference, UnknownReference
from opsflows.workflows.refresh_references import refresh_references
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)

GREETING = {"type": "greet", "text": "hello"}


class GreetConfig(StepConfig):
    text: str


class Greet(PureKind):
    kind = "greet"
    label = "Greet"
    Config = GreetConfig

    def references(self, config: GreetConfig) -> Iterable[Reference]:
        return [Reference("text", config.text, "text")]

    def run(self, step: StepContext) -> Outcome:
        return Done(output=step.references["text"][step.config.text]["words"])


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Texts by name, and a step kind that says one of them."""
    held = {"hello": "Good day"}

    def look_up(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
        if name not in held:
            raise UnknownReference(f"There is no text {name!r}.")
        return {"words": held[name]}

    monkeypatch.setattr(references, "_resolvers", {**references._resolvers, "text": look_up})
    monkeypatch.setattr(references, "_inner", {**references._inner, "text": lambda content: ()})
    monkeypatch.setitem(registry.all_kinds(), "greet", Greet())
    return held


def test_a_run_says_what_stood_there_when_it_was_published(
    texts: dict[str, str],
    engine: Engine,
    live: Callable[..., Workflow],
) -> None:
    live("deal.won", GREETING)
    texts["hello"] = "Changed"
    engine.emit("deal.won")
    engine.settle()
    assert engine.steps("output_data") == ["Good day"]


def test_an_unknown_name_refuses_publishing_at_its_field(
    texts: dict[str, str],
    live: Callable[..., Workflow],
) -> None:
    with pytest.raises(InvalidDefinition, match=r"nodes\[a1\]\.config\.text: There is no text 'bye'"):
        live("deal.won", {"type": "greet", "text": "bye"})


def test_publishing_again_takes_the_new_content(
    texts: dict[str, str],
    actor: Actor,
    live: Callable[..., Workflow],
) -> None:
    workflow = live("deal.won", GREETING)
    assert publish(actor=actor, workflow=workflow, now=NOW).number == 1
    texts["hello"] = "Hi"
    version = publish(actor=actor, workflow=workflow, now=NOW)
    assert (version.number, definition(version.pk).references["text"]["hello"]) == (2, {"words": "Hi"})


def test_refreshing_leaves_the_draft_alone(
    texts: dict[str, str],
    actor: Actor,
    live: Callable[..., Workflow],
) -> None:
    workflow = live("deal.won", GREETING)
    Workflow.objects.filter(pk=workflow.pk).update(workflow_data={"nodes": [], "edges": []})
    assert refresh_references(actor=actor, workflow=workflow, now=NOW) == workflow.published_version
    texts["hello"] = "Hi"
    refreshed = refresh_references(actor=actor, workflow=workflow, now=NOW)
    assert refreshed is not None
    workflow.refresh_from_db()
    assert (refreshed.number, workflow.published_version, workflow.is_active) == (2, refreshed, True)
    assert workflow.workflow_data == {"nodes": [], "edges": []}
    assert WorkflowVersion.objects.get(number=1).workflow_data == refreshed.workflow_data


def test_a_paused_workflow_stays_paused(
    texts: dict[str, str],
    actor: Actor,
    live: Callable[..., Workflow],
) -> None:
    workflow = live("deal.won", GREETING)
    Workflow.objects.filter(pk=workflow.pk).update(is_active=False)
    texts["hello"] = "Hi"
    refreshed = refresh_references(actor=actor, workflow=workflow, now=NOW)
    workflow.refresh_from_db()
    assert (workflow.published_version, workflow.is_active) == (refreshed, False)
