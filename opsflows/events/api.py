"""The Triggers contract: send events, read the inbox, acknowledge."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import header, operation, paging, query, ref
from opsflows.api.paging import DEFAULT_LIMIT, linked_listing, oldest_first
from opsflows.api.problems import conflict, invalid, not_an_id
from opsflows.events.acknowledge import acknowledge
from opsflows.events.models import Event
from opsflows.events.note import note_received
from opsflows.events.send import ABSENT, InvalidEvent, KeyUsedOtherwise, send
from opsflows.metrics import EVENTS_RECEIVED
from opsflows.queue import bell
from opsflows.queue.written_out import written_out
from opsflows.studio.explain.document import explanation_document
from opsflows.studio.explain.event import explain_event


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


class ExplanationView(APIView):
    """`GET /api/events/<id>/explain`: why each workflow that listens to its name did, or did not, start."""

    @operation(
        "explain_event",
        "Why each workflow did, or did not, start when an event came",
        tag="Events",
        description="Each is asked with the version that was live when the event was handed over. Where its condition "
        "did not hold, `explanation` has every comparison with the value it saw, and `changes` the fewest fields that "
        "would have had to be another.",
        answers={200: ref("EventExplanation")},
        refusals=(400, 404),
        parameters=[query("offset", {"type": "integer", "minimum": 0}, "How many workflows to pass over.")],
    )
    def get(self, request: Request, event_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.EVENTS_READ)
        actor.require(Permission.WORKFLOWS_READ)
        text = request.query_params.get("offset", "0")
        if not (text.isascii() and text.isdigit() and len(text) < 7):
            raise invalid("offset is a whole number from 0.", field="offset", hint="Follow the address in next.")
        event = get_object_or_404(Event, pk=event_id, account_id=actor.account_id)
        found = explain_event(
            account_id=event.account_id, event=event, now=timezone.now(), offset=int(text), most=DEFAULT_LIMIT
        )
        following = found.next_offset
        address = None if following is None else replace_query_param(request.build_absolute_uri(), "offset", following)
        return Response(explanation_document(found) | {"next": address})


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
