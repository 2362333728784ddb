"""The Triggers contract: send events, read the inbox, acknowledge."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import header, operation, paging, ref
from opsflows.api.paging import linked_listing, oldest_first
from opsflows.api.problems import conflict, invalid, not_an_id
from opsflows.events.acknowledge import acknowledge
from opsflows.events.models import Event
from opsflows.events.note import note_received
from opsflows.events.send import ABSENT, InvalidEvent, KeyUsedOtherwise, send
from opsflows.metrics import EVENTS_RECEIVED
from opsflows.queue import bell
from opsflows.queue.written_out import written_out


class EventsView(APIView):
    """`POST /api/events`: 201 with the event, or 200 with the first one when the key was sent before."""

    @operation(
        "send_event",
        "Send an event",
        tag="Events",
        description="Sent again under the same Idempotency-Key, it is not stored again: the answer is 200 and the "
        "first one.",
        body=ref("NewEvent"),
        answers={201: ref("Event"), 200: ref("Event")},
        refusals=(409,),
        parameters=[header("Idempotency-Key", "Anything that is the same for the same event, and for no other.")],
    )
    def post(self, request: Request) -> Response:
        body = request.data
        if not isinstance(body, dict):
            raise invalid("Send an object with type, source and payload.")
        try:
            sent = send(
                actor=actor_of(request),
                type=body.get("type", ABSENT),
                source=body.get("source", ABSENT),
                payload=body.get("payload", ABSENT),
                idempotency_key=request.headers.get("Idempotency-Key"),
                now=timezone.now(),
            )
        except InvalidEvent as wrong:
            raise invalid(wrong.message, field=wrong.field, hint=wrong.hint) from None
        except KeyUsedOtherwise:
            raise conflict(
                "This Idempotency-Key was sent before with another type, source or payload.",
                field="Idempotency-Key",
                hint="Use a new key for every new event, and the same one only to repeat a request.",
            ) from None
        EVENTS_RECEIVED.labels(door="api", new="yes" if sent.fresh else "no").inc()
        if sent.fresh:
            note_received("api", [(sent.event.name, sent.event.pk)])
            bell.ring()
        answer = described(sent.event)
        if sent.warnings:
            answer["warnings"] = list(sent.warnings)
        return Response(answer, status=201 if sent.fresh else 200)


class InboxView(APIView):
    """`GET /api/inbox`: the events that were sent through the API and not yet acknowledged, oldest first."""

    @operation(
        "list_inbox",
        "Events that were not acknowledged yet, the oldest first",
        tag="Events",
        answers={200: {"type": "array", "items": ref("InboxEvent")}},
        refusals=(400,),
        parameters=paging("after"),
        headers={"Link": [200]},
    )
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        actor.require(Permission.EVENTS_READ)
        page = oldest_first(request, _pending(actor.account_id))
        return linked_listing(page, [described(event) | {"payload": _payload(event)} for event in page.rows])


class AcknowledgementView(APIView):
    """`POST /api/inbox/<id>/ack`: 200, also when it was acknowledged before."""

    @operation(
        "acknowledge_event",
        "Take an event out of the inbox",
        tag="Events",
        answers={200: ref("AcknowledgedEvent")},
        refusals=(404,),
        parameters=[OpenApiParameter("event_id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)],
    )
    def post(self, request: Request, event_id: str) -> Response:
        try:
            wanted = uuid.UUID(event_id)
        except ValueError:
            raise not_an_id(event_id) from None
        event = acknowledge(actor=actor_of(request), event_id=wanted, now=timezone.now())
        return Response(described(event) | {"acknowledged_at": event.acknowledged_at})


def described(event: Event) -> dict[str, Any]:
    """An event in Triggers' words."""
    return {
        "id": str(event.pk),
        "type": event.name,
        "source": event.source_label,
        "status": event.status,
        "created_at": event.received_at,
    }


def _payload(event: Event) -> Any:
    """None once retention has dropped it."""
    payload = getattr(event, "payload", None)
    return None if payload is None else payload.data


def _pending(account_id: uuid.UUID) -> QuerySet[Event]:
    rows = Event.objects.filter(account_id=account_id, acknowledged_at=None).select_related("payload")
    # Written out: SQLite uses the partial index of the inbox only where it can read the door in the statement.
    return rows.filter(written_out("events.door = 'api'"))
