"""What an expression in a template sees: the event, the clock, and what the rendering may still cost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from liquid import RenderContext
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.template import BoundTemplate
from liquid.undefined import Undefined

from opsflows.rules.clock import Clock
from opsflows.rules.lookup import MISSING, walk
from opsflows.rules.templates.limits import Budget, check_items
from opsflows.rules.text import to_text
from opsflows.rules.variables import ClockScope

_MAX_SEGMENT = 200


class RulesContext(RenderContext):
    """Liquid's context with our way of looking things up, so that a path means the same as in a condition."""

    def __init__(self, template: BoundTemplate, scope: Mapping[str, Any], clock: Clock, budget: Budget) -> None:
        super().__init__(template, globals=ClockScope(scope, clock))
        self.clock = clock
        self.budget = budget
        self.missing: list[str] = []  #: Paths that were looked up and not there.

    def get(self, path: list[Any], *, token: Any = None, default: object = None) -> object:
        segments = tuple([_segment(segment) for segment in path])
        found = walk(self.scope, segments)
        if found is MISSING:
            name = ".".join(segments)
            self.missing.append(name)
            return Undefined(name, token=token)
        return found


def _segment(segment: Any) -> str:
    """A part of a path as a text; one that comes out of the event (``prices[currency]``) may be anything."""
    value = plain(segment)
    return to_text(value)[:_MAX_SEGMENT] if isinstance(value, str | int | Decimal) else ""


def plain(value: Any) -> Any:
    """`value` without Liquid's own types: missing is `MISSING`, a range a list, a fraction in the source a Decimal."""
    if isinstance(value, Undefined):
        return MISSING
    if isinstance(value, Empty | Blank):
        return ""
    if isinstance(value, range):
        check_items(range_length(value), "A range")
        return list(value)
    return Decimal(repr(value)) if isinstance(value, float) else value


def range_length(value: range) -> int:
    """The length of a range, also of one that is too long for `len`."""
    return max(0, value.stop - value.start)
