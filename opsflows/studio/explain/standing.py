"""Why a workflow was not asked: what it was at that moment, with the dates from its activations."""

from datetime import datetime
from zoneinfo import ZoneInfo

from opsflows.studio.explain.listening import Listening, Spell
from opsflows.studio.explain.verdict import Reason


def standing(found: Listening, event_name: str, moment: datetime, zone: ZoneInfo) -> tuple[Reason, str] | None:
    """Why `found` did not listen to `event_name` at `moment`; None where it did."""
    live = found.live(moment)
    if live is not None and live.event_name == event_name:
        return None
    if live is not None:
        since = f", since {in_zone(live.since, zone)}"
        said = f"It listened to {live.event_name or 'no event'} then (version {live.number}{since})."
        return Reason.OTHER_EVENT, said + _next(found.after, event_name, zone)
    if found.deleted_at is not None and found.deleted_at <= moment:
        return Reason.DELETED, f"It had been deleted on {in_zone(found.deleted_at, zone)}."
    if found.before is not None and found.before.until is not None:
        return _paused(found, found.before, found.before.until, event_name, zone)
    if found.after is not None:
        said = f"It was published for the first time on {in_zone(found.after.since, zone)}, after this event."
        other = found.after.event_name != event_name
        return Reason.LATER, said + (f" It listened to {found.after.event_name or 'no event'} then." if other else "")
    if found.created_at > moment:
        return Reason.NEVER, f"It was made on {in_zone(found.created_at, zone)}, and never published since."
    return Reason.NEVER, "It was never published: its draft listens to this, and nothing starts a draft."


def in_zone(moment: datetime, zone: ZoneInfo) -> str:
    """A moment to the second, on the account's wall clock."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M:%S}"


def _paused(found: Listening, before: Spell, ended: datetime, event_name: str, zone: ZoneInfo) -> tuple[Reason, str]:
    since = in_zone(ended, zone)
    if found.after is not None:
        until = in_zone(found.after.since, zone)
        said = f"It was paused, from {since} until {until}."
        return Reason.PAUSED, said + (_next(found.after, event_name, zone) if before.event_name != event_name else "")
    was = "" if before.event_name == event_name else f" Before that it listened to {before.event_name or 'no event'}."
    gone = f" It was deleted on {in_zone(found.deleted_at, zone)}." if found.deleted_at else ""
    return Reason.PAUSED, f"It was paused on {since}, and has not been resumed since.{was}{gone}"


def _next(after: Spell | None, event_name: str, zone: ZoneInfo) -> str:
    if after is None or after.event_name != event_name:
        return ""
    return f" To {event_name} it listens with version {after.number}, since {in_zone(after.since, zone)}."
