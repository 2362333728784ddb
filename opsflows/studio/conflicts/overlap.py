"""Two workflows that can both run for one event, and then write different values to the same place."""

from collections.abc import Iterator, Mapping
from typing import Any

from opsflows.outbound import redact_value
from opsflows.rules import RenderError, RuleError, ValueTemplate, compile_value, equals
from opsflows.rules.clock import Clock
from opsflows.rules.lookup import MISSING, walk
from opsflows.rules.text import to_text
from opsflows.studio.conflicts.comparisons import Claim
from opsflows.studio.conflicts.conflict import Conflict
from opsflows.studio.conflicts.rule import Rule
from opsflows.studio.conflicts.ways import claims_of, decides, on_every_way
from opsflows.studio.conflicts.witness import holds_for, witness
from opsflows.studio.conflicts.writes import Write, writes_of

_LONGEST = 80
_TELLING = 4


def overlaps(rule: Rule, others: list[Rule], clock: Clock) -> Iterator[Conflict]:
    """Of `others`, which the same event starts: for each, the first thing that both write differently."""
    mine = _by_place(rule)
    if not mine:
        return
    for other in others:
        found = next(_between(rule, mine, other, clock), None)
        if found is not None:
            yield found


def _by_place(rule: Rule) -> dict[tuple[Any, ...], list[Write]]:
    found: dict[tuple[Any, ...], list[Write]] = {}
    turns = on_every_way(rule)
    for write in writes_of(rule):
        # What the run's other steps decide is not known here.
        if write.node_id in turns and decides(rule, turns[write.node_id]):
            found.setdefault((*write.target, write.field), []).append(write)
    return found


def _between(rule: Rule, mine: Mapping[tuple[Any, ...], list[Write]], other: Rule, clock: Clock) -> Iterator[Conflict]:
    theirs = _by_place(other)
    for place in [place for place in mine if place in theirs]:
        for one in mine[place]:
            for another in theirs[place]:
                if one.value == another.value:
                    continue
                event = _event(rule, one, other, another, clock)
                if event is not None:
                    yield _told(one, other, another, event)


def _event(rule: Rule, one: Write, other: Rule, another: Write, clock: Clock) -> dict[str, Any] | None:
    """An event for which both are done, and the values differ; None: none was found."""
    claims = [*_reached(rule, one), *_reached(other, another)]
    event = witness(claims, clock)
    templates = [_template([*write.target, write.value]) for write in (one, another)]
    if event is None or None in templates:
        return None
    for template, own in zip(templates, (rule, other), strict=True):
        assert template is not None  # noqa: S101  (asked above)
        for path in sorted(template.variables):
            segments = tuple(path.split("."))
            if segments[0] in own.set_names or not _filled(event, segments):
                return None
    if not holds_for(claims, event, clock):
        return None
    try:
        first, second = (template.render(event, clock).value for template in templates if template)
    except RenderError:
        return None
    same_place = first[:-1] == second[:-1]
    return event if same_place and not _alike(first[-1], second[-1]) else None


def _reached(rule: Rule, write: Write) -> list[Claim]:
    return claims_of(rule, on_every_way(rule)[write.node_id])


def _template(value: Any) -> ValueTemplate | None:
    try:
        return compile_value(value)
    except RuleError:
        return None


def _filled(event: dict[str, Any], segments: tuple[str, ...]) -> bool:
    """Whether the variable is there by now: what the conditions left open is made up, each with its own name."""
    if walk(event, segments) is not MISSING:
        return True
    place = event
    for segment in segments[:-1]:
        inner = place.setdefault(segment, {})
        if not isinstance(inner, dict):
            return False
        place = inner
    return place.setdefault(segments[-1], f"some {'.'.join(segments)}") is not None


def _alike(one: Any, other: Any) -> bool:
    return one == other or equals(one, other) or to_text(one).strip().casefold() == to_text(other).strip().casefold()


def _told(one: Write, other: Rule, another: Write, event: Mapping[str, Any]) -> Conflict:
    if one.field.startswith("tag "):
        what = f"“{one.step}” {'puts on' if one.value else 'takes off'} the {one.field} of {one.thing}; "
        what += f"“{other.name}” {'puts it on' if another.value else 'takes it off'}"
    else:
        what = f"“{one.step}” sets {one.field} of {one.thing} to {_said(one.field, one.value)}; "
        what += f"“{other.name}” sets it to {_said(one.field, another.value)}"
    sentence = f"Two workflows write the same field. {what}. Both can run for one event."
    return Conflict("write", sentence, ((other.id, other.name),), _example(event), one.node_id)


def _said(field: str, value: Any) -> str:
    text = to_text(redact_value({field: value})[field])
    return f"“{text[:_LONGEST]}{'…' if len(text) > _LONGEST else ''}”"


def _example(event: Mapping[str, Any]) -> str:
    # What is only made up says nothing.
    leaves = [(path, value) for path, value in _leaves(redact_value(event), "") if value != f"some {path}"]
    shown = ", ".join(f"{path} is {to_text(value)[:_LONGEST] or 'empty'}" for path, value in leaves[:_TELLING])
    return f"For example where {shown}." if shown else "For example for any such event."


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value
