"""`POST /api/workflows/:id/batch`: start a run for each row of a list. `GET /api/batches/:id`: how far it is."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import header, operation, ref
from opsflows.api.problems import FieldProblem, conflict, invalid, several
from opsflows.runs.api.start import idempotency_key
from opsflows.runs.batches.api_format import batch_document
from opsflows.runs.batches.begin import start_rows
from opsflows.runs.batches.prepare import MOST_SENT
from opsflows.runs.batches.refusal import SentBefore
from opsflows.runs.models import RunBatch
from opsflows.runs.start_run import NotStartable

#: Rows that are wrong, each of which is named.
_MOST_NAMED = 20


class StartBatchView(APIView):
    """202 with the batch: its runs start within seconds, one for each row."""

    max_body_bytes = 4 * 1024 * 1024

    @operation(
        "start_batch",
        "Start a run for each row of a list",
        tag="Runs",
        description="The runs are of what is published now, and go behind runs of events. Sent again under the same "
        "Idempotency-Key, the list is not started again: the answer is the first batch.",
        body=ref("NewBatch"),
        answers={202: ref("Batch")},
        refusals=(404, 409),
        parameters=[header("Idempotency-Key", "Anything that is the same for the same list, and for no other.")],
        headers={"Location": [202]},
    )
    def post(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.RUNS_START)
        name, rows = _asked(request.data)
        key = idempotency_key(request)
        try:
            batch = start_rows(actor=actor, workflow_id=workflow_id, sent=rows, name=name, key=key, now=timezone.now())
        except NotStartable as error:
            raise conflict(str(error)) from None
        except SentBefore as error:
            hint = "Use a new key for every new list, and the same one only to repeat a request."
            raise conflict(str(error), field="Idempotency-Key", hint=hint) from None
        before_api, _, _ = request.path.partition("/workflows/")
        return Response(batch_document(batch), status=202, headers={"Location": f"{before_api}/batches/{batch.pk}"})


class BatchView(APIView):
    """One batch, however it was asked for."""

    @operation("get_batch", "How far a batch is", tag="Runs", answers={200: ref("Batch")}, refusals=(404,))
    def get(self, request: Request, batch_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        return Response(batch_document(get_object_or_404(RunBatch, pk=batch_id, account_id=actor.account_id)))


def _asked(document: Any) -> tuple[str, Sequence[Mapping[str, Any]]]:
    if not isinstance(document, dict):
        raise invalid("Send an object with rows: a list of what an event would carry.")
    if unknown := sorted(document.keys() - {"rows", "name"}):
        raise invalid("This field is not known here. Known are: rows, name.", field=unknown[0][:80])
    name, rows = document.get("name"), document.get("rows")
    if name is not None and (not isinstance(name, str) or len(name) > 255):
        raise invalid("Must be a text of at most 255 characters.", field="name")
    if not isinstance(rows, list) or not rows:
        raise invalid("Must be a list of objects, at least one of them.", field="rows")
    if len(rows) > MOST_SENT:
        raise invalid(f"Holds {len(rows):,} rows; at most {MOST_SENT:,} are taken at once.", field="rows")
    wrong = [number for number, row in enumerate(rows) if not isinstance(row, dict)]
    if wrong:
        message = "Must be an object: what an event would carry."
        raise several(FieldProblem(f"rows.{number}", message) for number in wrong[:_MOST_NAMED])
    return name or "", rows
