"""What a person can do with a run that is over: take it up from where it failed, or start it again."""

from collections.abc import Mapping
from typing import Any

from django import forms

from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.runs.models import Execution
from opsflows.runs.replay.over import NotTakenUp
from opsflows.runs.replay.start_again import start_again
from opsflows.runs.replay.take_up import failed_items, take_up, take_up_items
from opsflows.runs.replay.which import FAILED
from opsflows.runs.trace.places import Plan


class VersionForm(forms.Form):
    """With which version."""

    version = fields.choice("With", (("same", "the version this run had"), ("newest", "what is published now")))

    def __init__(self, *, row: Execution, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)


def _take_up(deed: Deed) -> str:
    try:
        take_up(actor=deed.actor, execution_id=deed.row.pk, now=deed.now)
    except NotTakenUp as error:
        raise Refused(str(error)) from None
    return "The run goes on from where it failed."


def _take_up_items(deed: Deed) -> str:
    try:
        take_up_items(actor=deed.actor, execution_id=deed.row.pk, now=deed.now)
    except NotTakenUp as error:
        raise Refused(str(error)) from None
    return "The failed items are taken up again."


def _start_again(deed: Deed) -> str:
    try:
        start_again(actor=deed.actor, execution_id=deed.row.pk, version=deed.data["version"], now=deed.now)
    except NotTakenUp as error:
        raise Refused(str(error)) from None
    return "It is started again, as a new run; this page leads to it."


def _ask_take_up(run: Execution) -> str:
    step = Plan.of(run.version.workflow_data).called(run.current_step or "")
    return (
        f"The run goes on from “{step}”, with the version it started with ({run.version}). What its steps have done "
        "stays as it is; of branches and lists, only what failed goes on. The call that failed is made again under a "
        "new key: if it did arrive after all, the other side gets it twice."
    )


def _ask_items(run: Execution) -> str:
    fork = failed_items(run).first()
    if fork is None:
        return "No list of this run has items that failed."
    many = "1 item that failed is" if fork.failed == 1 else f"{fork.failed:,} items that failed are"
    return (
        f"Of “{Plan.of(run.version.workflow_data).called(fork.node_id)}”, {many} taken up, each from the step by which "
        "it failed; its call is made again under a new key. What came behind the list was done and is not repeated."
    )


def _has_failed_items(run: Execution) -> bool:
    done = run.execution_status == Execution.Status.COMPLETED and run.failed_steps > 0
    return done and failed_items(run).exists()


REPLAY_ACTS = (
    Act(
        name="take-up",
        label="Retry from the failed step",
        icon="resume",
        permission=Permission.RUNS_OPERATE,
        question=_ask_take_up,
        perform=_take_up,
        is_possible=lambda run: run.execution_status in FAILED and run.current_step is not None,
    ),
    Act(
        name="take-up-items",
        label="Retry the failed items",
        icon="resume",
        permission=Permission.RUNS_OPERATE,
        question=_ask_items,
        perform=_take_up_items,
        is_possible=_has_failed_items,
    ),
    Act(
        name="start-again",
        label="Start again",
        icon="restart_alt",
        permission=Permission.RUNS_OPERATE,
        question=lambda run: (
            "A new run begins with what this one began with, and this one stays as it is. Every step is done once "
            "more, and every call is made again under a new key: whatever this run has sent or written is sent and "
            "written once more."
        ),
        perform=_start_again,
        is_possible=lambda run: run.execution_status in Execution.TERMINAL,
        form=VersionForm,
    ),
)
