"""A step as a run's page shows it, with the branches inside of it."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from opsflows.admin_site import words
from opsflows.admin_site.document import document
from opsflows.admin_site.markup import Look, badge, when
from opsflows.outbound import redact_value
from opsflows.runs.admin.advice import advice_for
from opsflows.runs.admin.looks import STEP, TRIED, UNCLEAR
from opsflows.runs.admin.made import made_by
from opsflows.runs.admin.message import ShownMessage, message_of
from opsflows.runs.admin.shown_fork import ShownFork, shown_fork, shown_lane
from opsflows.runs.models import QueueItem, Step
from opsflows.runs.trace import Trace
from opsflows.runs.trace.steps import TracedStep, Value

#: Ways out whose names say too little.
WAYS = {"true": "yes", "false": "no", "error": "the way for errors"}
#: What kinds that call out send, and what they get, is called by these words.
_SENDING = frozenset({"webhook", "call_api", "slack", "teams", "email"})
_ANSWERED = frozenset({"webhook", "call_api"})
_SCOPES = {"local": "in this branch", "step": "this step only"}


@dataclass(frozen=True, slots=True)
class ShownAttempt:
    """An attempt that did not succeed."""

    moment: SafeString
    error: str
    output: SafeString | None
    by_hand: bool


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A variable as it stood after a step."""

    name: str
    value: SafeString
    scope: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class ShownLane:
    """A branch with its steps."""

    name: str
    badge: SafeString
    error: str
    standing: str
    steps: "tuple[ShownStep, ...]"


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as the timeline shows it."""

    step: TracedStep
    look: Look
    badge: SafeString
    took: str
    way: str
    earlier: tuple[ShownAttempt, ...]
    input: SafeString | None
    input_word: str
    output: SafeString | None
    output_word: str
    values: tuple[ShownValue, ...]
    message: ShownMessage | None
    advice: str
    made: list[tuple[str, str, str]]
    goes_on_at: Any
    #: The queue row of a step about which somebody has to decide.
    held_id: Any
    fork: ShownFork | None
    lanes: tuple[ShownLane, ...]


def shown_steps(steps: tuple[TracedStep, ...], found: Trace) -> tuple[ShownStep, ...]:
    """`steps` of the trace, in their order."""
    return tuple(_shown(step, found) for step in steps)


def shown_value(value: Value) -> ShownValue:
    """A variable, secrets masked."""
    # By its name as well: a variable called api_token is a secret whatever it holds.
    masked = redact_value({value.name: value.value})[value.name]
    return ShownValue(value.name, document(masked, most=100), _SCOPES.get(value.scope, ""), value.is_new)


def _shown(step: TracedStep, found: Trace) -> ShownStep:
    last = step.last
    item = found.item_at(step)
    state = item.status if item else None
    held = state == QueueItem.Status.HELD and last.step_status == Step.Status.RUNNING
    again = state is not None and last.step_status == Step.Status.FAILED
    look = UNCLEAR if held else TRIED if again else STEP[Step.Status(last.step_status)]
    waits = last.step_status == Step.Status.WAITING and state == QueueItem.Status.WAITING and step.fork is None
    kind = step.place.kind
    return ShownStep(
        step=step,
        look=look,
        badge=badge(look),
        took=words.lasted(step.milliseconds) if step.milliseconds is not None else "",
        way=_way(step),
        earlier=tuple(_attempt(attempt) for attempt in step.earlier),
        input=folded(last.input_data),
        input_word="Sent" if kind in _SENDING else "Input",
        output=None if step.explanation else folded(last.output_data),
        output_word="Answer" if kind in _ANSWERED else "Output",
        values=tuple(map(shown_value, step.values)),
        message=message_of(kind, last.input_data),
        advice=advice_for(step, is_over=found.is_over, is_held=held),
        made=made_by(kind, last.output_data),
        goes_on_at=item.scheduled_at if item and waits else None,
        held_id=item.pk if item and held else None,
        fork=shown_fork(step.fork, found.plan) if step.fork else None,
        lanes=tuple(
            ShownLane(*shown_lane(lane, found.plan), steps=shown_steps(lane.steps, found)) for lane in step.lanes
        ),
    )


def folded(value: Any) -> SafeString | None:
    """What went in or came out, secrets masked; None where there is nothing."""
    return None if value in (None, {}, []) else document(redact_value(value), most=300)


def _way(step: TracedStep) -> str:
    """The way the step was left by, where that says something."""
    handle = step.last.handle
    return WAYS.get(handle, handle) if handle not in ("", "done", "stopped") else ""


def _attempt(row: Step) -> ShownAttempt:
    return ShownAttempt(
        moment=when(row.completed_at or row.started_at),
        error=row.error_message or "It did not come to an end.",
        output=folded(row.output_data),
        by_hand=row.generation > 0,
    )
