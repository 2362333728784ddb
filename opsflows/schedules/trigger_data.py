"""What a workflow that a schedule starts would start with now, for those who try it or start it by hand."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from opsflows.accounts.calendars import account_clock
from opsflows.rules import Clock, RenderError, RuleError
from opsflows.schedules.content import content
from opsflows.schedules.judge_trigger import judge
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import SCHEDULE
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph

_NO_SCHEDULE = UUID(int=0)


def trigger_data(workflow: Workflow, workflow_data: Any, *, now: datetime) -> dict[str, Any]:
    """The pairs that its trigger of kind `schedule` gives each run, rendered as of `now`; empty where there are none,
    or they cannot be rendered yet."""
    try:
        triggers = read_graph(workflow_data).triggers
    except InvalidDefinition:
        return {}
    if len(triggers) != 1 or triggers[0].kind != SCHEDULE:
        return {}
    config = triggers[0].config
    if not config.get("data") or any(field != "cron" for field, _ in judge(config)):
        return {}
    local = account_clock(workflow.account, now=now)
    zone = ZoneInfo(config["zone"]) if config.get("zone") else local.zone
    clock = Clock(now, zone, local.business)
    try:
        return content(config["data"], schedule_id=_NO_SCHEDULE, name=workflow.workflow_name, clock=clock)
    except (RuleError, RenderError):
        return {}
