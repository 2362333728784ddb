"""What the verbs of workflows raise, as the API says it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from opsflows.api.problems import FieldProblem, conflict, several
from opsflows.rules import Problem
from opsflows.workflows.errors import InvalidDefinition, NotARule, RevisionConflict
from opsflows.workflows.gates import PublishRefused


@contextmanager
def refusing() -> Iterator[None]:
    """Turn the verbs' exceptions into refusals; problems are in the sender's terms already."""
    try:
        yield
    except InvalidDefinition as error:
        raise several(field_problems(error.problems)) from None
    except PublishRefused as error:
        raise conflict(str(error), field="active") from None
    except RevisionConflict as error:
        hint = "Read the workflow, make the change again, and send the revision it has then."
        raise conflict(str(error), field="revision", hint=hint) from None
    except NotARule as error:
        raise conflict(str(error), field="workflow_data") from None


def field_problems(problems: Iterable[Problem]) -> list[FieldProblem]:
    """Problems of the rules' language as those of the API."""
    return [FieldProblem(problem.path, problem.message) for problem in problems]
