"""Times of a schedule for those who do not write cron: what is often wanted, a sentence, and the next times. Pure."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from opsflows.schedules import words
from opsflows.schedules.cron import CronError, checked_cron
from opsflows.schedules.fire_times import fire_times
from opsflows.schedules.words import Pattern

__all__ = ["NEXT", "Coming", "Pattern", "Preset", "coming", "in_words", "next_times", "presets", "to_cron"]

#: How many of the next times are shown.
NEXT = 5


@dataclass(frozen=True, slots=True)
class Preset:
    """What is often wanted, one click away."""

    label: str
    cron: str


@dataclass(frozen=True, slots=True)
class Coming:
    """What cron text comes to. `problem` says what is wrong with `field`; the rest is empty then."""

    cron: str = ""
    sentence: str = ""
    zone: str = ""
    times: tuple[datetime, ...] = ()
    field: str = ""
    problem: str = ""


def presets() -> tuple[Preset, ...]:
    """The times that most schedules want."""
    return (
        Preset("Monday to Friday at 09:00", "0 9 * * 1-5"),
        Preset("Every day at 07:00", "0 7 * * *"),
        Preset("Every Monday at 08:00", "0 8 * * 1"),
        Preset("On the first day of every month at 06:00", "0 6 1 * *"),
        Preset("On the last day of every month at 18:00", "0 18 L * *"),
        Preset("Every hour", "0 * * * *"),
        Preset("Every 15 minutes", "*/15 * * * *"),
    )


def to_cron(pattern: Pattern) -> str:
    """The cron text of a choice.

    Raises:
        CronError: it names no time, or what was written by hand is no cron text.
    """
    return checked_cron(words.to_cron(pattern))


def in_words(cron: str, zone: str) -> str:
    """`Monday to Friday at 09:00 (Europe/Berlin)`; `cron` has been checked."""
    return f"{words.in_words(cron)} ({zone})"


def next_times(cron: str, zone: str, now: datetime, count: int = NEXT) -> list[datetime]:
    """The next moments behind `now` at which checked `cron` fires in `zone`, as its clocks show them."""
    place = ZoneInfo(zone)
    return [moment.astimezone(place) for moment in islice(fire_times(cron, place, after=now), count)]


def coming(cron: str, zone: str, *, account_zone: str, now: datetime, count: int = NEXT) -> Coming:
    """What `cron`, as somebody wrote it, comes to in `zone`; an empty one is the account's."""
    place = zone or account_zone
    if place not in available_timezones():
        return Coming(field="zone", problem=f"{zone[:80]!r} is not a time zone; use a name such as Europe/Berlin.")
    try:
        checked = checked_cron(cron)
    except CronError as error:
        return Coming(zone=place, field="cron", problem=str(error))
    times = tuple(next_times(checked, place, now, count))
    return Coming(cron=checked, sentence=words.in_words(checked), zone=place, times=times)
