"""The kind that makes one object out of several, or one list out of several by a key."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from opsflows.rules import Problem
from opsflows.rules.compare import is_empty
from opsflows.rules.text import excerpt
from opsflows.runs.steps.data.base import (
    MAX_ROWS,
    DataConfig,
    DataKind,
    Worked,
    doubled,
    items_of,
    value_problem,
)
from opsflows.runs.steps.data.comparing import identity, shown
from opsflows.runs.steps.data.limits import MAX_ITEMS, DataError
from opsflows.runs.steps.data.merge_rules import KEEPING_ALL, Candidate, Rule, RuleName, choose
from opsflows.runs.steps.data.paths import path_problem, place, reader
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext
from opsflows.workflows.registry import register

#: Conflicts that the output tells one by one.
_MOST_TOLD = 500


class SourceRow(StepConfig):
    name: str = Field(
        max_length=100,
        title="Name",
        description="What the source is called in rules and in the answer: `HubSpot`.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    input: Any = Field(
        title="Object or list", description="Its object or list, one variable such as `{{steps.hubspot.output.body}}`."
    )
    under: str = Field(
        default="",
        title="Put under",
        description="Put all that it says into this field of the result, such as `subscription`.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )
    required: bool = Field(
        default=False,
        title="It has to be there",
        description="Fail where it is not there, instead of merging the others.",
        json_schema_extra=looks.look(more=True),
    )


class MergeRow(StepConfig):
    field: str = Field(
        title="Field", description="The field, by its name in the result.", json_schema_extra=looks.look(looks.TEXT)
    )
    rule: RuleName = Field(title="Rule", description="Which value wins where sources differ; sum and collect keep all.")
    newest_by: str = Field(
        default="",
        title="Changed on",
        description="newest: the field that says when the entry was changed.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )
    source: str = Field(
        default="",
        title="Source that wins",
        description="source: the name of the source that wins where it says anything.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )


class MergeConfig(DataConfig):
    sources: list[SourceRow] = Field(
        max_length=20, title="Sources", description="What to merge, the most trusted first."
    )
    key: list[str] = Field(
        default_factory=list,
        max_length=5,
        title="Belong together by",
        description="Fields by which entries belong together, such as `email`; left empty, all become one object.",
    )
    ignore_case: bool = Field(
        default=False,
        title="Capital letters do not matter",
        description="Whether ada@x.example is Ada@X.example in the key.",
        json_schema_extra=looks.look(more=True),
    )
    rules: list[MergeRow] = Field(
        default_factory=list,
        max_length=MAX_ROWS,
        title="Rules for fields",
        description="Fields with a rule of their own.",
        json_schema_extra=looks.look(more=True),
    )
    default_rule: RuleName = Field(
        default="not_empty",
        title="Rule of all other fields",
        description="The rule of all other fields; not_empty: the first source that says anything.",
        json_schema_extra=looks.look(more=True),
    )
    newest_by: str = Field(
        default="",
        title="Changed on",
        description="newest: the field that says when an entry was changed.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )
    source: str = Field(
        default="",
        title="Source that wins",
        description="source: the name of the source that wins where it says anything.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )


@register
class MergeKind(DataKind):
    """Merges objects or lists by a key, and says which fields differed and whose value was taken."""

    kind = "merge"
    label = "Merge data"
    about = "Makes one object or list out of several, by rules for each field."
    icon = "merge"
    Config = MergeConfig

    def problems(self, config: MergeConfig, *, path: str) -> Iterator[Problem]:
        if not config.sources:
            yield Problem(f"{path}.sources", "Name at least one source.")
        names = [row.name for row in config.sources]
        for position, name in doubled(names):
            yield Problem(f"{path}.sources[{position}].name", f"Two sources are called {excerpt(name)}.")
        for index, row in enumerate(config.sources):
            if not row.name.strip():
                yield Problem(f"{path}.sources[{index}].name", "Give the source a name.")
            if problem := value_problem(row.input):
                yield Problem(f"{path}.sources[{index}].input", problem)
            if row.under and (problem := path_problem(row.under)):
                yield Problem(f"{path}.sources[{index}].under", problem)
        for index, field in enumerate(config.key):
            if problem := path_problem(field):
                yield Problem(f"{path}.key[{index}]", problem)
        yield from _rule_problems(config.default_rule, config.newest_by, config.source, names, path)
        for position, name in doubled([row.field for row in config.rules]):
            yield Problem(f"{path}.rules[{position}].field", f"{excerpt(name)} has two rules; keep one of them.")
        for index, rule in enumerate(config.rules):
            newest_by, source = rule.newest_by or config.newest_by, rule.source or config.source
            yield from _rule_problems(rule.rule, newest_by, source, names, f"{path}.rules[{index}]")

    def work(self, step: StepContext) -> Worked:
        config: MergeConfig = step.config
        entries, absent = _entries(config)
        merging = _Merging(config, step.clock.zone)
        if not config.key:
            merged = merging.merged(entries, [])
            return Worked({"item": merged, "absent": absent, **merging.told()}, merged)
        groups, without_key = _groups(entries, config)
        results = [merging.merged(group, key) for key, group in groups]
        output = {"items": results, "count": len(results), "absent": absent, "without_key": without_key}
        return Worked({**output, **merging.told()}, results)


class _Merging:
    """The rules, and the conflicts that they resolved."""

    def __init__(self, config: MergeConfig, zone: ZoneInfo) -> None:
        self.zone = zone
        self.conflicts: list[dict[str, Any]] = []
        self.count = 0
        self.key = config.key
        self.under = {row.name: row.under for row in config.sources}
        self._default = _rule(config.default_rule, config.newest_by, config.source)
        self._rules = {
            row.field: _rule(row.rule, row.newest_by or config.newest_by, row.source or config.source)
            for row in config.rules
        }

    def merged(self, entries: Sequence[Candidate], key: Sequence[Any]) -> dict[str, Any]:
        """One object out of entries that belong together; `key` is what they share."""
        fields: dict[str, list[Candidate]] = {}
        for entry in entries:
            for name, value in self._fields(entry):
                fields.setdefault(name, []).append(Candidate(entry.source, value, entry.value))
        merged: dict[str, Any] = {}
        for name, candidates in fields.items():
            rule = self._rules.get(name, self._default)
            if len(candidates) == 1 and rule.name not in KEEPING_ALL:
                merged[name] = candidates[0].value
                continue
            chosen = choose(candidates, rule, field=name, zone=self.zone)
            merged[name] = chosen.value
            if rule.name not in KEEPING_ALL:
                self._note(name, rule, chosen.winner, candidates, key)
        return merged

    def told(self) -> dict[str, Any]:
        """What the output says of conflicts."""
        return {"conflicts": self.conflicts, "conflict_count": self.count}

    def _fields(self, entry: Candidate) -> Iterable[tuple[str, Any]]:
        """The entry's fields by their names in the result."""
        under = self.under[entry.source]
        if not under:
            return list(entry.value.items())
        wrapped: dict[str, Any] = {}
        for field in self.key:
            place(wrapped, field, shown(reader(field)(entry.value)))
        place(wrapped, under, entry.value)
        return list(wrapped.items())

    def _note(
        self, field: str, rule: Rule, winner: str | None, candidates: Sequence[Candidate], key: Sequence[Any]
    ) -> None:
        filled = [candidate for candidate in candidates if not is_empty(candidate.value)]
        if len({identity(candidate.value) for candidate in filled}) < 2:
            return
        self.count += 1
        if len(self.conflicts) < _MOST_TOLD:
            values = [{"source": candidate.source, "value": candidate.value} for candidate in filled]
            told = {"field": field, "rule": rule.name, "winner": winner, "values": values}
            self.conflicts.append({"key": list(key), **told} if key else told)


