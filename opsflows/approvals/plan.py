"""The plan of an approval: levels, who is asked at each, and what happens when nobody answers.

A policy keeps one, a step may hold one inline, and a request keeps the one with which it began.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from opsflows.rules import Problem, RuleError, compile_condition, compile_value, duration_problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.named_conditions import left_open

#: The requester's manager, as `Membership.manager` says.
MANAGER = "manager"
#: Everybody with a role: `role:admin`.
ROLE = "role:"
MAX_LEVELS = 20
MAX_APPROVERS = 50
MAX_VALUE = Decimal(10) ** 15

_OPEN = ("one", "all")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, coerce_numbers_to_str=True)


class PlanLevel(_Part):
    """One level. Levels with `together` are asked at the same time as the one before."""

    name: str = Field(default="", max_length=100, title="Name", description="What people call it, such as Finance.")
    approvers: list[str] = Field(
        title="Who is asked",
        description="People, teams, recipients, `role:admin`, `manager`, addresses, or variables that name them.",
        json_schema_extra=looks.look(looks.PEOPLE),
    )
    mode: str = Field(
        default="one",
        title="Who has to approve",
        description="`one`, `all`, or how many of them have to approve.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    when: Any = Field(
        default=None,
        title="Only if",
        description="A condition as in Rules; the level is left out where it does not hold.",
        json_schema_extra=looks.look(looks.CONDITION, more=True),
    )
    timeout: str = Field(
        default="",
        title="To be answered within",
        description="Such as `48 hours` or `2 business days`; empty: no deadline.",
        json_schema_extra=looks.look(looks.DURATION, more=True),
    )
    onTimeout: Literal["expire", "approve", "reject", "escalate"] = Field(  # noqa: N815  (Rules' way to spell, as below)
        default="expire",
        title="Otherwise",
        description="What happens at the deadline.",
        json_schema_extra=looks.look(
            more=True,
            labels={
                "expire": "The request expires",
                "approve": "The level counts as approved",
                "reject": "The request is rejected",
                "escalate": "Others are asked",
            },
        ),
    )
    escalateTo: list[str] = Field(  # noqa: N815
        default_factory=list,
        title="Others who are asked then",
        description="Who is asked then.",
        json_schema_extra=looks.look(looks.PEOPLE, more=True),
    )
    remindEvery: str = Field(  # noqa: N815
        default="",
        title="Remind every",
        description="Such as `1 business day`; empty: nobody is reminded.",
        json_schema_extra=looks.look(looks.DURATION, more=True),
    )
    together: bool = Field(
        default=False,
        title="At the same time as the level before",
        description="Asked at the same time as the level before.",
        json_schema_extra=looks.look(more=True),
    )

    @field_validator("approvers", "escalateTo", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @property
    def needs(self) -> int | None:
        """How many have to approve; None: all who are asked."""
        return None if self.mode == "all" else 1 if self.mode == "one" else int(self.mode)


class Plan(_Part):
    """All levels, and what holds for each of them."""

    levels: list[PlanLevel] = Field(default_factory=list)
    collectAll: bool = Field(  # noqa: N815
        default=False, description="Wait for everybody's answer; otherwise the first rejection ends it."
    )
    commentOnReject: bool = Field(  # noqa: N815
        default=True, description="A rejection has to say why; whoever asks for changes always does."
    )
    skipRepeated: bool = Field(default=False, description="Who approved at an earlier level is not asked again.")  # noqa: N815
    loginAbove: Decimal | None = Field(  # noqa: N815
        default=None, description="Above this amount, or where no amount is known, a link alone does not decide."
    )
    loginAlways: bool = Field(default=False, description="A link alone never decides.")  # noqa: N815
    onChanges: Literal["amend", "go_on"] = Field(  # noqa: N815
        default="amend", description="Asked for changes: wait until they are made, or go on by `changes_requested`."
    )
    amendWithin: str = Field(  # noqa: N815
        default="14 days", description="How long whoever asks has to change the request when they are asked to."
    )

    def stages(self) -> list[int]:
        """Of each level, the number of its stage: those that are asked together share one."""
        found: list[int] = []
        for index, level in enumerate(self.levels):
            found.append(0 if not index else found[-1] + (0 if level.together else 1))
        return found

    def needs_login(self, amount: Decimal | None) -> bool:
        """Whether a link is too little to decide about `amount`."""
        return self.loginAlways or (self.loginAbove is not None and (amount is None or amount > self.loginAbove))


def read_plan(document: Mapping[str, Any]) -> Plan:
    """A stored plan. Raises `pydantic.ValidationError`."""
    return Plan.model_validate(document)


def plan_problems(document: Any, *, path: str = "") -> list[Problem]:
    """What is wrong with a plan as staff or a program wrote it, each at its place; none: it can be kept."""
    if not isinstance(document, Mapping):
        return [Problem(path, "Must be an object with levels.")]
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        return [Problem(_place(path, each["loc"]), _sentence(str(each["msg"]))) for each in error.errors()]
    return list(_problems(plan, path))


def _problems(plan: Plan, path: str) -> Iterator[Problem]:
    levels = f"{path}.levels" if path else "levels"
    if not plan.levels:
        yield Problem(levels, "Name at least one level, with the people who are asked there.")
    if len(plan.levels) > MAX_LEVELS:
        yield Problem(levels, f"At most {MAX_LEVELS} levels are possible; this has {len(plan.levels)}.")
    for index, level in enumerate(plan.levels):
        yield from _level_problems(level, f"{levels}[{index}]")
    top = f"{path}." if path else ""
    if problem := duration_problem(plan.amendWithin):
        yield Problem(f"{top}amendWithin", problem)
    if plan.loginAbove is not None and not 0 <= plan.loginAbove < MAX_VALUE:
        yield Problem(f"{top}loginAbove", "Give an amount of 0 or more; leave it out where a link is always enough.")


def _level_problems(level: PlanLevel, path: str) -> Iterator[Problem]:
    for field, names in (("approvers", level.approvers), ("escalateTo", level.escalateTo)):
        yield from _name_problems(names, f"{path}.{field}")
    if not level.approvers:
        yield Problem(f"{path}.approvers", "Name at least one: a person, a team, manager, role:admin or an address.")
    if level.mode not in _OPEN and not (
        level.mode.isascii() and level.mode.isdigit() and 0 < int(level.mode[:4]) <= 50
    ):
        yield Problem(f"{path}.mode", f"{level.mode[:40]!r} is none of one, all, or a number from 1 to 50.")
    if level.onTimeout == "escalate" and not level.escalateTo:
        yield Problem(f"{path}.escalateTo", "Say who is asked when the deadline has passed.")
    if level.onTimeout != "expire" and not level.timeout:
        yield Problem(f"{path}.timeout", "Give a deadline, such as 48 hours, or leave out what happens at it.")
    for field, text in (("timeout", level.timeout), ("remindEvery", level.remindEvery)):
        if text and (problem := duration_problem(text)):
            yield Problem(f"{path}.{field}", problem)
    try:
        compile_condition(left_open(level.when), path=f"{path}.when")
    except RuleError as error:
        yield from error.problems


def _name_problems(names: list[str], path: str) -> Iterator[Problem]:
    if len(names) > MAX_APPROVERS:
        yield Problem(path, f"At most {MAX_APPROVERS} names are possible; use a team for more people.")
    for index, name in enumerate(names):
        if not name.strip():
            yield Problem(f"{path}[{index}]", "Is empty; give a name or take it out.")
        try:
            compile_value(name, path=f"{path}[{index}]")
        except RuleError as error:
            yield from error.problems


def _place(path: str, location: tuple[int | str, ...]) -> str:
    place = path
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    return place


def _sentence(text: str) -> str:
    return f"{text.removeprefix('Value error, ').rstrip('.')}."
