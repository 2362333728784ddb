"""What the kinds of this room share: who acts, one savepoint a step, and refusals as the step's failure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from pydantic import BeforeValidator

from opsflows.accounts.actor import Actor, system_actor
from opsflows.events.emit import Cause
from opsflows.messages.addresses import one_or_many
from opsflows.records.announce import noting_left_out
from opsflows.records.due import due_moment
from opsflows.rules import RuleError
from opsflows.workflows.kinds import DatabaseKind, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Skip

#: Tags as a rule writes them: a list, or one text with commas; variables that turned out empty fall away.
Tags = Annotated[list[str], BeforeValidator(one_or_many)]


class Refusal(Exception):  # noqa: N818  (it becomes the step's failure)
    """The step cannot do what it says; the message names the field."""


class NothingToDo(Exception):  # noqa: N818  (it becomes a skipped step)
    """There is nothing to work on, and the step says that this is no failure."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What every verb of this room is given by a step."""

    actor: Actor
    cause: Cause
    now: datetime


class RecordsKind(DatabaseKind):
    """A kind that goes through the verbs of this room."""

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        """Do it and return the step's output. May raise `Refusal`, `NothingToDo` and what the verbs raise."""
        raise NotImplementedError

    def apply(self, step: StepContext) -> Outcome:
        doing = Doing(
            actor=system_actor(step.account_id),
            cause=Cause(execution_id=step.execution_id, step_id=step.node_id, depth=step.depth),
            now=step.clock.now,
        )
        try:
            # A step that fails leaves nothing behind, though the run goes on and its transaction is committed.
            with transaction.atomic(), noting_left_out() as left_out:
                output = self.write(step, doing)
            return Done(output={**output, "notes": [*output.get("notes", []), *left_out]} if left_out else output)
        except NothingToDo as nothing:
            return Skip(str(nothing))
        except (Refusal, RuleError) as refused:
            return Fail(str(refused))
        except ValidationError as invalid:
            return Fail(_words(invalid))


def _words(invalid: ValidationError) -> str:
    if not hasattr(invalid, "error_dict"):
        return " ".join(invalid.messages)
    fields = invalid.message_dict.items()
    return " ".join(
        message if field == NON_FIELD_ERRORS else f"{field}: {message}" for field, found in fields for message in found
    )


def due(value: Any, step: StepContext, *, field: str) -> datetime | None:
    """The moment that `value` means, relative to the step's own; None for an empty one. Raises `Refusal`."""
    try:
        return due_moment(value, step.clock)
    except RuleError as error:
        raise Refusal(f"{field}: {error}") from None
