"""Times and durations as people say them. Pure: the present moment is passed in."""

from datetime import datetime, timedelta

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def span(length: timedelta) -> str:
    """A length of time in its largest unit: `12 s`, `3 min`, `2 h`, `5 days`, `3 months`. Signs are left out."""
    seconds = abs(length.total_seconds())
    if seconds < _MINUTE:
        return f"{int(seconds)} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h"
    if seconds < 90 * _DAY:
        return f"{int(seconds // _DAY)} days"
    if seconds < 730 * _DAY:
        return f"{int(seconds // (30 * _DAY))} months"
    return f"{int(seconds // (365 * _DAY))} years"


def relative(moment: datetime, now: datetime) -> str:
    """`3 min ago`, `in 2 h`, `just now`."""
    away = moment - now
    if abs(away) < timedelta(seconds=1):
        return "just now"
    return f"in {span(away)}" if away > timedelta() else f"{span(away)} ago"


def due(moment: datetime, now: datetime) -> str:
    """`due in 3 h`, or `overdue by 2 days`."""
    return f"due in {span(moment - now)}" if moment >= now else f"overdue by {span(now - moment)}"


def lasted(milliseconds: int) -> str:
    """How long something took, to two units: `180 ms`, `2.3 s`, `4 min 2 s`, `2 days 4 h`."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < _MINUTE * 1000:
        return f"{milliseconds / 1000:.1f} s"
    seconds = milliseconds // 1000
    if seconds < _HOUR:
        return _two(seconds, _MINUTE, "min", 1, "s")
    if seconds < _DAY:
        return _two(seconds, _HOUR, "h", _MINUTE, "min")
    days = "day" if seconds < 2 * _DAY else "days"
    return _two(seconds, _DAY, days, _HOUR, "h")


def exact(moment: datetime) -> str:
    """The moment to the second, in the zone that it carries: `Mon 2 Mar 2026, 10:00:05 CET`."""
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M:%S %Z}"


def _two(seconds: int, large: int, large_name: str, small: int, small_name: str) -> str:
    whole, rest = divmod(seconds, large)
    return f"{whole} {large_name} {rest // small} {small_name}" if rest // small else f"{whole} {large_name}"
