"""Jobs in words: what they are called, how they stand, what came of them."""

from collections.abc import Callable, Mapping
from typing import Any

from opsflows.admin_site import words
from opsflows.admin_site.markup import Look
from opsflows.queue.job_kinds import job_kinds
from opsflows.queue.models import Job

LOOKS = {
    Job.Status.QUEUED: Look("Waits", "waiting", "schedule"),
    Job.Status.RUNNING: Look("Under way", "running", "play_circle"),
    Job.Status.COMPLETED: Look("Done", "done", "check_circle"),
    Job.Status.FAILED: Look("Failed", "failed", "error"),
    Job.Status.CANCELLED: Look("Stopped", "off", "cancel"),
}


def look_of(job: Job) -> Look:
    """How its state is shown."""
    return LOOKS[Job.Status(job.status)]


def label_of(kind: str) -> str:
    """What people call jobs of this kind."""
    known = job_kinds().get(kind)
    return known.label if known else kind


def took(job: Job) -> str:
    """How long it took, from its first piece to its last; empty while it is not over."""
    if job.started_at is None or job.finished_at is None:
        return ""
    return words.lasted(max(0, int((job.finished_at - job.started_at).total_seconds() * 1000)))


def progress(job: Job) -> str:
    """How far it has come."""
    if not job.done:
        return ""
    return f"{job.done:,} of {job.total:,}" if job.total else f"{job.done:,}"


def outcome(job: Job) -> str:
    """What came of it, or what it is at, in a sentence without its full stop."""
    if job.status == Job.Status.FAILED or (job.error_message and job.status == Job.Status.QUEUED):
        return str(job.error_message)
    said = _SAID.get(job.kind)
    if job.status == Job.Status.COMPLETED and said is not None and isinstance(job.result, Mapping):
        return said(job.result)
    return job.note


def _sweep(result: Mapping[str, Any]) -> str:
    overdue, stalled = result.get("overdue", 0), result.get("stalled", 0)
    return f"{overdue:,} overdue, {stalled:,} stalled" if overdue or stalled else "nothing new stands still"


def _clean(result: Mapping[str, Any]) -> str:
    deleted = sum(numbers["deleted"] for numbers in result.values())
    return f"{deleted:,} rows deleted" if deleted else "nothing was old enough"


def _summary(result: Mapping[str, Any]) -> str:
    return f"{result.get('day')}: {_mails(result.get('sent', 0))}"


def _failures(result: Mapping[str, Any]) -> str:
    return _mails(result.get("sent", 0))


def _retry(result: Mapping[str, Any]) -> str:
    taken_up, refused = result.get("taken_up", 0), result.get("refused", 0)
    runs = "1 run" if taken_up == 1 else f"{taken_up:,} runs"
    return f"{runs} taken up" + (f", {refused:,} left alone" if refused else "")


def _house(result: Mapping[str, Any]) -> str:
    deleted = sum(result.values())
    return f"{deleted:,} rows deleted" if deleted else "nothing was old enough"


def _report(result: Mapping[str, Any]) -> str:
    return _mails(result.get("sent_to", 0))


def _test(result: Mapping[str, Any]) -> str:
    return "it answers" if result.get("ok") else "it does not answer"


def _mails(count: int) -> str:
    return "nobody to write to" if not count else "1 mail" if count == 1 else f"{count:,} mails"


_SAID: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "databases.test": _test,
    "failures.mail": _failures,
    "runs.retry": _retry,
    "upkeep.sweep": _sweep,
    "retention.clean": _clean,
    "retention.report": _report,
    "summary.daily": _summary,
    "house.clean": _house,
}
