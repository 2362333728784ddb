"""The kind that goes several ways at once."""

from typing import Any, Literal

from pydantic import Field

from opsflows.rules import Problem
from opsflows.runs.steps.ways import name_problems
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import ForkKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Fork, Join, Outcome
from opsflows.workflows.registry import register

MAX_BRANCHES = 20


class BranchConfig(StepConfig):
    name: str = Field(title="Name", description="What the way out is called.", json_schema_extra=looks.look(looks.TEXT))
    optional: bool = Field(default=False, title="It may fail", description="Go on although this branch failed.")


class ParallelConfig(StepConfig):
    branches: list[BranchConfig] = Field(
        default_factory=list, title="Branches", description="The ways that are gone at once."
    )
    wait_for: Literal["all", "any"] | int = Field(
        default="all",
        title="Wait for",
        description="Until all are over, until any one succeeded, or how many must succeed; the rest is given up.",
    )


@register
class ParallelKind(ForkKind):
    """Goes all branches at once, and on by `done` when they joined; a branch ends where no step follows."""

    kind = "parallel"
    label = "Do in parallel"
    about = "Goes several ways at the same time."
    icon = "account_tree"
    Config = ParallelConfig

    def ways_out(self, config: ParallelConfig) -> tuple[str, ...]:
        return (*self.outcomes, *self.bodies(config))

    def bodies(self, config: ParallelConfig) -> tuple[str, ...]:
        return tuple(branch.name for branch in config.branches)

    def check(self, config: ParallelConfig, *, path: str) -> list[Problem]:
        count = len(config.branches)
        if not 2 <= count <= MAX_BRANCHES:
            return [Problem(f"{path}.branches", f"Name 2 to {MAX_BRANCHES} branches; this has {count}.")]
        problems = list(name_problems([branch.name for branch in config.branches], path=f"{path}.branches"))
        if isinstance(config.wait_for, int) and not 1 <= config.wait_for <= count:
            problems.append(Problem(f"{path}.wait_for", f"Must be all, any, or a number from 1 to {count}."))
        return problems

    def run(self, step: StepContext) -> Outcome:
        config: ParallelConfig = step.config
        return Fork(
            branches=[(branch.name, None) for branch in config.branches],
            join=Join(
                need=_need(config),
                tolerate=frozenset(branch.name for branch in config.branches if branch.optional),
                concurrency=len(config.branches),
            ),
        )

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        config: ParallelConfig = step.config
        rows = {row["handle"]: row for row in woken_by["branches"]}
        output = {
            **{key: woken_by[key] for key in ("done", "failed", "dropped")},
            "branches": {name: {key: row[key] for key in ("status", "output", "error")} for name, row in rows.items()},
        }
        need = _need(config)
        failed = [row for row in rows.values() if row["status"] == "failed"]
        if need is None:
            optional = {branch.name for branch in config.branches if branch.optional}
            failed = [row for row in failed if row["handle"] not in optional]
            went_well = not failed
        else:
            went_well = woken_by["done"] >= need
        if went_well:
            return Done(output=output)
        reasons = "; ".join(f"{row['handle']}: {row['error']}" for row in failed)
        wanted = "" if need is None else f" {need} had to succeed."
        return Fail(f"{len(failed)} of {woken_by['total']} branches failed.{wanted} {reasons}", output)


def _need(config: ParallelConfig) -> int | None:
    if config.wait_for == "all":
        return None
    return 1 if config.wait_for == "any" else int(config.wait_for)
