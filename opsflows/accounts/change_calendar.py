"""Set up, change and delete an account's business calendars. Waits that are under way keep the end they have."""

import uuid
from datetime import datetime
from typing import Unpack

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.calendar_state import CalendarState, state_of
from opsflows.accounts.check_calendar import CalendarFields, check, merged
from opsflows.accounts.hours import week_in_words
from opsflows.accounts.models import BusinessCalendar, BusinessHours, CalendarRevision, OwnDay
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.queue.ids import new_id
from opsflows.rules import USUAL_WEEK

#: What a new calendar says where nothing else is given.
USUAL = CalendarState("Office hours", "", "", "", USUAL_WEEK, (), is_default=False)
_COLUMNS = ("name", "zone", "country", "subdivision", "is_default")


class StillNeeded(Exception):  # noqa: N818  (it is what the calendar is)
    """The account has other calendars, and this one is what its rules count by."""


def create_calendar(*, actor: Actor, now: datetime, **fields: Unpack[CalendarFields]) -> BusinessCalendar:
    """A calendar for the actor's account; its first one becomes the default.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field, with everything that is wrong.
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    with transaction.atomic():
        revision = _lock(actor.account_id)
        row = BusinessCalendar(account_id=actor.account_id)
        after = merged(USUAL, fields)
        if not BusinessCalendar.objects.filter(account=actor.account_id).exists():
            after = after._replace(is_default=True)
        check(after, taken=_names(row))
        _write(row, USUAL._replace(week=((),) * 7), after, revision)
        record(actor=actor, action="business_calendar.created", row=row, detail=_told(after), now=now)
    return row


def change_calendar(
    *, actor: Actor, calendar: BusinessCalendar, now: datetime, **fields: Unpack[CalendarFields]
) -> BusinessCalendar:
    """Change what is given and leave the rest; the calendar as it is then.

    `is_default` can be given to a calendar, which takes it from the one that had it, and not be taken away.

    Raises:
        Forbidden: the actor may not.
        BusinessCalendar.DoesNotExist: it was deleted meanwhile.
        ValidationError: by field, with everything that is wrong.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=calendar.account_id)
    with transaction.atomic():
        revision = _lock(calendar.account_id)
        held = BusinessCalendar.objects.get(pk=calendar.pk)
        before = state_of(held)
        after = merged(before, fields)
        after = after._replace(is_default=before.is_default or after.is_default)
        if after == before:
            return held
        check(after, taken=_names(held))
        _write(held, before, after, revision)
        changed = [name for name in after._fields if getattr(before, name) != getattr(after, name)]
        detail = {"fields": changed, **_told(after)}
        record(actor=actor, action="business_calendar.changed", row=held, detail=detail, now=now)
    return held


def delete_calendar(*, actor: Actor, calendar: BusinessCalendar, now: datetime) -> None:
    """Delete it. After the last one Monday to Friday, 9:00 to 17:00, holds again.

    Raises:
        Forbidden: the actor may not.
        BusinessCalendar.DoesNotExist: it was deleted meanwhile.
        StillNeeded: it is the default, and there are others.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=calendar.account_id)
    with transaction.atomic():
        revision = _lock(calendar.account_id)
        held = BusinessCalendar.objects.get(pk=calendar.pk)
        others = BusinessCalendar.objects.filter(account=held.account_id).exclude(pk=held.pk)
        if held.is_default and others.exists():
            raise StillNeeded(f"{held.name} is what rules count by; make another calendar the default first.")
        record(actor=actor, action="business_calendar.deleted", row=held, detail=_told(state_of(held)), now=now)
        held.delete()
        _renew(revision)


def _lock(account_id: uuid.UUID) -> CalendarRevision:
    """Whoever writes calendars of the account holds this row, so that there is one default and every name once."""
    CalendarRevision.objects.get_or_create(account_id=account_id)
    return CalendarRevision.objects.select_for_update().get(account_id=account_id)


def _renew(revision: CalendarRevision) -> None:
    revision.revision = new_id()
    revision.save()


def _names(row: BusinessCalendar) -> list[str]:
    others = BusinessCalendar.objects.filter(account=row.account_id).exclude(pk=row.pk)
    return list(others.values_list("name_key", flat=True))


def _write(row: BusinessCalendar, before: CalendarState, after: CalendarState, revision: CalendarRevision) -> None:
    """Row by row, and only what is different, so that the history tells what was changed."""
    if after.is_default and not row.is_default:
        for former in BusinessCalendar.objects.filter(account=row.account_id, is_default=True):
            former.is_default = False
            former.save()
    for name in _COLUMNS:
        setattr(row, name, getattr(after, name))
    if row._state.adding or any(getattr(before, name) != getattr(after, name) for name in _COLUMNS):
        row.save()
    had = {(weekday, *each) for weekday, hours in enumerate(before.week) for each in hours}
    has = {(weekday, *each) for weekday, hours in enumerate(after.week) for each in hours}
    for weekday, opens, closes in had - has:
        row.hours.get(weekday=weekday, opens=opens, closes=closes).delete()
    for weekday, opens, closes in sorted(has - had):
        BusinessHours.objects.create(calendar=row, weekday=weekday, opens=opens, closes=closes)
    for each in set(before.own_days) - set(after.own_days):
        row.own_days.get(day=each.day).delete()
    for each in sorted(set(after.own_days) - set(before.own_days)):
        OwnDay.objects.create(calendar=row, day=each.day, name=each.name, is_open=each.is_open)
    _renew(revision)


def _told(state: CalendarState) -> dict[str, str | int]:
    place = "-".join(filter(None, (state.country, state.subdivision)))
    return {"hours": week_in_words(state.week), "holidays": place, "own_days": len(state.own_days), "zone": state.zone}
