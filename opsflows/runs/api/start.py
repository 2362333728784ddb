"""`POST /api/workflows/:id/run`: start a run of what is published, once per Idempotency-Key."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors.names import bounded_key
from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import header, operation, ref
from opsflows.api.problems import conflict, invalid
from opsflows.jsontext import canonical_json
from opsflows.runs.api_format import execution_document, with_steps
from opsflows.runs.models import Execution
from opsflows.runs.start_run import NotStartable, start_by_hand


class StartView(APIView):
    """201 with the new run; 200 with the first one where the key was sent before."""

    @operation(
        "run_workflow",
        "Start a run of what is published",
        tag="Runs",
        description="A paused workflow can be started, too. Sent again under the same Idempotency-Key, it is not "
        "started again: the answer is 200 and the first run.",
        body=ref("NewRun"),
        body_required=False,
        answers={201: ref("Execution"), 200: ref("Execution")},
        refusals=(404, 409),
        parameters=[header("Idempotency-Key", "Anything that is the same for the same start, and for no other.")],
        headers={"Location": [200, 201]},
    )
    def post(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.RUNS_START)
        data, now = _data(request.data), timezone.now()
        key = idempotency_key(request)
        try:
            run = start_by_hand(actor=actor, workflow_id=workflow_id, data=data, key=key, now=now)
        except NotStartable as error:
            raise conflict(str(error)) from None
        is_fresh = run.started_at == now
        if not is_fresh and canonical_json(run.trigger_data) != canonical_json(data):
            raise conflict(
                "This Idempotency-Key was sent before with other data.",
                field="Idempotency-Key",
                hint="Use a new key for every new run, and the same one only to repeat a request.",
            )
        shown = with_steps(Execution.objects.all()).get(pk=run.pk)
        location = f"{request.path.rstrip('/').removesuffix('/run')}/executions/{run.pk}"
        shown_run = execution_document(shown, now=now)
        return Response(shown_run, status=201 if is_fresh else 200, headers={"Location": location})


def _data(document: Any) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise invalid("Send an object with data: what an event would carry.")
    if unknown := sorted(document.keys() - {"data"}):
        raise invalid("This field is not known here. Known is: data.", field=unknown[0][:80])
    data = document.get("data")
    if data is not None and not isinstance(data, dict):
        raise invalid("Must be an object: what an event would carry.", field="data")
    return data or {}


def idempotency_key(request: Request) -> str | None:
    """The key that a request bears. Raises `Problem` where it says nothing."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key.strip():
        message = "The header Idempotency-Key is empty; give it a value or leave it out."
        raise invalid(message, field="Idempotency-Key")
    return bounded_key(key)
