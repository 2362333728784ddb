"""What a mail about failures says: what failed, at which step, why, and where to look."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsflows.accounts.models import PlatformAccount
from opsflows.insights.reasons import sameness
from opsflows.insights.stretch import zone_called
from opsflows.runs.failing.links import run_link
from opsflows.runs.models import FailureNotice
from opsflows.upkeep.links import absolute, list_path

#: Failures that are read for the reasons; further ones are counted.
MOST_READ = 500
#: Reasons that are listed.
MOST_LISTED = 10
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Failures:
    """What one mail tells; `latest` come with the last one first."""

    account: PlatformAccount
    workflow_id: uuid.UUID
    workflow: str
    times: int
    latest: Sequence[FailureNotice]
    quiet: timedelta


def subject(told: Failures) -> str:
    """In one line."""
    if told.times == 1:
        at = f" at “{told.latest[0].step}”" if told.latest[0].step else ""
        return f"{told.account.name}: “{told.workflow}” failed{at}"
    return f"{told.account.name}: “{told.workflow}” failed {told.times:,} times"


def text(told: Failures) -> str:
    """The whole mail."""
    lines = _one(told) if told.times == 1 else _many(told)
    minutes = int(told.quiet.total_seconds() // 60)
    return "\n".join(
        [
            *lines,
            "",
            "A run's page shows each step with what went in and came out. There it can be taken up again from the step "
            "that failed, or started again.",
            "",
            "You get this because the workflow's error handling names your address (notifyOnFailure). Of what fails in "
            f"the next {minutes} minutes, one mail will tell.",
        ]
    )


def _one(told: Failures) -> list[str]:
    notice = told.latest[0]
    step = f" at the step “{notice.step}”" if notice.step else ""
    return [
        f"The workflow “{told.workflow}” failed{step}, on {_moment(notice.failed_at, told.account)}.",
        "",
        f"Why: {_reason(notice)}",
        "",
        f"The run: {run_link(notice.execution_id)}",
    ]


def _many(told: Failures) -> list[str]:
    first, last = told.latest[-1].failed_at, told.latest[0].failed_at
    groups: dict[tuple[str, str], list[FailureNotice]] = {}
    for notice in told.latest:
        groups.setdefault((notice.step, sameness(notice.error)), []).append(notice)
    listed = sorted(groups.values(), key=len, reverse=True)
    lines = [
        f"The workflow “{told.workflow}” failed {told.times:,} times, last on {_moment(last, told.account)}.",
        f"The first of these: {_moment(first, told.account)}.",
        "",
    ]
    for notices in listed[:MOST_LISTED]:
        step = f" at “{notices[0].step}”" if notices[0].step else ""
        lines.append(f"- {_times(len(notices))}{step}: {_reason(notices[0])}")
        lines.append(f"  the latest: {run_link(notices[0].execution_id)}")
    if len(listed) > MOST_LISTED:
        lines.append(f"- and {len(listed) - MOST_LISTED:,} other reasons")
    if told.times > len(told.latest):
        lines.append(f"Reasons are those of the latest {len(told.latest):,}.")
    query = f"status=failed&workflow={told.workflow_id}"
    return [*lines, "", f"All of them: {absolute(list_path('runs.execution', query))}"]


def _reason(notice: FailureNotice) -> str:
    reason = " ".join(notice.error.split()) or "No reason was recorded."
    # The run's own message begins with the step, which was named already.
    reason = reason.removeprefix(f"{notice.step}: ") if notice.step else reason
    return reason if len(reason) <= _LONGEST else f"{reason[: _LONGEST - 1]}…"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _moment(moment: datetime, account: PlatformAccount) -> str:
    there = moment.astimezone(zone_called(account.timezone))
    return f"{there:%A} {there.day} {there:%B %Y} at {there:%H:%M} ({account.timezone})"
