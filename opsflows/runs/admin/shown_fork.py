"""How far a fork is, as a run's page shows it: in words, as a bar, and branch by branch."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site import words
from opsflows.admin_site.markup import Look, badge, when
from opsflows.runs.models import Branch, QueueItem
from opsflows.runs.trace.places import Plan
from opsflows.runs.trace.progress import ForkProgress
from opsflows.runs.trace.steps import Lane

BRANCH = {
    Branch.Status.PENDING: Look("Not begun", "off", "radio_button_unchecked"),
    Branch.Status.RUNNING: Look("Under way", "running", "play_circle"),
    Branch.Status.COMPLETED: Look("Done", "done", "check_circle"),
    Branch.Status.FAILED: Look("Failed", "failed", "error"),
    Branch.Status.DROPPED: Look("Given up", "off", "cancel"),
}
_STANDING = {
    QueueItem.Status.QUEUED: "next for a worker",
    QueueItem.Status.PROCESSING: "being worked on",
    QueueItem.Status.HELD: "waits for somebody to decide",
    QueueItem.Status.BLOCKED: "waits for its turn",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the bar: its tone, where it starts and how long it is in percent, and what it counts."""

    tone: str
    start: str
    percent: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownFork:
    """Progress of a fork. `is_list`: its branches are items, which are shown on demand."""

    id: uuid.UUID
    is_list: bool
    is_over: bool
    total: int
    over: int
    parts: tuple[Part, ...]
    counts: tuple[str, ...]
    time_left: str


def shown_fork(fork: ForkProgress, plan: Plan) -> ShownFork:
    """The bar and the words beside it; each count that is not zero."""
    said = [
        ("done", fork.done, "done"),
        ("failed", fork.failed, "failed"),
        ("off", fork.dropped, "given up"),
        ("off", fork.never_begun, "not begun"),
    ]
    return ShownFork(
        id=fork.id,
        is_list=fork.node_id in plan.iterating,
        is_over=fork.is_over,
        total=fork.total,
        over=fork.over,
        parts=tuple(_parts(said, fork.total)),
        counts=(*(f"{count:,} {word}" for _, count, word in said if count), *_left(fork)),
        time_left=_time_left(fork, plan),
    )


def in_words(fork: ForkProgress, plan: Plan) -> str:
    """For the sentence at the head of a run's page: `120 of 10,000 items are over, 3 failed, about 4 min left`."""
    unit = "items" if fork.node_id in plan.iterating else "branches"
    failed = f", {fork.failed:,} failed" if fork.failed else ""
    about = _time_left(fork, plan)
    return f"{fork.over:,} of {fork.total:,} {unit} are over{failed}{f', {about}' if about else ''}"


def _time_left(fork: ForkProgress, plan: Plan) -> str:
    """Of a list: its items are alike, as the ways of a `parallel` are not."""
    left = fork.time_left(timezone.now()) if fork.node_id in plan.iterating else None
    return "" if left is None else f"about {words.span(left)} left"


def shown_lane(lane: Lane, plan: Plan) -> tuple[str, SafeString, str, str | SafeString]:
    """What a branch is called, its state, what went wrong, and where it stands."""
    look = BRANCH[Branch.Status(lane.status)]
    # Where its last step says so itself, there is no need to say it twice.
    is_told = lane.item is None or any(step.place.node_id == lane.item.node_id for step in lane.steps)
    return lane.handle, badge(look), lane.error, "" if is_told or lane.item is None else standing(lane.item, plan)


def standing(item: QueueItem, plan: Plan) -> str | SafeString:
    """Where a branch stands that is not over."""
    label = plan.called(item.node_id)
    if item.status == QueueItem.Status.WAITING:
        return format_html("at “{}”, goes on {}", label, when(item.scheduled_at))
    return f"at “{label}”, {_STANDING.get(QueueItem.Status(item.status), item.status)}"


def _parts(said: Sequence[tuple[str, int, str]], total: int) -> Iterator[Part]:
    before = 0
    for tone, count, word in said:
        if count:
            yield Part(tone, _percent(before, total), _percent(count, total), f"{count:,} {word}")
        before += count


def _left(fork: ForkProgress) -> Iterator[str]:
    if fork.left:
        yield f"{fork.left:,} left" + (f" ({fork.under_way:,} under way)" if fork.under_way else "")


def _percent(count: int, total: int) -> str:
    # As text with a point, whatever the language of the page: it goes into an attribute of SVG.
    return f"{100 * count / total:.2f}" if total else "0"
