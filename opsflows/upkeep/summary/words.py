"""Numbers and times of the summary as people say them."""

from datetime import datetime, timedelta

_STEPS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def change(number: int, before: int) -> str:
    """How a number compares with the one a week before: `20 more than a week before (100, so +20 %)`."""
    if number == before:
        return "as many as a week before"
    word = "more" if number > before else "fewer"
    difference = f"{abs(number - before):,} {word} than a week before"
    if not before:
        return f"{difference} (none)"
    percent = round(abs(number - before) / before * 100)
    return f"{difference} ({before:,}, so {'+' if number > before else '−'}{percent:,} %)"


def since(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit: `for 3 days`."""
    seconds = int((now - moment) / timedelta(seconds=1))
    for length, name in _STEPS:
        if seconds >= length:
            count = seconds // length
            return f"for {count} {name}{'' if count == 1 else 's'}"
    return "for less than a minute"
