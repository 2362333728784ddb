"""Chains of workflows that lead back to the draft: what it sends, and what those who listen to that send."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from opsflows.events.emit import MAX_DEPTH
from opsflows.studio.conflicts.carried import Carried, asked_of
from opsflows.studio.conflicts.comparisons import Claim
from opsflows.studio.conflicts.conflict import Conflict
from opsflows.studio.conflicts.rule import Rule
from opsflows.studio.conflicts.satisfiable import cannot_hold
from opsflows.studio.conflicts.sends import Send, failure_of, is_id, sends_of
from opsflows.studio.conflicts.ways import claims_of, entry_claims, on_every_way
from opsflows.studio.conflicts.writes import Write, writes_of

#: Chains that are followed for one draft, and those that are told.
_MOST_WALKED = 2000
_MOST_TOLD = 3


@dataclass(frozen=True)
class Hop:
    """One workflow of a chain, and the step by which it sets off the next."""

    rule: Rule
    send: Send


class Listeners:
    """Who is started by what: `rules` are all that listen, the draft among them."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._by_event: dict[str, list[Rule]] = {}
        self._by_name: dict[str, list[Rule]] = {}
        self._by_id = {rule.id: rule for rule in rules}
        self._sends: dict[str, list[Send]] = {}
        for rule in rules:
            self._by_name.setdefault(rule.name, []).append(rule)
            if rule.event:
                self._by_event.setdefault(rule.event, []).append(rule)

    def of(self, send: Send) -> list[Rule]:
        """The workflows that `send` starts, where nothing in their conditions speaks against it."""
        if send.event:
            return self._by_event.get(send.event, [])
        if is_id(send.workflow):
            return [self._by_id[send.workflow]] if send.workflow in self._by_id else []
        named = self._by_name.get(send.workflow, [])
        return named if len(named) == 1 else []

    def sends(self, rule: Rule) -> list[Send]:
        """What the steps of `rule` send that are ever reached."""
        if rule.id not in self._sends:
            turns = on_every_way(rule)
            self._sends[rule.id] = [send for send in sends_of(rule) if send.node_id in turns] + failure_of(rule)
        return self._sends[rule.id]


def loops(draft: Rule, rules: Sequence[Rule]) -> Iterator[Conflict]:
    """The shortest chains from the draft back to it, each workflow on them once."""
    listeners = Listeners([draft, *rules])
    told: set[tuple[str, ...]] = set()
    for chain in _chains(draft, listeners):
        names = tuple(hop.rule.id for hop in chain)
        if names in told or _is_cut_short(chain) or _settles(chain) or _is_impossible(chain):
            continue
        told.add(names)
        yield _told(chain)
        if len(told) == _MOST_TOLD:
            return


def _chains(draft: Rule, listeners: Listeners) -> Iterator[tuple[Hop, ...]]:
    """Breadth first, so that the shortest come first."""
    waiting: list[tuple[tuple[Hop, ...], Rule]] = [((), draft)]
    walked = 0
    while waiting:
        level, waiting = waiting, []
        for chain, rule in level:
            for send in listeners.sends(rule):
                hops = (*chain, Hop(rule, send))
                for listener in listeners.of(send):
                    walked += 1
                    if walked > _MOST_WALKED:
                        return
                    if listener.id == draft.id:
                        yield hops
                    elif len(hops) < MAX_DEPTH and all(hop.rule.id != listener.id for hop in hops):
                        waiting.append((hops, listener))


def _is_cut_short(chain: Sequence[Hop]) -> bool:
    """Whether only failures lead around: an error workflow is not started for what led to its own failure."""
    return all(hop.send.is_failure for hop in chain)


def _is_impossible(chain: Sequence[Hop]) -> bool:
    """Whether what the workflows ask of their events cannot all be so, once around and into the draft again."""
    claims: list[Claim] = []
    carried = Carried(0)
    for place, hop in enumerate(chain):
        claims += _asked([*entry_claims(hop.rule), *_on_the_way(hop)], carried)
        carried = Carried(place + 1, hop.send, hop.rule, carried)
    claims += _asked(entry_claims(chain[0].rule), carried)
    return cannot_hold(claims)


def _on_the_way(hop: Hop) -> list[Claim]:
    return claims_of(hop.rule, on_every_way(hop.rule).get(hop.send.node_id, frozenset()))


def _asked(claims: Sequence[Claim], carried: Carried) -> list[Claim]:
    return [(asked_of(node, carried), holds) for node, holds in claims]


def _settles(chain: Sequence[Hop]) -> bool:
    """Whether it ends by itself: a step writes what is there already, and so sends nothing a second time."""
    written: dict[str, list[Mapping[str, Write]]] = {}
    for hop in chain:
        by_place = {"/".join((*write.target[:2], write.field)): write for write in writes_of(hop.rule)}
        written.setdefault(hop.rule.id, []).append(by_place)
    places = [by_place for found in written.values() for by_place in found]
    for hop in chain:
        if not hop.send.settles:
            continue
        mine = {place: write for found in written[hop.rule.id] for place, write in found.items()}
        own = {place: write for place, write in mine.items() if write.node_id == hop.send.node_id}
        is_rivalled = any(
            place in other and other[place].value != write.value for place, write in own.items() for other in places
        )
        if not is_rivalled:
            return True
    return False


def _told(chain: Sequence[Hop]) -> Conflict:
    failing = next((hop.rule.name for hop in chain if hop.send.is_failure), None)
    others = tuple((hop.rule.id, hop.rule.name) for hop in chain[1:])
    if others:
        sentence = "It can start itself again, by way of " + ", then ".join(f"“{name}”" for _, name in others) + "."
    else:
        sentence = f"It can start itself again: it listens to what “{chain[0].send.step}” sends."
    if failing is not None:
        sentence += f" That is when a run of “{failing}” fails."
    parts = [f"“{hop.rule.name}” → {hop.send.step}: {hop.send.event or 'starts the next'}" for hop in chain]
    detail = " → ".join([*parts, f"“{chain[0].rule.name}”"]) + f". It is cut after {MAX_DEPTH} rounds."
    return Conflict("loop", sentence, others, detail, chain[0].send.node_id)
