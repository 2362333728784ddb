"""A workflow's `settings`, as Rules writes them: priority, time limit, errorHandling; and what ends a waiting run."""

from datetime import timedelta
from typing import Annotated, Literal

from django.core.exceptions import ValidationError as NotAnAddress
from django.core.validators import validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    field_validator,
)

from opsflows.rules import RuleError, compile_template, parse_duration
from opsflows.workflows.errors import InvalidDefinition, problems_of
from opsflows.workflows.exits import Exit, exit_problems

DEFAULT_TIMEOUT = timedelta(days=90)
MAX_TIMEOUT = timedelta(days=3650)


def _address(text: str) -> str:
    try:
        validate_email(text)
    except NotAnAddress:
        raise ValueError(f"{text[:80]!r} is not an email address, such as ops@example.com.") from None
    return text


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError("Name a workflow by its id or its exact name; leave it out to start none.")
    return text


class ErrorHandling(BaseModel):
    """Rules' `errorHandling`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: `branch` is `stop` for steps without a way out for errors; those that have one take it in any case.
    onError: Literal["stop", "continue", "retry", "branch"] = "stop"  # noqa: N815  (Rules' spelling)
    retryCount: int = Field(default=3, ge=0, le=20)  # noqa: N815
    #: Seconds before the first repeat; each further one doubles the bound, and the wait is drawn below it.
    retryDelay: int = Field(default=5, ge=1, le=3600)  # noqa: N815
    notifyOnFailure: list[Annotated[str, AfterValidator(_address)]] = Field(default_factory=list, max_length=20)  # noqa: N815
    #: Started with each run that fails, by its id or exact name (workflows/error_workflow.py).
    errorWorkflow: Annotated[str, AfterValidator(_name)] | None = None  # noqa: N815


class Concurrency(BaseModel):
    """How many runs go on at once: of the workflow, or of those with the same key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=1, ge=1, le=1000)
    #: Read from the event, such as {{customerId}}; runs for which it says the same take turns.
    key: str = Field(default="", max_length=500)

    @field_validator("key")
    @classmethod
    def _template(cls, key: str) -> str:
        try:
            compile_template(key)
        except RuleError as error:
            raise ValueError(error.problems[0].message) from None
        return key.strip()


class RunSettings(BaseModel):
    """What governs a run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    #: "2 days", or a number of seconds.
    timeout: timedelta = Field(default=DEFAULT_TIMEOUT, gt=timedelta(0), le=MAX_TIMEOUT)
    errorHandling: ErrorHandling = ErrorHandling()  # noqa: N815
    maxExecutionsPerHour: int | None = Field(default=None, ge=1, le=1_000_000)  # noqa: N815
    #: What is done with more than that: they wait for room, are spread over the hour, or are left out.
    throttleAction: Literal["queue", "drop", "delay"] = "queue"  # noqa: N815
    concurrency: Concurrency | None = None
    #: What ends a run that waits, at any point, as a success.
    exits: tuple[Exit, ...] = ()
    #: Publishing needs somebody else's approval, whatever the account asks for (workflows/four_eyes.py).
    fourEyes: StrictBool = False  # noqa: N815

    @property
    def limits_starts(self) -> bool:
        """Whether runs may have to wait before they begin."""
        return self.maxExecutionsPerHour is not None or self.concurrency is not None

    @field_validator("timeout", mode="before")
    @classmethod
    def _duration(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return parse_duration(value)
        except RuleError as error:
            raise ValueError(error.problems[0].message) from None


def parse_settings(settings: object) -> RunSettings:
    """The settings, typed.

    Raises:
        InvalidDefinition: naming each field that is wrong.
    """
    try:
        parsed = RunSettings.model_validate(settings)
    except ValidationError as error:
        raise InvalidDefinition(problems_of(error, settings, prefix="settings")) from None
    if parsed.exits and (problems := list(exit_problems(parsed.exits))):
        raise InvalidDefinition(problems)
    return parsed
