"""What is different between two values of a configuration, down to the field. Secrets are masked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from opsflows.jsontext import canonical_json
from opsflows.outbound.redact import MASK, is_secret_name, redact_value
from opsflows.rules import RuleError
from opsflows.workflows.wording.changed_conditions import changed_conditions
from opsflows.workflows.wording.clauses import in_line, read_conditions
from opsflows.workflows.wording.parts import Part, turned
from opsflows.workflows.wording.titles import Titles
from opsflows.workflows.wording.values import NOTHING, parting, value_in_words

#: What the entries of a list are known by, the first that all of them have, each another.
_NAMES = ("id", "name", "title", "event", "field", "key", "label")
_MAX_DEPTH = 12
#: Where one of two lists has nothing, which null is not.
_ABSENT = object()
_CONDITION_KEYS = frozenset({"conditions", "condition"})

#: How a value under a key reads where it has words of its own: "queue" as "they wait for room"; None: as it is.
Say = Callable[[str, Any], str | None]


def changed_fields(
    old: Mapping[str, Any], new: Mapping[str, Any], titles: Titles, say: Say = lambda key, value: None
) -> Iterator[Part]:
    """What differs between two configurations, field by field; each is called as the form calls it."""
    yield from _Comparison(say).mappings(old, new, titles, (), 0)


def told_fields(config: Mapping[str, Any], titles: Titles) -> str:
    """All of a configuration in words: `Channel: #deals; Message: “Hello”`."""
    return "; ".join(
        f"{titles.of(str(key))}: {_condition_or_value(str(key), value)}"
        for key, value in config.items()
        if value not in (None, "", [], {})
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values of JSON are the same to the letter; 1 is not true."""
    return canonical_json(one) == canonical_json(other)


class _Comparison:
    def __init__(self, say: Say) -> None:
        self._say = say

    def mappings(
        self, old: Mapping[str, Any], new: Mapping[str, Any], titles: Titles, where: tuple[str, ...], depth: int
    ) -> Iterator[Part]:
        for key in [*new, *(key for key in old if key not in new)]:
            name = str(key)
            before, after = old.get(key), new.get(key)
            if (key in old) is (key in new) and same(before, after):
                continue
            yield from self._values(name, before, after, titles, (*where, titles.of(name)), depth + 1)

    def _values(
        self, key: str, old: Any, new: Any, titles: Titles, where: tuple[str, ...], depth: int
    ) -> Iterator[Part]:
        called = " › ".join(where)
        if is_secret_name(key):
            yield turned(called, *(NOTHING if each in (None, "") else MASK for each in (old, new)))
        elif is_condition(key, old, new):
            yield from (_below(called, part) for part in changed_conditions(old, new))
        elif _are_documents(old, new, titles.below(key)) and depth < _MAX_DEPTH:
            yield from self.mappings(old or {}, new or {}, titles.below(key), where, depth)
        elif _has_entries(old, new) and depth < _MAX_DEPTH:
            yield from self._lists(old or [], new or [], titles.below(key).each(), where, depth)
        elif isinstance(old, str) and isinstance(new, str) and old and new:
            yield self._texts(key, called, old, new)
        else:
            yield turned(called, self._in_words(key, old), self._in_words(key, new))

    def _texts(self, key: str, called: str, old: str, new: str) -> Part:
        if self._say(key, old) or self._say(key, new):
            return turned(called, self._in_words(key, old), self._in_words(key, new))
        before, after = redact_value(old), redact_value(new)
        if before == after:
            return Part("changed", f"{called}: a part of it changed that is not shown here: {after}", before, after)
        return turned(called, *parting(before, after))

    def _in_words(self, key: str, value: Any) -> str:
        return self._say(key, value) or value_in_words(value, key)

    def _lists(
        self, old: Sequence[Any], new: Sequence[Any], titles: Titles, where: tuple[str, ...], depth: int
    ) -> Iterator[Part]:
        pairs = _pairs(old, new)
        called = " › ".join(where)
        found = False
        for name, before, after in pairs:
            if _ABSENT not in (before, after) and same(before, after):
                continue
            found = True
            if isinstance(before, Mapping) and isinstance(after, Mapping):
                yield from self.mappings(before, after, titles, (*where, name), depth)
            elif after is _ABSENT:
                said = _entry(before, titles)
                yield Part("removed", f"{called}: removed: {name}: {said}", before=said)
            elif before is _ABSENT:
                said = _entry(after, titles)
                yield Part("added", f"{called}: added: {name}: {said}", after=said)
            else:
                yield turned(f"{called} › {name}", _entry(before, titles), _entry(after, titles))
        if not found:
            before, after = (", ".join(name for name, *_ in _pairs(each, each)) for each in (old, new))
            yield Part("changed", f"{called}: in another order: {before} → {after}", before, after)


