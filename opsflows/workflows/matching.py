"""From an event to the workflows that care for it, in memory: the cost follows the matches, not the workflows."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsflows.rules import Clock, lookup, value_keys
from opsflows.workflows.entry_parts import Needed, Part
from opsflows.workflows.settings import RunSettings


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """One live workflow. There may be many, so it holds little."""

    account_id: uuid.UUID
    workflow_id: uuid.UUID
    version_id: uuid.UUID
    event_name: str
    settings: RunSettings
    #: The node a run begins with: the entry condition, else the first step; None where there is no step.
    first_node: str | None
    #: The entry condition: all of them must hold.
    parts: tuple[Part, ...]

    @property
    def priority(self) -> str:
        """`low`, `normal`, `high` or `urgent`."""
        return self.settings.priority

    def matches(self, scope: Mapping[str, Any], clock: Clock) -> bool:
        """Whether the event lets a run start."""
        for part in self.parts:  # noqa: SIM110  (a generator would cost more than the comparisons)
            if not part.matches(scope, clock):
                return False
        return True


class Index:
    """All live workflows by account, event, and one equality each."""

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self.size = 0
        groups: dict[str, dict[uuid.UUID, list[Listener]]] = defaultdict(lambda: defaultdict(list))
        for each in listeners:
            groups[each.event_name][each.account_id].append(each)
            self.size += 1
        self._groups = {
            name: {account: _Group(members) for account, members in accounts.items()}
            for name, accounts in groups.items()
        }

    def listeners(
        self, account_id: uuid.UUID, event_name: str, scope: Mapping[str, Any], clock: Clock
    ) -> list[Listener]:
        """The workflows in which the event starts a run, in no particular order. `scope` is what conditions read."""
        accounts = self._groups.get(event_name)
        group = accounts.get(account_id) if accounts else None
        if group is None:
            return []
        return [each for each in group.candidates(scope) if each.matches(scope, clock)]


class _Group:
    """The listeners to one event of one account."""

    __slots__ = ("_by_path", "_scanned")

    def __init__(self, members: Sequence[Listener]) -> None:
        #: Those without a usable equality: asked every time.
        self._scanned: list[Listener] = []
        #: The others, each under one path: under every key that a value there may have.
        self._by_path: dict[str, dict[Hashable, list[Listener]]] = {}
        usage = _Usage(members)
        for member in members:
            chosen = usage.most_selective(member)
            if chosen is None:
                self._scanned.append(member)
                continue
            path, keys = chosen
            buckets = self._by_path.setdefault(path, {})
            for key in keys:
                buckets.setdefault(key, []).append(member)

    def candidates(self, scope: Mapping[str, Any]) -> Iterable[Listener]:
        """Every member that can match, each once."""
        found = list(self._scanned)
        for path, buckets in self._by_path.items():
            hits = [buckets[key] for key in value_keys(lookup(scope, path)) if key in buckets]
            if len(hits) == 1:
                found += hits[0]
            elif hits:
                # "1" is a text and spells a number: both keys may lead to the same listener.
                found += dict.fromkeys(member for hit in hits for member in hit)
        return found


class _Usage:
    """How many listeners share each path, and each key at a path."""

    def __init__(self, members: Sequence[Listener]) -> None:
        needed = [each for member in members for each in _needed(member)]
        self._paths = Counter(path for path, _ in needed)
        self._keys = Counter((path, key) for path, keys in needed for key in keys)

    def most_selective(self, member: Listener) -> Needed | None:
        """The equality that fewest others share; among equals the path that most use, so that there are few paths."""
        return min(_needed(member), key=self._rank, default=None)

    def _rank(self, needed: Needed) -> tuple[int, int]:
        path, keys = needed
        return max((self._keys[path, key] for key in keys), default=0), -self._paths[path]


def _needed(member: Listener) -> Iterator[Needed]:
    for part in member.parts:
        yield from part.needed
