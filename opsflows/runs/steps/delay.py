"""The kind that rests: for a duration, or until a moment, by the clock or in business time."""

import datetime
from typing import Any

from pydantic import Field

from opsflows.rules import Problem, RuleError, after_duration, date_problem, duration_problem, resolve_date
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Wait
from opsflows.workflows.registry import register


class DelayConfig(StepConfig):
    duration: str = Field(
        default="", description="How long, such as `2 days`, `30 minutes`, `4 business hours` or `2 business days`."
    )
    until: str = Field(
        default="",
        description="Until when: a date, a time, or an expression such as `end_of_month` or `next_business_hour`.",
    )
    within_business_hours: bool = Field(
        default=False, description="Where the wait would end while the business is closed, go on when it opens."
    )


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
        name, read = ("until", date_problem) if config.until else ("duration", duration_problem)
        problem = read(getattr(config, name))
        return [Problem(f"{path}.{name}", problem)] if problem else []

    def run(self, step: StepContext) -> Outcome:
        try:
            until = _moment(step)
        except RuleError as error:
            return Fail(str(error))
        return Wait(until=until, output={"until": until.isoformat()})

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        # The clock stands at the moment the step was entered, so this is the moment that was waited for.
        try:
            return Done(output={"until": _moment(step).isoformat()})
        except RuleError:
            # By the calendar as it is by now, there is no such moment. It was waited for all the same.
            return Done()


def _moment(step: StepContext) -> datetime.datetime:
    if step.config.duration:
        moment: datetime.date = after_duration(step.config.duration, step.clock)
    else:
        moment = resolve_date(step.config.until, step.clock)
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time(), step.clock.zone)
    if step.config.within_business_hours:
        return step.clock.business.next_open(moment).astimezone(step.clock.zone)
    return moment
