"""From what a use case refuses to the sentence that a command ends with."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.find import UnknownName
from opsflows.audit.who import Who, acting


@contextmanager
def as_command_errors() -> Iterator[None]:
    """What a command does: its refusals become `CommandError`, so that a script sees one line and a status of 1.

    What is written inside came through the command door.
    """
    try:
        with acting(Who(door="command")):
            yield
    except (Forbidden, UnknownName) as error:
        raise CommandError(str(error)) from None
    except (OperationalError, ProgrammingError) as error:
        raise CommandError(f"The database answers: {error}. If it is new, run manage.py setup first.") from error
    except ValidationError as error:
        raise CommandError(" ".join(_sentences(error))) from None


def _sentences(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return error.messages
    return [
        message if field == "__all__" else f"{field}: {message}"
        for field, messages in error.message_dict.items()
        for message in messages
    ]
