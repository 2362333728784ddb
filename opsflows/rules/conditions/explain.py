"""Why a condition holds or does not: each comparison with the value it saw."""

from dataclasses import dataclass
from typing import Any

from opsflows.rules.clock import Clock
from opsflows.rules.compare import as_moment, order
from opsflows.rules.conditions.operators import Operator
from opsflows.rules.lookup import MISSING
from opsflows.rules.text import excerpt, to_text

_MAX_SEEN = 500


@dataclass(frozen=True)
class Explanation:
    """The truth of one node of a condition. A group has `logic` and `children`, a comparison has the rest."""

    truth: bool
    sentence: str
    logic: str | None = None
    children: tuple["Explanation", ...] = ()
    field: str | None = None
    operator: str | None = None
    expected: Any = None  #: The value compared with; where the rule names another field, that field's value.
    seen: Any = None
    missing: bool = False  #: Whether the field (or for ``changed``, its previous value) was not there at all.
    label: str = ""  #: The segment that a group is, or the list that a comparison is with.

    def as_json(self) -> dict[str, Any]:
        """The same as JSON. Long values are cut, so that an explanation stays small whatever the event holds."""
        if self.logic is not None:
            children = [child.as_json() for child in self.children]
            group = {"truth": self.truth, "sentence": self.sentence, "logic": self.logic, "children": children}
            return group | ({"segment": self.label} if self.label else {})
        leaf = {
            "truth": self.truth,
            "sentence": self.sentence,
            "field": self.field,
            "operator": self.operator,
            "expected": _shortened(self.expected),
            "seen": _shortened(self.seen),
            "missing": self.missing,
        }
        return leaf | ({"list": self.label} if self.label else {})


def explain_group(logic: str, truth: bool, children: tuple[Explanation, ...]) -> Explanation:
    """The explanation of a group from those of its children."""
    held, count = sum(child.truth for child in children), len(children)
    if not children:
        return Explanation(truth, "There is no condition, so it always holds.", logic, children)
    wanted = {"AND": "all must hold", "OR": "one is enough", "NOT": "it holds unless all of them do"}[logic]
    return Explanation(truth, f"{held} of {count} hold; {wanted}: {_word(truth)}.", logic, children)


def explain_segment(name: str, *, negated: bool, inner: Explanation) -> Explanation:
    """The explanation of a saved segment from that of its conditions."""
    truth, verb = inner.truth is not negated, "not in" if negated else "in"
    sentence = f"{verb} segment “{name}”: {_word(truth)}."
    return Explanation(truth, sentence, "NOT" if negated else "AND", (inner,), label=name)


def describe_leaf(
    field: str,
    operator: Operator,
    *,
    expected: Any,
    seen: Any,
    truth: bool,
    missing: bool,
    clock: Clock,
    label: str = "",
) -> Explanation:
    """The explanation of one comparison. `seen` and `expected` may be `MISSING`; `label` names the list, if any."""
    wanted = f" {_quote(expected)}" if operator.takes_value else ""
    said = list_in_words(operator, label) if label else f"{operator.label}{wanted}"
    reason = _reason(field, operator, expected, seen, clock, missing)
    return Explanation(
        truth,
        f"{field} {said}: {_word(truth)}, {reason}.",
        field=field,
        operator=operator.name,
        expected=None if expected is MISSING else expected,
        seen=None if seen is MISSING else seen,
        missing=missing,
        label=label,
    )


def list_in_words(operator: Operator, label: str) -> str:
    """What a comparison with a named list says, behind the field."""
    return f"is {'not ' if operator.negated else ''}on the list “{label}”"


def _reason(field: str, operator: Operator, expected: Any, seen: Any, clock: Clock, missing: bool) -> str:
    if operator.against_previous and missing:
        return "there is no previous value to compare with"
    if operator.against_previous:
        return f"it was {_quote(expected)} and is {_quote(seen)}"
    if seen is MISSING:
        return f"the event has no {field}"
    if operator.takes_value and expected is MISSING:
        return "the field to compare with is not in the event"
    if operator.ordering and not _comparable(operator, expected, seen, clock):
        return f"{excerpt(seen)} cannot be compared with {excerpt(expected)}"
    return f"it is {excerpt(seen)}"


def _comparable(operator: Operator, expected: Any, seen: Any, clock: Clock) -> bool:
    if operator.name in ("before", "after"):
        return as_moment(seen, clock.zone, numbers=True) is not None
    bounds = expected if isinstance(expected, list) else [expected]
    return all(order(seen, bound, clock.zone) is not None for bound in bounds)


def _quote(value: Any) -> str:
    return "nothing" if value is MISSING else excerpt(value)


def _word(truth: bool) -> str:
    return "yes" if truth else "no"


def _shortened(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    text = to_text(value)
    if len(text) > _MAX_SEEN:
        return text[:_MAX_SEEN] + "…"
    return value
