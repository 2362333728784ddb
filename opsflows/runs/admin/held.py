"""The steps of a run that wait for a person, each with its own two buttons."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.safestring import SafeString

from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.admin_site.filters import as_uuid
from opsflows.admin_site.markup import when
from opsflows.runs.admin.shown_items import item_url
from opsflows.runs.models import Branch, Execution, QueueItem
from opsflows.runs.resolve_unclear import NotHeld, Verdict, resolve_unclear
from opsflows.runs.trace import Trace
from opsflows.runs.trace.places import Plan
from opsflows.workflows.errors import InvalidDefinition

#: The acts that decide about a held step.
VERDICTS: Mapping[str, Verdict] = {"it-happened": "it_happened", "run-again": "run_again"}
DONE = {
    "it-happened": "The step counts as done, and the run goes on behind it.",
    "run-again": "The step is made once more, and the run goes on from there.",
}
#: Held steps that a page lists; the others come when these are decided.
MOST = 20


@dataclass(frozen=True, slots=True)
class HeldStep:
    """One step about which somebody has to decide; `where` is empty where the run stands there as a whole."""

    label: str
    where: str
    item_url: str
    since: SafeString
    it_happened_url: str
    run_again_url: str


def held_steps(found: Trace) -> tuple[HeldStep, ...]:
    """What is held, the first to be held first; a single one has its buttons at the head of the page. One query."""
    held = [item for item in found.items if item.status == QueueItem.Status.HELD]
    if len(held) < 2:
        return ()
    held.sort(key=lambda item: item.entered_at)
    shown = held[:MOST]
    ids = [item.branch_id for item in shown if item.branch_id is not None]
    branches = {row.pk: row for row in Branch.objects.filter(pk__in=ids).select_related("fork")} if ids else {}
    return tuple(_shown(item, branches[item.branch_id] if item.branch_id else None, found) for item in shown)


def verdict_url(run_id: uuid.UUID, act: str, item_id: uuid.UUID) -> str:
    """Where an act asks about one held step."""
    return f"{reverse(f'admin:runs_execution_{act}', args=[run_id])}?held={item_id}"


def about(act: Act, run: Execution, held: str) -> Act:
    """The act about the held step that the address names; as it is where the address names none."""
    item_id = as_uuid(held)
    if act.name not in VERDICTS or item_id is None:
        return act
    item = QueueItem.objects.filter(pk=item_id, execution=run).first()
    step = Plan.of(run.version.workflow_data).called(item.node_id) if item is not None else "a step"

    def perform(deed: Deed) -> str:
        decide(deed, VERDICTS[act.name], item_id)
        return DONE[act.name]

    return replace(act, question=lambda row: f"“{step}”: {act.question(row)}", perform=perform)


def decide(deed: Deed, verdict: Verdict, item_id: uuid.UUID | None = None) -> None:
    """Decide about a held step; the first, where none is named."""
    try:
        resolve_unclear(actor=deed.actor, execution_id=deed.row.pk, verdict=verdict, item_id=item_id, now=deed.now)
    except NotHeld:
        raise Refused(
            "This does not wait for a decision any more; somebody else may have decided. Nothing was changed."
        ) from None
    except InvalidDefinition as error:
        raise Refused(f"The version this run started with can no longer run here: {error}") from None


def _shown(item: QueueItem, branch: Branch | None, found: Trace) -> HeldStep:
    is_item = branch is not None and branch.fork.node_id in found.plan.iterating
    return HeldStep(
        label=found.plan.called(item.node_id),
        where=_where(item, branch, is_item=is_item),
        item_url=item_url(branch.fork_id, branch.position) if branch is not None and is_item else "",
        since=when(item.entered_at),
        it_happened_url=verdict_url(item.execution_id, "it-happened", item.pk),
        run_again_url=verdict_url(item.execution_id, "run-again", item.pk),
    )


def _where(item: QueueItem, branch: Branch | None, *, is_item: bool) -> str:
    numbers = [f"item {int(part) + 1}" for part in item.iteration.split("/") if part.isdigit()]
    named = [] if branch is None or is_item else [f"branch “{branch.handle}”"]
    return ", ".join([*numbers, *named])