def _rule(name: RuleName, newest_by: str, source: str) -> Rule:
    return Rule(name, reader(newest_by) if newest_by else None, source)


def _rule_problems(rule: str, newest_by: str, source: str, names: list[str], path: str) -> Iterator[Problem]:
    if rule == "newest" and (problem := path_problem(newest_by)):
        yield Problem(f"{path}.newest_by", f"newest needs the field that says when. {problem}")
    if rule == "source" and source not in names:
        yield Problem(f"{path}.source", f"Name one of the sources: {', '.join(names) or 'there is none yet'}.")


def _entries(config: MergeConfig) -> tuple[list[Candidate], list[str]]:
    """Every entry of every source, in their order, and the sources that are not there."""
    entries: list[Candidate] = []
    absent: list[str] = []
    for index, row in enumerate(config.sources):
        if row.input is None:
            if row.required:
                raise DataError(f"sources[{index}]: {row.name} is not there, and it is required.")
            absent.append(row.name)
            continue
        found = [row.input] if isinstance(row.input, Mapping) else items_of(row.input, f"sources[{index}].input")
        wrong = next((position for position, item in enumerate(found) if not isinstance(item, Mapping)), None)
        if wrong is not None:
            raise DataError(f"sources[{index}]: item {wrong + 1} of {row.name} is {excerpt(found[wrong])}, no object.")
        entries += [Candidate(row.name, item, item) for item in found]
        if len(entries) > MAX_ITEMS:
            raise DataError(f"The sources have more than {MAX_ITEMS:,} entries together; merge fewer at a time.")
    return entries, absent


def _groups(
    entries: Sequence[Candidate], config: MergeConfig
) -> tuple[list[tuple[list[Any], list[Candidate]]], list[dict[str, Any]]]:
    """Entries of the same key, each with it, in the order in which the keys first come; and those without one."""
    readers = [reader(field) for field in config.key]
    groups: dict[tuple[Hashable, ...], tuple[list[Any], list[Candidate]]] = {}
    without: list[dict[str, Any]] = []
    for entry in entries:
        values = [read(entry.value) for read in readers]
        key = tuple(identity(value, ignore_case=config.ignore_case) for value in values)
        if None in key:
            without.append({"source": entry.source, "item": entry.value})
        else:
            groups.setdefault(key, (values, []))[1].append(entry)
    return list(groups.values()), without
