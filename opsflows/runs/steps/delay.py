"""The kind that rests: for a duration, or until a moment."""

import datetime
from typing import Any

from pydantic import Field

from opsflows.rules import Problem, RuleError, date_problem, parse_duration, resolve_date
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Wait
from opsflows.workflows.registry import register


class DelayConfig(StepConfig):
    duration: str = Field(default="", description="How long, such as `2 days` or `30 minutes`.")
    until: str = Field(default="", description="Until when: a date, a time, or an expression such as `end_of_month`.")


@register
class DelayKind(PureKind):
    """Rests for a duration or until a moment; no worker is held meanwhile."""

    kind = "delay"
    label = "Wait"
    icon = "schedule"
    step_type = "delay"
    Config = DelayConfig

    def check(self, config: DelayConfig, *, path: str) -> list[Problem]:
        if not config.duration and not config.until:
            return [Problem(f"{path}.duration", "Give a duration (such as `2 days`) or `until`.")]
        if config.duration and config.until:
            return [Problem(f"{path}.duration", "Give either a duration (such as `2 days`) or `until`, not both.")]
        if "{{" in config.duration + config.until:
            return []
        if config.until:
            problem = date_problem(config.until)
            return [Problem(f"{path}.until", problem)] if problem else []
        try:
            parse_duration(config.duration)
        except RuleError as error:
            return [Problem(f"{path}.duration", error.problems[0].message)]
        return []

    def run(self, step: StepContext) -> Outcome:
        try:
            until = _moment(step)
        except RuleError as error:
            return Fail(str(error))
        return Wait(until=until, output={"until": until.isoformat()})

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        # The clock stands at the moment the step was entered, so this is the moment that was waited for.
        return Done(output={"until": _moment(step).isoformat()})


def _moment(step: StepContext) -> datetime.datetime:
    if step.config.duration:
        return step.clock.now + parse_duration(step.config.duration)
    moment = resolve_date(step.config.until, step.clock)
    if isinstance(moment, datetime.datetime):
        return moment
    return datetime.datetime.combine(moment, datetime.time(), step.clock.zone)
