"""The kind that scores: a table of lines, each with a condition and its points, and bands that give a tier."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field

from opsflows.rules import Condition, Explanation, Problem, compile_condition
from opsflows.rules.text import excerpt, to_text
from opsflows.runs.steps.data.base import DataConfig, DataKind, Worked, doubled, input_of, value_problem
from opsflows.runs.steps.data.each_item import says_nothing
from opsflows.runs.steps.data.limits import DataError
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext
from opsflows.workflows.registry import register

_MAX_LINES = 100
_MOST = 1_000_000
_MAX_WHY = 500


class ScoreLine(StepConfig):
    label: str = Field(max_length=200, title="Label", description="What the line is about, such as `Company size`.")
    conditions: Any = Field(
        title="If", description="When its points are given.", json_schema_extra=looks.look(looks.CONDITION)
    )
    points: Decimal = Field(ge=-_MOST, le=_MOST, title="Points", description="How many; below zero takes points away.")


class Band(StepConfig):
    tier: str = Field(
        max_length=100, title="Tier", description="What scores of this band are called, such as `Enterprise`."
    )
    above: Decimal | None = Field(default=None, title="More than", description="For scores greater than this.")
    at_least: Decimal | None = Field(default=None, title="At least", description="For scores of this and more.")


class ScoreConfig(DataConfig):
    lines: list[ScoreLine] = Field(
        max_length=_MAX_LINES, title="Lines", description="The lines; points of all that hold are added."
    )
    input: Any = Field(
        default=None,
        title="What is looked at",
        description="An object that the conditions look at, such as `{{lead}}`; left out, they look at all that the "
        "run knows.",
        json_schema_extra=looks.look(more=True),
    )
    start: Decimal = Field(
        default=Decimal(0),
        ge=-_MOST,
        le=_MOST,
        title="Start at",
        description="The score before any line.",
        json_schema_extra=looks.look(more=True),
    )
    lowest: Decimal | None = Field(
        default=None,
        ge=-_MOST,
        le=_MOST,
        title="Never less than",
        description="The score is never less.",
        json_schema_extra=looks.look(more=True),
    )
    highest: Decimal | None = Field(
        default=None,
        ge=-_MOST,
        le=_MOST,
        title="Never more than",
        description="The score is never more.",
        json_schema_extra=looks.look(more=True),
    )
    bands: list[Band] = Field(
        default_factory=list,
        max_length=50,
        title="Tiers",
        description="From the best to the worst; the first that fits gives the tier. One without limit takes the rest.",
    )


@register
class ScoreKind(DataKind):
    """Adds the points of the lines that hold, finds the tier, and says for every line why."""

    kind = "score"
    label = "Score"
    about = "Adds up points by conditions, and says the tier."
    icon = "leaderboard"
    Config = ScoreConfig
    raw_fields = frozenset({"lines", "bands"})

    def compile(self, config: ScoreConfig, *, path: str) -> Mapping[int, Condition] | tuple[Condition, ...]:
        found = tuple(
            compile_condition(line.conditions, path=f"{path}.lines[{index}].conditions")
            for index, line in enumerate(config.lines)
        )
        # A mapping says what the step reads of the run; with an input of its own, the conditions read nothing of it.
        return found if "input" in config.model_fields_set else dict(enumerate(found))

    def problems(self, config: ScoreConfig, *, path: str) -> Iterator[Problem]:
        if not config.lines:
            yield Problem(f"{path}.lines", "Write at least one line.")
        for index, line in enumerate(config.lines):
            if not line.label.strip():
                yield Problem(f"{path}.lines[{index}].label", "Say what the line is about; the explanation names it.")
            if says_nothing(line.conditions):
                yield Problem(
                    f"{path}.lines[{index}].conditions", "Say when the points are given; those for all are the start."
                )
        if "input" in config.model_fields_set and (problem := value_problem(config.input)):
            yield Problem(f"{path}.input", problem)
        if config.lowest is not None and config.highest is not None and config.lowest > config.highest:
            yield Problem(f"{path}.lowest", "It is more than the highest; exchange them.")
        yield from _band_problems(config.bands, f"{path}.bands")

    def work(self, step: StepContext) -> Worked:
        config: ScoreConfig = step.config
        scope = _scope(step)
        lines, total = [], config.start
        for index, line in enumerate(config.lines):
            found: Explanation = step.compiled[index].explain(scope, step.clock)
            points = line.points if found.truth else Decimal(0)
            total += points
            lines.append({"label": line.label, "held": found.truth, "points": points, "why": _why(found)[:_MAX_WHY]})
        score = _between(total, config.lowest, config.highest)
        tier = next((band.tier for band in config.bands if _fits(score, band)), None)
        output = {"total": score, "tier": tier, "lines": lines, "explanation": _in_words(score, total, tier, lines)}
        return Worked(output, score)


def _scope(step: StepContext) -> Mapping[str, Any]:
    if "input" not in step.config.model_fields_set:
        return step.scope
    given = input_of(step)
    if not isinstance(given, Mapping):
        raise DataError(f"input must be an object, not {excerpt(given)}; a list is scored item by item.")
    # Nothing else, so that a field which it lacks is missing, whatever the event has by that name.
    return {**given, "steps": step.scope.get("steps", {})}


def _band_problems(bands: Sequence[Band], path: str) -> Iterator[Problem]:
    for position, tier in doubled([band.tier for band in bands]):
        yield Problem(f"{path}[{position}].tier", f"Two bands are called {excerpt(tier)}; give one another name.")
    before: tuple[Decimal, bool] | None = None
    for index, band in enumerate(bands):
        limits = [limit for limit in (band.above, band.at_least) if limit is not None]
        if not band.tier.strip():
            yield Problem(f"{path}[{index}].tier", "Say what the tier is called.")
        if len(limits) == 2:
            yield Problem(f"{path}[{index}].above", "It has both above and at_least; keep one of them.")
        elif not limits and index < len(bands) - 1:
            yield Problem(f"{path}[{index}]", "It takes every score, so no band behind it is reached; put it last.")
        elif limits:
            # Among equal limits the one that leaves the limit itself out is the higher one.
            limit = (limits[0], band.above is not None)
            if before is not None and limit >= before:
                yield Problem(f"{path}[{index}]", "No score gets here; order the bands from the best to the worst.")
            before = limit


def _fits(score: Decimal, band: Band) -> bool:
    if band.above is not None:
        return score > band.above
    return band.at_least is None or score >= band.at_least


def _between(total: Decimal, lowest: Decimal | None, highest: Decimal | None) -> Decimal:
    raised = total if lowest is None else max(total, lowest)
    return raised if highest is None else min(raised, highest)


def _why(found: Explanation) -> str:
    """The sentences of the comparisons and segments themselves; those of groups only count."""
    if found.logic is None or found.label or not found.children:
        return found.sentence
    return " ".join(_why(child) for child in found.children)


def _in_words(score: Decimal, total: Decimal, tier: str | None, lines: Sequence[Mapping[str, Any]]) -> str:
    given = [f"{line['label']} {line['points']:+f}" for line in lines if line["held"]]
    parts = [f"{to_text(score)} {'point' if score == 1 else 'points'}" + (f", tier {tier}" if tier is not None else "")]
    parts.append(f": {', '.join(given)}." if given else ": no line holds.")
    if score != total:
        parts.append(f" The lines come to {to_text(total)}, which is held at {to_text(score)}.")
    return "".join(parts)