def is_condition(key: str, *values: Any) -> bool:
    """Whether what stands under a key is a condition as Rules writes it, in every value that is there."""
    there = [value for value in values if value not in (None, {}, [])]
    return bool(there) and all(_reads_as_condition(key, value) for value in there)


def _reads_as_condition(key: str, value: Any) -> bool:
    is_shaped = isinstance(value, Mapping) and ("operator" in value or {"rules", "logic"} & value.keys())
    if not is_shaped and key not in _CONDITION_KEYS:
        return False
    try:
        read_conditions(value)
    except RuleError:
        return False
    return True


def _condition_or_value(key: str, value: Any) -> str:
    return in_line(value) if is_condition(key, value) else value_in_words(value, key)


def _entry(value: Any, titles: Titles) -> str:
    return told_fields(value, titles) or NOTHING if isinstance(value, Mapping) else value_in_words(value)


def _below(called: str, part: Part) -> Part:
    return Part(part.kind, f"{called}: {part.said}", part.before, part.after)


def _are_documents(old: Any, new: Any, titles: Titles) -> bool:
    """Whether two values are compared entry by entry; one that is not there counts as empty where the form has fields
    for what would be in it."""
    is_there = [isinstance(value, Mapping) for value in (old, new)]
    return all(is_there) or (any(is_there) and None in (old, new) and titles.has_fields)


def _has_entries(*values: Any) -> bool:
    """Whether these are lists, and more than plain values stand in them."""
    there = [value for value in values if value is not None]
    return all(isinstance(value, list) for value in there) and any(
        isinstance(each, Mapping) for value in there for each in value
    )


def _pairs(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[str, Any, Any]]:
    """The entries of two lists that belong together, each with what it is called; `_ABSENT` where it has no other."""
    key = next((key for key in _NAMES if _names_all(key, old) and _names_all(key, new)), None)
    if key is not None:
        before = {_name(each[key]): each for each in old}
        after = {_name(each[key]): each for each in new}
        names = [*after, *(name for name in before if name not in after)]
        return [(f"“{name}”", before.get(name, _ABSENT), after.get(name, _ABSENT)) for name in names]
    start, end = _shared(old, new)
    older, newer = old[start : len(old) - end], new[start : len(new) - end]
    between = zip_longest(older, newer, fillvalue=_ABSENT)
    found = [(f"{start + at}.", one, other) for at, (one, other) in enumerate(between, 1)]
    return found or [(f"{at}.", each, each) for at, each in enumerate(new, 1)]


def _shared(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """How many entries are the same at the beginning, and of the rest at the end."""
    most = min(len(old), len(new))
    start = next((at for at in range(most) if not same(old[at], new[at])), most)
    end = next((at for at in range(most - start) if not same(old[-1 - at], new[-1 - at])), most - start)
    return start, end


def _names_all(key: str, entries: Sequence[Any]) -> bool:
    values = [each.get(key) if isinstance(each, Mapping) else None for each in entries]
    is_plain = all(isinstance(value, str | int) and not isinstance(value, bool) and value != "" for value in values)
    return is_plain and len({_name(value) for value in values}) == len(values)


def _name(value: Any) -> str:
    return str(value)
