"""The kind that rests: for a duration, or until a moment, by the clock or in business time."""

import datetime
from typing import Any

from pydantic import Field

from opsflows.rules import Clock, Problem, RuleError, after_duration, date_problem, duration_problem, resolve_date
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Wait
from opsflows.workflows.registry import register


class DelayConfig(StepConfig):
    duration: str = Field(
        default="",
        title="How long",
        description="How long, such as `2 days`, `30 minutes`, `4 business hours` or `2 business days`.",
        json_schema_extra=looks.look(looks.DURATION),
    )
    until: str = Field(
        default="",
        title="Until",
        description="Until when: a date, a time, or an expression such as `end_of_month` or `next_business_hour`.",
        json_schema_extra=looks.look(looks.MOMENT),
    )
    within_business_hours: bool = Field(
        default=False,
        title="End it within business hours",
        description="Where the wait would end while the business is closed, go on when it opens.",
    )


@register
class DelayKind(PureKind):
    """Rests for a duration or until a moment; no worker is held meanwhile."""

    kind = "delay"
    label = "Wait"
    about = "Waits for some time, until a date, or until the business opens."
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
    config: DelayConfig = step.config
    try:
        moment = _read(config, step.clock)
        # Near the ends of the calendar not every moment is one in UTC, which is how it is stored.
        moment.astimezone(datetime.UTC)
    except OverflowError:
        raise RuleError.of("", f'"{(config.duration or config.until)[:80]}" lies outside of the calendar.') from None
    return moment


def _read(config: DelayConfig, clock: Clock) -> datetime.datetime:
    moment: datetime.date = (
        after_duration(config.duration, clock) if config.duration else resolve_date(config.until, clock)
    )
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time(), clock.zone)
    if config.within_business_hours:
        return clock.business.next_open(moment).astimezone(clock.zone)
    return moment
