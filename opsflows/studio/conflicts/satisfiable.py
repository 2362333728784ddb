"""Whether conditions can hold together, as far as it can be proven: by cases, with an end.

Sound in one direction: what "cannot hold" is never true of any event. Where it is too much to look through, or where
the language compares in ways that are not followed here (patterns, business days), the answer is that it may.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from opsflows.rules.conditions.tree import Group, Leaf, Reference
from opsflows.studio.conflicts.comparisons import Claim, Comparison
from opsflows.studio.conflicts.pairs import no_pair
from opsflows.studio.conflicts.values import no_value

#: Cases looked through for one question.
BUDGET = 400

#: By field, what is said of it; tuples, so that cases share what they have in common.
Said = dict[str, tuple[Comparison, ...]]


class TooMuch(Exception):  # noqa: N818  (reads as the answer it becomes)
    """There are more cases than are looked through."""


def cannot_hold(claims: Sequence[Claim]) -> bool:
    """Whether no event, at no moment from now on, makes all of `claims` come out as they should.

    False also where it is unknown.
    """
    try:
        return next(open_cases(claims), None) is None
    except TooMuch:
        return False


def implies(first: Sequence[Claim], then: Sequence[Claim]) -> bool:
    """Whether `then` comes out whenever `first` does. False also where it is unknown."""
    return all(cannot_hold([*first, (node, not holds)]) for node, holds in then)


def open_cases(claims: Sequence[Claim], budget: int = BUDGET) -> Iterator[Said]:
    """The cases in which nothing speaks against `claims`: by field, what has to be so. There may be no such event.

    Raises:
        TooMuch: before all cases were looked at.
    """
    yield from _Cases(budget).walk(list(claims), {}, [])


class _Cases:
    def __init__(self, budget: int) -> None:
        self.left = budget

    def walk(self, waiting: list[Claim], said: Said, choices: list[list[Claim]]) -> Iterator[Said]:
        self.left -= 1
        if self.left < 0:
            raise TooMuch
        touched: set[str] = set()
        is_between = False
        while waiting:
            node, holds = waiting.pop()
            if isinstance(node, Leaf):
                said = {**said, node.field: (*said.get(node.field, ()), Comparison(node, holds))}
                touched.add(node.field)
                is_between = is_between or isinstance(node.expected, Reference)
                continue
            parts = _parts(node, holds)
            if parts is None:
                return
            claims, is_choice = parts
            if is_choice and len(claims) > 1:
                choices = [*choices, claims]
            else:
                waiting += claims
        if any(no_value(said[field]) for field in touched):
            return
        if is_between and no_pair(chain.from_iterable(said.values())):
            return
        if not choices:
            yield said
            return
        # The fewest ways first: fewer cases in all.
        choice, *others = sorted(choices, key=len)
        for claim in choice:
            yield from self.walk([claim], said, others)


def _parts(group: Group, holds: bool) -> tuple[list[Claim], bool] | None:
    """What a group comes down to: claims that all have to be so, or (True) one of which has; None: it cannot be."""
    if not group.children:
        return ([], False) if holds else None
    all_hold = holds if group.logic != "NOT" else not holds
    claims: list[Any] = [(child, all_hold) for child in group.children]
    # All of an AND, none of an OR; NOT holds unless all of its conditions do.
    return claims, all_hold is (group.logic == "OR")
