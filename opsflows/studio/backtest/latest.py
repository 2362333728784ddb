"""The newest backtest of a workflow, for whoever is about to publish."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from opsflows.studio.backtest.words import sentence_of
from opsflows.studio.models import Backtest
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import EVENT, definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph


@dataclass(frozen=True, slots=True)
class LatestBacktest:
    """One that came to its end. Its page is `studio:backtest-run` with the workflow's id and `id` as `backtest_id`."""

    id: uuid.UUID
    asked_at: datetime
    sentence: str
    #: Whether it tried the draft as it is now, beside what is published now.
    is_of_this_draft: bool
    newly_caught: int
    no_longer: int


def latest_of(workflow: Workflow) -> LatestBacktest | None:
    """The newest that is done; None where there is none. One query, and one for the account if it was not read."""
    rows = Backtest.objects.filter(workflow=workflow, state=Backtest.State.DONE)
    backtest = rows.select_related("account").order_by("-id").first()
    if backtest is None:
        return None
    is_same = backtest.content_hash == _hash_of(workflow) and backtest.version_id == workflow.published_version_id
    return LatestBacktest(
        id=backtest.pk,
        asked_at=backtest.created_at,
        sentence=sentence_of(backtest),
        is_of_this_draft=is_same,
        newly_caught=backtest.fired_draft - backtest.fired_both,
        no_longer=backtest.fired_published - backtest.fired_both,
    )


def told_to_approvers(workflow: Workflow) -> str:
    """What somebody reads of it who approves that the draft goes live; "" where no event starts the draft."""
    if workflow.trigger_config.get("kind") != EVENT:
        return ""
    latest = latest_of(workflow)
    if latest is None:
        return "Not tried on events that came in."
    return latest.sentence if latest.is_of_this_draft else f"An earlier draft was: {latest.sentence}"


def _hash_of(workflow: Workflow) -> str:
    try:
        return definition_hash(read_graph(workflow.workflow_data), workflow.settings)
    except InvalidDefinition:
        return ""
