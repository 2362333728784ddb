"""The step kind that runs JavaScript."""

import hashlib
from typing import Any

from pydantic import Field

from opsflows.accounts.roles import Permission
from opsflows.jsontext import dump_json
from opsflows.outbound import redact_value
from opsflows.rules import Problem
from opsflows.scripting.answer import NotStarted
from opsflows.scripting.availability import why_not
from opsflows.scripting.limits import MAX_GIVEN, MAX_RUN, MAX_SOURCE, START
from opsflows.scripting.read_script import syntax_problem
from opsflows.scripting.run_script import Order, run_script
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import Frozen, OutsideKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry
from opsflows.workflows.registry import register


class ScriptConfig(StepConfig):
    source: str = Field(
        max_length=MAX_SOURCE,
        title="Script",
        description="The body of a function, in JavaScript: `return {score: input.amount * 2}`. It knows `input` and "
        "`event`, and nothing else of the run.",
        json_schema_extra=looks.look(looks.CODE),
    )
    input: dict[str, Any] = Field(
        default_factory=dict,
        title="What it gets",
        description="Names and the values that the script gets.",
        json_schema_extra=looks.look(looks.PAIRS),
    )
    timeout: float = Field(
        default=2,
        ge=0.1,
        le=MAX_RUN,
        title="Seconds at most",
        description="Seconds until the script is ended.",
        json_schema_extra=looks.look(more=True),
    )


@register
class ScriptKind(OutsideKind):
    """Runs a script in a process of its own; what it returns is there for later steps.

    It touches nothing, and its clock and its random numbers are the step's, so a repeat comes to the same result.
    """

    kind = "script"
    label = "Run a script"
    about = "Runs a few lines of JavaScript."
    icon = "code"
    Config = ScriptConfig
    raw_fields = frozenset({"source"})
    permission = Permission.SCRIPTS_WRITE
    permission_fields = frozenset({"source"})

    def check(self, config: ScriptConfig, *, path: str) -> list[Problem]:
        if not config.source.strip():
            return [Problem(f"{path}.source", "Write the script, such as: return {score: input.amount * 2}")]
        problem = why_not() or syntax_problem(config.source)
        return [Problem(f"{path}.source", problem)] if problem else []

    def freeze(self, step: StepContext) -> Frozen:
        if reason := why_not():
            raise ValueError(reason)
        config: ScriptConfig = step.config
        given = dump_json({"input": config.input, "event": step.event_data})
        if len(given.encode("utf-8")) > MAX_GIVEN:
            raise ValueError(
                f"input: together with the event's data it is longer than {MAX_GIVEN // 2**20} MB as JSON."
            )
        request = {
            "source": config.source,
            "given": given,
            "now": int(step.clock.now.timestamp() * 1000),
            "zone": step.clock.zone.key,
            "seed": _seed(step.key),
            "timeout": config.timeout,
        }
        shown = {"input": redact_value(config.input), "timeout": config.timeout}
        return Frozen(request=request, shown=shown, timeout=config.timeout + START, repeat_safe=True)

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        request = dict(frozen.request)
        timeout = request.pop("timeout")
        try:
            answer = run_script(Order(**request), timeout=timeout)
        except NotStarted as error:
            return Retry(str(error))
        if answer.error is not None:
            # A repeat would be given the same, at the same time of its clock, and come to the same.
            return Fail(answer.error, output={"log": answer.log} if answer.log else None)
        return Done(output={"value": answer.value, "log": answer.log})


def _seed(key: str) -> int:
    """What `Math.random()` begins with: the same for each attempt of a step, another for each item and run."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest()[:4], "big") % (2**31 - 1) + 1
