"""The job that mails a day's summary: one reader a piece, so that an interruption repeats one mail at most."""

import uuid
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from opsflows.accounts.models import PlatformAccount
from opsflows.insights.stretch import zone_called
from opsflows.queue.job_kinds import Progress, Slice
from opsflows.upkeep.links import absolute, list_path, page_path
from opsflows.upkeep.mail import send_mail
from opsflows.upkeep.summary.chart import draw_chart
from opsflows.upkeep.summary.read import Summary, read_summary, yesterday
from opsflows.upkeep.summary.recipients import readers
from opsflows.upkeep.summary.words import change, since

#: By which the mail's HTML names the chart.
_CHART = "hours"


def send_summaries(piece: Slice) -> Progress:
    """Write to the next reader; who they are is settled with the first piece, that the day is too."""
    account = PlatformAccount.objects.get(pk=str(piece.account_id))
    state = dict(piece.state)
    if not state:
        fire = datetime.fromisoformat(piece.params["fire"]) if "fire" in piece.params else piece.now
        state["day"] = yesterday(zone_called(account.timezone), now=fire).isoformat()
        state["people"] = [str(reader.user.pk) for reader in readers(account.pk) if reader.gets_it]
        state |= {"next": 0, "sent": 0, "refused": 0}
    people = state["people"]
    if state["next"] < len(people) and account.is_active:
        outcome = _write_to(uuid.UUID(people[state["next"]]), account, date.fromisoformat(state["day"]), piece)
        if outcome:
            state[outcome] += 1
        state["next"] += 1
    return Progress(
        state["next"] >= len(people) or not account.is_active,
        state,
        done=state["sent"],
        total=len(people),
        note=f"the summary of {state['day']}",
        result={"day": state["day"], "sent": state["sent"], "refused": state["refused"]},
    )


def _write_to(user_id: uuid.UUID, account: PlatformAccount, day: date, piece: Slice) -> str | None:
    """`sent` or `refused`; None for somebody who meanwhile left, or wants it no more."""
    reader = next((each for each in readers(account.pk) if each.user.pk == user_id and each.gets_it), None)
    if reader is None:
        return None
    summary = read_summary(account, day, now=piece.now)
    chart = None if summary.is_quiet else draw_chart(summary.hours, zone=summary.zone)
    context = mail_context(summary, now=piece.now) | {"chart": _CHART if chart else ""}
    taken = send_mail(
        to=[reader.user.email],
        subject=subject(summary),
        text=render_to_string("upkeep/summary.txt", context),
        html=render_to_string("upkeep/summary.html", context),
        images={_CHART: chart} if chart else None,
        name=f"summary.{piece.job_id}.{user_id}",
    )
    return "sent" if taken else "refused"


def subject(summary: Summary) -> str:
    """The day in one line."""
    failed = summary.counts.failed
    failures = "no failures" if not failed else "1 failure" if failed == 1 else f"{failed:,} failures"
    return f"{summary.account}: {failures} on {summary.day:%A}, {summary.day.day} {summary.day:%B}"


def mail_context(summary: Summary, *, now: datetime) -> dict[str, Any]:
    """What both forms of the mail are made of."""
    return {
        "summary": summary,
        "weekday": f"{summary.day:%A}",
        "figures": [
            {"label": label, "number": f"{number:,}", "change": change(number, before)}
            for label, number, before, _ in summary.figures
        ],
        "failures": [
            {"row": failure, "link": absolute(page_path("runs.execution", failure.run_id))}
            for failure in summary.failures
        ],
        "waiting": [
            {"row": row, "since": since(row.since, now), "link": absolute(row.path)} for row in summary.waiting
        ],
        "overdue": [
            {"row": row, "since": since(row.due_at, now), "link": absolute(row.path)} for row in summary.overdue
        ],
        "all_failures": absolute(list_path("runs.execution", "status=failed")),
        "all_tasks": absolute(list_path("records.task")),
        "page": absolute(f"{reverse('admin:upkeep_summarychoice_summary')}?day={summary.day.isoformat()}"),
    }
