"""What became of the texts, segments and lists that two versions name: a version keeps them as they stood."""

from collections.abc import Iterator, Mapping
from typing import Any

from opsflows.workflows.references import Frozen
from opsflows.workflows.wording.changed_values import changed_fields, same
from opsflows.workflows.wording.differences import Difference
from opsflows.workflows.wording.titles import Titles, in_words

NAMED = "What it names"
#: Of one thing, the changes that are told one by one.
_MOST = 5


def named_differences(old: Frozen, new: Frozen) -> Iterator[Difference]:
    """Of each name that is in both, what its content says differently; names that come and go stand in the steps."""
    for kind in sorted(old.keys() & new.keys()):
        for name in sorted(old[kind].keys() & new[kind].keys()):
            before, after = old[kind][name], new[kind][name]
            if not same(before, after):
                yield from _of_content(f"{in_words(kind)} “{name}”", before, after)


def _of_content(called: str, before: Any, after: Any) -> Iterator[Difference]:
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        yield Difference("changed", NAMED, f"{NAMED}: {called} changed")
        return
    for at, part in enumerate(changed_fields(before, after, _Named({}))):
        if at == _MOST:
            yield Difference("changed", NAMED, f"{NAMED}: {called}: and more")
            return
        yield Difference("changed", NAMED, f"{NAMED}: {called}: {part.said}", part.before, part.after)


class _Named(Titles):
    """Contents have no schema; their fields are called by their names."""

    def of(self, key: str) -> str:
        return in_words(key)

    def below(self, key: str) -> Titles:
        return self
