"""What somebody else saved while a form was open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.admin_site.doers import doers
from opsflows.studio.views.frame import Studio
from opsflows.workflows.models import Workflow
from opsflows.workflows.wording.differences import differences

_LISTED = 8


@dataclass(frozen=True, slots=True)
class Conflict:
    """Who saved last and when, whether that is who asks, and what has become different since `since`."""

    since: int
    who: str
    when: datetime | None
    is_own: bool
    sentences: list[str]
    more: int
    steps: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Did:
    user_id: Any
    door: str
    api_key_id: Any


def conflict_of(studio: Studio, workflow: Workflow, *, since: int) -> Conflict:
    """What happened to the draft since its revision `since`; `workflow` is as it stands now."""
    newest, base = workflow.history.order_by("-history_id").first(), draft_at(workflow, since)
    did = _Did(newest.history_user_id, newest.history_door, newest.history_api_key_id) if newest else None
    found = differences(base.workflow_data, base.settings, workflow.workflow_data, workflow.settings) if base else []
    return Conflict(
        since=since,
        who=doers([did]).said(did) if did else "somebody",
        when=newest.history_date if newest else None,
        is_own=did is not None and did.user_id is not None and did.user_id == studio.actor.user_id,
        sentences=[each.sentence for each in found[:_LISTED]],
        more=max(len(found) - _LISTED, 0),
        steps=frozenset(each.node_id for each in found),
    )


def draft_at(workflow: Workflow, revision: int) -> Any:
    """The draft as it stood at `revision`, from its history; None where that is not kept."""
    return workflow.history.filter(revision=revision).order_by("-history_id").first()
