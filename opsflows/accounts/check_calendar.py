"""Setting what a business calendar says, and checking all of it; shared by the verbs that create and change one."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import TypedDict

from django.core.exceptions import ValidationError

from opsflows.accounts.business_calendar import WEEKDAYS
from opsflows.accounts.calendar_state import CalendarState, NamedDay
from opsflows.accounts.hours import hours_in_words
from opsflows.accounts.models import check_zone
from opsflows.accounts.names import name_key
from opsflows.accounts.public_holidays import countries, subdivisions
from opsflows.rules import Hours, Week
from opsflows.rules.business_calendar import DAY_MINUTES

MOST_DAYS = 366
_MOST_STRETCHES = 6
_LONGEST_NAME = 100

Problems = defaultdict[str, list[str]]


class CalendarFields(TypedDict, total=False):
    """What can be said of a calendar; each as in `CalendarState`."""

    name: str
    zone: str
    country: str
    subdivision: str
    week: Week
    own_days: tuple[NamedDay, ...]
    is_default: bool


def merged(before: CalendarState, fields: CalendarFields) -> CalendarState:
    """`before` with what is given, in order and without spaces around it. An other country has other regions."""
    after = before._replace(**fields)
    if after.country != before.country and "subdivision" not in fields:
        after = after._replace(subdivision="")
    return after._replace(
        name=" ".join(after.name.split()),
        zone=after.zone.strip(),
        week=tuple(tuple(sorted(Hours(*each) for each in hours)) for hours in after.week),
        own_days=tuple(sorted(each._replace(name=" ".join(each.name.split())) for each in after.own_days)),
    )


def check(state: CalendarState, *, taken: Iterable[str]) -> None:
    """Raise `ValidationError`, by field, with everything that is wrong; `taken` are the keys of other names."""
    problems: Problems = defaultdict(list)
    _check_name(state.name, set(taken), problems)
    if state.zone:
        try:
            check_zone(state.zone)
        except ValidationError as error:
            problems["zone"].extend(error.messages)
    _check_place(state, problems)
    _check_week(state.week, problems)
    _check_days(state, problems)
    if problems:
        raise ValidationError(dict(problems))


def _check_name(name: str, taken: set[str], problems: Problems) -> None:
    if not name_key(name).strip("_"):
        problems["name"].append("Give it a name of letters, such as Support.")
    elif len(name) > _LONGEST_NAME:
        problems["name"].append(f"Must be at most {_LONGEST_NAME} characters.")
    elif name_key(name) in taken:
        problems["name"].append("There is one of this name already; spaces, hyphens and capitals make no difference.")


def _check_place(state: CalendarState, problems: Problems) -> None:
    if state.country and state.country not in countries():
        problems["country"].append("Choose a country from the list.")
    elif state.subdivision and state.subdivision not in subdivisions(state.country):
        problems["subdivision"].append("The country has no such state or region; choose one of its own, or none.")


def _check_week(week: Week, problems: Problems) -> None:
    if len(week) != len(WEEKDAYS):
        problems["week"].append("Give the hours of seven days, from Monday to Sunday.")
        return
    for weekday, hours in zip(WEEKDAYS, week, strict=True):
        if len(hours) > _MOST_STRETCHES:
            problems["week"].append(f"{weekday}: at most {_MOST_STRETCHES} stretches of hours.")
        for each in hours:
            if not 0 <= each.opens < each.closes <= DAY_MINUTES:
                said = hours_in_words([each])
                problems["week"].append(
                    f"{weekday}: {said} closes before it opens; a night goes to 24:00, and on from 0:00 the next day."
                )
        for one, other in pairwise(hours):
            if other.opens < one.closes:
                said = f"{hours_in_words([one])} and {hours_in_words([other])}"
                problems["week"].append(f"{weekday}: {said} overlap; make one of them, or leave a break between.")
    if not any(week):
        problems["week"].append("Give at least one day its hours; a business that never opens would stop every wait.")


def _check_days(state: CalendarState, problems: Problems) -> None:
    if len(state.own_days) > MOST_DAYS:
        problems["own_days"].append(f"At most {MOST_DAYS} days can be listed; take away those that are over.")
    times = Counter(each.day for each in state.own_days)
    found = [f"{day} stands here twice; keep one of them." for day, count in times.items() if count > 1]
    for each in state.own_days:
        if not each.name:
            found.append(f"{each.day}: say what is on that day, such as Company outing.")
        elif len(each.name) > _LONGEST_NAME:
            found.append(f"{each.day}: its name must be at most {_LONGEST_NAME} characters.")
        if each.is_open and len(state.week) == len(WEEKDAYS) and not state.week[each.day.weekday()]:
            weekday = WEEKDAYS[each.day.weekday()]
            found.append(f"{each.day} is a {weekday}, which has no hours, so it cannot be open.")
    if found:
        problems["own_days"].extend(found)
