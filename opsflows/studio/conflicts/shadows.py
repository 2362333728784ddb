"""Two workflows that do the same, of which one runs whenever the other does."""

from collections.abc import Iterator
from typing import Any

from opsflows.jsontext import content_hash
from opsflows.studio.conflicts.conflict import Conflict
from opsflows.studio.conflicts.rule import Rule
from opsflows.studio.conflicts.satisfiable import cannot_hold, implies
from opsflows.studio.conflicts.ways import entry_claims


def shadows(rule: Rule, others: list[Rule]) -> Iterator[Conflict]:
    """Of `others`, which the same event starts, those that make `rule` superfluous, or the other way round."""
    if not rule.is_readable or cannot_hold(entry_claims(rule)):
        return
    done = what_is_done(rule)
    for other in others:
        if not other.is_readable or dict(other.settings) != dict(rule.settings) or what_is_done(other) != done:
            continue
        about = ((other.id, other.name),)
        mine, theirs = entry_claims(rule), entry_claims(other)
        below, above = implies(mine, theirs), implies(theirs, mine)
        if below and above:
            yield Conflict("shadowed", f"“{other.name}” does the same for the same events: all is done twice.", about)
        elif below:
            sentence = (
                f"“{other.name}” does the same for these events and for others: all that this does is done twice."
            )
            yield Conflict("shadowed", sentence, about)
        elif above:
            sentence = (
                f"This does the same as “{other.name}”, for its events and for others: it is not needed beside this."
            )
            yield Conflict("shadowed", sentence, about)


def what_is_done(rule: Rule) -> str:
    """The same for two rules whose steps do the same in the same order, whatever they are called."""
    handles = rule.graph.handles(rule.entry_id) if rule.entry_id else None
    first = rule.graph.first()
    start = handles.get("true", "") if handles is not None else first.id if first else ""
    order: dict[str, int] = {}
    waiting = [start]
    while waiting:
        node_id = waiting.pop()
        if node_id in rule.graph.by_id and node_id not in order:
            order[node_id] = len(order)
            waiting += [target for _, target in sorted(rule.graph.handles(node_id).items(), reverse=True)]
    steps: list[Any] = []
    for node_id in order:
        node = rule.graph.by_id[node_id]
        ways = {handle: order[target] for handle, target in rule.graph.handles(node_id).items() if target in order}
        steps.append([node.kind, dict(node.config), node.critical, repr(node.handling), ways])
    return content_hash(steps)
