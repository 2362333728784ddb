"""What a business calendar comes to: open or closed right now, and the next days on which it is closed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from opsflows.accounts.calendar_state import CalendarState, calendar_from
from opsflows.accounts.closed_days import closed_days
from opsflows.admin_site import words
from opsflows.admin_site.markup import Look
from opsflows.rules import Calendar, RuleError

OPEN = Look("Open", "done", "door_open")
CLOSED = Look("Closed", "off", "door_front")
NEVER = Look("Never open", "failed", "error")
#: Closed days that are shown.
_NEXT = 8
#: Stretches of hours that may follow one another without a gap before they are taken to have no end: those of a week.
_STRETCHES = 42


def standing(calendar: Calendar, *, now: datetime) -> tuple[Look, SafeString]:
    """How it stands, and until when (`closes Fri 20 Mar, 17:00 CET`), as the reader's clock shows it."""
    try:
        closing = calendar.closes_at(now)
        for _ in range(_STRETCHES):
            # A night goes on from 0:00 the next day.
            following = calendar.closes_at(closing) if closing else None
            if following is None:
                break
            closing = following
        else:
            return OPEN, mark_safe("round the clock")
        if closing is not None:
            return OPEN, format_html("closes {}", _time(closing, calendar.zone, now))
        return CLOSED, format_html("opens {}", _time(calendar.next_open(now), calendar.zone, now))
    except RuleError as error:
        return NEVER, format_html("{}", str(error))


def next_closed(state: CalendarState, *, timezone_name: str, now: datetime) -> list[SafeString]:
    """The next days that it is closed on though the week says otherwise, the soonest first."""
    today = now.astimezone(ZoneInfo(state.zone or timezone_name)).date()
    try:
        found = closed_days(state, since=today, count=_NEXT)
    except RuleError as error:
        return [format_html('<span class="ops-error">{}</span>', str(error))]
    return [
        format_html(
            "<strong>{}</strong> {}{}",
            day_in_words(each.day),
            each.name,
            format_html(' <span class="ops-quiet">{}</span>', "by hand") if each.is_own else "",
        )
        for each in found
    ]


def preview(state: CalendarState, *, timezone_name: str, now: datetime) -> SafeString:
    """Both, for a form."""
    look, until = standing(calendar_from(state, timezone=timezone_name), now=now)
    days = next_closed(state, timezone_name=timezone_name, now=now)
    listed = format_html_join("", "<li>{}</li>", ((each,) for each in days))
    closed = format_html("Next closed days:<ul>{}</ul>", listed) if days else "No day is closed besides."
    return format_html("<p><strong>{}</strong>: {}</p>{}", look.word, until, closed)


def day_in_words(day: date) -> str:
    """`Fri 3 Apr 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def _time(moment: datetime, zone: ZoneInfo, now: datetime) -> SafeString:
    mine, there = timezone.localtime(moment), moment.astimezone(zone)
    shown = f"{mine:%a} {mine.day} {mine:%b, %H:%M %Z}"
    elsewhere = f", {there:%a %H:%M} there" if mine.utcoffset() != there.utcoffset() else ""
    return format_html('{} <span class="ops-quiet">({}{})</span>', shown, words.relative(moment, now), elsewhere)
