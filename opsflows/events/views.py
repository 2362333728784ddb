"""`/hooks/<token>`: where vendors send. Lean on purpose: no model instances, no framework, one statement."""

import datetime
import logging

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from connectors.base import InboundRequest, Reply
from opsflows.api.read_body import BodyTooLarge, BodyUnreadable, announced_length, read_body
from opsflows.events.listening import forget_source
from opsflows.events.note import note_received
from opsflows.events.receive import Receipt, admit, answer_trial, receive, too_large
from opsflows.events.refusal import Reason, RequestRefused
from opsflows.events.reject import count_rejection
from opsflows.events.remote_address import remote_address
from opsflows.jsontext import dump_json
from opsflows.metrics import EVENTS_RECEIVED
from opsflows.queue import bell

logger = logging.getLogger(__name__)

_NEW = EVENTS_RECEIVED.labels(door="webhook", new="yes")
_KNOWN = EVENTS_RECEIVED.labels(door="webhook", new="no")


@csrf_exempt
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """202 with the id(s) when something was new, 200 when nothing was, otherwise why the request was not taken."""
    now = timezone.now()
    address = remote_address(request)
    try:
        if request.method != "POST":
            return _answer_trial(request, token=token, address=address, now=now)
        receipt = _receive(request, token=token, address=address, now=now)
    except RequestRefused as refused:
        count_rejection(refused, remote_address=address, now=now)
        return _error(refused.status, str(refused.reason), refused.detail)
    except (OperationalError, InterfaceError):
        logger.exception("a webhook could not be stored")
        response = _error(503, "unavailable", "Nothing can be stored right now; try again.")
        response["Retry-After"] = "5"
        return response
    _count(receipt)
    if receipt.is_new:
        bell.ring()
    return _vendors(receipt.reply) if receipt.reply is not None else _receipt(receipt)


def _receive(request: HttpRequest, *, token: str, address: str, now: datetime.datetime) -> Receipt:
    length = announced_length(request)
    source = admit(token=token, remote_address=address, length=length, now=now)
    try:
        body = read_body(request, limit=source.max_body_bytes)
    except BodyTooLarge:
        raise too_large(source) from None
    except BodyUnreadable as unreadable:
        raise RequestRefused(Reason.MALFORMED, str(unreadable), source_id=source.id) from None
    return receive(token=token, request=_inbound(request, body, address), now=now)


def _answer_trial(request: HttpRequest, *, token: str, address: str, now: datetime.datetime) -> HttpResponse:
    # No insert follows that would notice a change of the source.
    forget_source(token)
    source = admit(token=token, remote_address=address, length=0, now=now)
    reply = answer_trial(source=source, request=_inbound(request, b"", address))
    if reply is not None:
        return _vendors(reply)
    allowed = ", ".join(["POST", *sorted(source.preset.handshake_methods)])
    response = _error(405, "method_not_allowed", f"Send webhooks with POST; this source takes {allowed}.")
    response["Allow"] = allowed
    return response


def _inbound(request: HttpRequest, body: bytes, address: str) -> InboundRequest:
    meta = request.META
    headers = {name[5:].replace("_", "-").lower(): value for name, value in meta.items() if name.startswith("HTTP_")}
    content_type = meta.get("CONTENT_TYPE", "")
    if content_type:
        headers["content-type"] = content_type
    query = meta.get("QUERY_STRING")
    url = f"{settings.PUBLIC_URL}{request.path}?{query}" if query else f"{settings.PUBLIC_URL}{request.path}"
    bare_type = content_type.partition(";")[0].strip().lower()
    return InboundRequest(request.method or "", url, headers, body, bare_type, address)


def _receipt(receipt: Receipt) -> HttpResponse:
    ids = [str(event.id) for event in receipt.events]
    answer: dict[str, object] = {"id": ids[0]} if ids else {}
    if len(ids) != 1:
        answer["ids"] = ids
    if ids and not receipt.is_new:
        answer["duplicate"] = True
    return _json(202 if receipt.is_new else 200, answer)


def _count(receipt: Receipt) -> None:
    pairs = zip(receipt.names, receipt.events, strict=True)
    fresh = [(name, event.id) for name, event in pairs if event.fresh]
    _NEW.inc(len(fresh))
    _KNOWN.inc(len(receipt.events) - len(fresh))
    note_received("webhook", fresh)


def _vendors(reply: Reply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, content_type=reply.content_type, headers=reply.headers)


def _error(status: int, code: str, message: str) -> HttpResponse:
    response = _json(status, {"error": {"code": code, "message": message}})
    # Refusals are counted; Django would also log each with its path, and the path is the source's secret.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _json(status: int, document: dict[str, object]) -> HttpResponse:
    body = dump_json(document).encode("utf-8")
    # Said here, because the middleware that says it for pages is passed by (`hooks_first`).
    return HttpResponse(body, status=status, content_type="application/json", headers={"Content-Length": len(body)})
