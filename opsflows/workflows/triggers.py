"""The kinds of trigger, what each asks for, and who knows more about one of them.

A trigger is no step: nothing runs it. It says what starts the workflow by itself; by hand, by the API, for a list and
by another workflow every workflow can be started, whatever its trigger.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.events.names import name_problem
from opsflows.rules import Problem
from opsflows.workflows.graph import EVENT, MANUAL, SCHEDULE, Node

#: What stands in the way of publishing a configuration, by field; an empty field is the trigger as a whole.
Judge = Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]]
#: What a configuration comes to in words; of a broken one, what can be said.
Teller = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class TriggerKind:
    """One kind: what people call it, and the fields that its configuration may have."""

    kind: str
    label: str
    fields: tuple[str, ...]


KINDS: Mapping[str, TriggerKind] = {
    each.kind: each
    for each in (
        TriggerKind(EVENT, "When an event comes in", ("event",)),
        TriggerKind(SCHEDULE, "By a schedule", ("cron", "zone", "data")),
        TriggerKind(MANUAL, "When somebody starts it", ()),
    )
}

_judges: dict[str, Judge] = {}
_tellers: dict[str, Teller] = {}


def judges(kind: str) -> Callable[[Judge], Judge]:
    """Decorator: the function says what is wrong with the configuration of triggers of this `kind`. A kind has one;
    a room above brings it where only that room can tell."""

    def registered(judge: Judge) -> Judge:
        if kind in _judges:
            raise ValueError(f"Two functions judge triggers of kind {kind!r}")
        _judges[kind] = judge
        return judge

    return registered


def tells(kind: str) -> Callable[[Teller], Teller]:
    """Decorator: the function says in words what starts workflows with triggers of this `kind`."""

    def registered(teller: Teller) -> Teller:
        _tellers[kind] = teller
        return teller

    return registered


def in_words(kind: str, config: Mapping[str, Any]) -> str:
    """What starts the workflow: `order.shipped`, `Every day at 07:00 (UTC)`, `somebody starts it`; empty where nothing
    is chosen yet."""
    teller = _tellers.get(kind)
    return teller(config) if teller else ""


def unknown_fields(trigger: Node) -> Iterator[Problem]:
    """What refuses even a draft: fields that this kind of trigger does not have."""
    known = KINDS[trigger.kind].fields
    takes = f"takes only {_listed(known)}" if known else "takes nothing"
    for key in sorted(map(str, trigger.config.keys() - set(known))):
        message = f"This field is not known here; a trigger of kind {trigger.kind} {takes}."
        yield Problem(f"{trigger.path}.config.{key}", message)


def trigger_problems(trigger: Node) -> Iterator[Problem]:
    """What stands in the way of publishing a workflow with this trigger."""
    if (judge := _judges.get(trigger.kind)) is not None:
        for field, message in judge(trigger.config):
            yield Problem(f"{trigger.path}.config{field and '.'}{field}", message)


def trigger_event(trigger: Node) -> str:
    """The event that it listens to; empty where it listens to none."""
    event = trigger.config.get("event") if trigger.kind == EVENT else None
    return event if isinstance(event, str) else ""


@judges(EVENT)
def _event(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    event = config.get("event")
    if event is None or event == "":
        yield "event", "This field is required; name the event that starts the workflow, for example order.shipped."
    elif not isinstance(event, str):
        yield "event", 'Must be the name of an event, for example "order.shipped".'
    elif problem := name_problem(event):
        yield "event", problem


@tells(EVENT)
def _event_in_words(config: Mapping[str, Any]) -> str:
    return str(config.get("event") or "")


@tells(MANUAL)
def _manual_in_words(config: Mapping[str, Any]) -> str:
    return "somebody starts it"


def _listed(names: tuple[str, ...]) -> str:
    quoted = [f'"{name}"' for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
