"""What has to be so before a run is taken up once more."""

import uuid
from typing import Any

from opsflows.runs.models import Execution
from opsflows.workflows.cache import definition
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.errors import InvalidDefinition


class NotTakenUp(Exception):  # noqa: N818  (it is the answer, 409)
    """The run cannot be taken up so; the message says why and what could be done."""


def held_run(execution_id: uuid.UUID, account_id: uuid.UUID) -> Execution:
    """The run, locked, which is over.

    Raises:
        Execution.DoesNotExist: no such run in the account.
        NotTakenUp: it is still going on.
    """
    execution = Execution.objects.select_for_update().get(id=execution_id, account_id=account_id)
    if execution.execution_status not in Execution.TERMINAL:
        state = execution.get_execution_status_display().lower()
        raise NotTakenUp(f"This run is not over ({state}). Wait until it is, or cancel it first.")
    return execution


def graph_of(execution: Execution) -> CompiledGraph:
    """The version that the run started with.

    Raises:
        NotTakenUp: it cannot be read here any more.
    """
    try:
        return definition(execution.version_id)
    except InvalidDefinition as error:
        raise NotTakenUp(
            f"The version this run started with can no longer be read here; start it again with the newest. {error}"
        ) from None


def data_of(execution: Execution) -> Any:
    """What the run was started with.

    Raises:
        NotTakenUp: its event's data was deleted.
    """
    columns = ("event_id", "trigger_data", "event__payload", "event__payload__data")
    event_id, given, payload, carried = Execution.objects.values_list(*columns).get(pk=execution.pk)
    if event_id is None or given is not None:
        return given
    if payload is None:
        raise NotTakenUp(
            "What the event of this run carried has been deleted by now (see Retention), so its steps would find "
            "nothing. Send the event anew."
        )
    return carried
