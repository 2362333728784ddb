"""A backtest in sentences."""

from datetime import timedelta

from opsflows.studio.backtest.tally import failing_in
from opsflows.studio.models import Backtest


def many(count: int, name: str) -> str:
    """`1 event`, `1,204 events`."""
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def period_of(backtest: Backtest) -> str:
    """`In 30 days`, or between which days where it is no number of whole days up to when it was asked for."""
    length = backtest.until - backtest.since
    if abs(backtest.created_at - backtest.until) < timedelta(minutes=1) and not length % timedelta(days=1):
        return "In the last 24 hours" if length.days == 1 else f"In the last {length.days} days"
    zone = backtest.account.zone
    first, last = backtest.since.astimezone(zone), (backtest.until - timedelta(microseconds=1)).astimezone(zone)
    if first.date() == last.date():
        return f"On {first.day} {first:%b %Y}"
    return f"From {first.day} {first:%b %Y} to {last.day} {last:%b %Y}"


def sentence_of(backtest: Backtest) -> str:
    """What came of it, or of the part that was looked at."""
    came_in = f"{period_of(backtest)} {many(backtest.seen, 'event')} came in"
    draft, both = backtest.fired_draft, backtest.fired_both
    if not backtest.seen:
        return f"{period_of(backtest)} no event of this name came in."
    if backtest.version_id is None:
        return f"{came_in}; the draft would have fired {_times(draft)}. Nothing is published yet to compare it with."
    failing = failing_in(backtest)
    if failing:
        return f"{came_in}; the draft would have fired {_times(draft)}. {_unreadable(backtest, failing)}"
    other = "what is live" if backtest.was_live else "the published version, which is paused,"
    published = backtest.fired_published
    if not draft and not published:
        return f"{came_in}; neither {other} nor the draft would have fired for any of them."
    counted = f"{came_in}; {other} would have fired {_times(published)}, the draft {_times(draft)}"
    if not draft - both and not published - both:
        return f"{counted}: the very same events."
    return f"{counted}: {draft - both:,} new, {published - both:,} no longer."


def _unreadable(backtest: Backtest, failing: int) -> str:
    each = "the one event" if failing == 1 else f"{failing:,} events"
    would = f"{each} would {'' if failing == 1 else 'each '}have started a run that fails at once."
    what = "What is live" if backtest.was_live else "The published version, which is paused,"
    return f"{what} cannot be read any more: {'' if backtest.was_live else 'were it live, '}{would}"


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count:,} times")
