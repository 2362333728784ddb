"""A webhook request comes in: verify, deduplicate, store. Nothing else happens here."""

import datetime
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.base import InboundEvent, InboundRequest, Refusal, Refused, Reply
from opsflows.events.batch import NewEvent
from opsflows.events.catalog import enter_names
from opsflows.events.listening import ListeningSource, forget_source, is_unchanged, listening_source
from opsflows.events.models import Event
from opsflows.events.refusal import Reason, RequestRefused
from opsflows.events.store import SourceChanged, StoredEvent, store
from opsflows.jsontext import JsonError, dump_json, parse_json
from opsflows.jsontext.field import JsonText
from opsflows.outbound import redact_headers
from opsflows.queue.ids import new_id

#: A source that changes while a request is judged is read again; one that never holds still is not answered for ever.
ATTEMPTS = 5
#: Stands among the stored headers of a request whose events the source calls otherwise.
INCOMING_NAME = "opsflows-incoming-name"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The events of a request, each under the id of the first with its key; `reply` where the vendor wants its own.

    `names` are those of `events`, in the same order.
    """

    events: Sequence[StoredEvent] = ()
    names: Sequence[str] = ()
    reply: Reply | None = None

    @property
    def is_new(self) -> bool:
        """Whether anything was stored."""
        return any(event.fresh for event in self.events)


def admit(*, token: str, remote_address: str, length: int, now: datetime.datetime) -> ListeningSource:
    """The source at `token`, if it takes `length` bytes (0: not announced) from `remote_address`.

    Asked before the body is read.

    Raises:
        RequestRefused: unknown (404), switched off (410), unreadable (503), address not allowed (403), too large (413).
    """
    source = listening_source(token, now=now)
    objection = _objection(source, remote_address, length)
    if objection is not None and not is_unchanged(source):
        forget_source(token)
        source = listening_source(token, now=now)
        objection = _objection(source, remote_address, length)
    if objection is not None:
        raise objection
    return source


def receive(*, token: str, request: InboundRequest, now: datetime.datetime) -> Receipt:
    """Judge a request and store its events; what is acknowledged by a receipt is committed.

    Raises:
        RequestRefused: it is not taken; nothing of it was stored.
    """
    for _ in range(ATTEMPTS):
        source = admit(token=token, remote_address=request.remote_ip, length=len(request.body), now=now)
        try:
            return _take(source, request, now=now)
        except SourceChanged:
            forget_source(token)
        except Refused as refused:
            if is_unchanged(source):
                raise RequestRefused(refused.reason, refused.detail, source_id=source.id) from None
            forget_source(token)
    raise RequestRefused(Reason.UNREADABLE, "This source is being changed; try again.", source_id=source.id)


def answer_trial(*, source: ListeningSource, request: InboundRequest) -> Reply | None:
    """The answer to a vendor that tries the address with a method other than POST; None where it knows no such trial.

    Raises:
        RequestRefused: it is a trial, but not a right one.
    """
    if request.method not in source.preset.handshake_methods:
        return None
    try:
        return source.preset.handshake(request, None, secrets=source.secrets, options=source.options)
    except Refused as refused:
        raise RequestRefused(refused.reason, refused.detail, source_id=source.id) from None


def _take(source: ListeningSource, request: InboundRequest, *, now: datetime.datetime) -> Receipt:
    preset, options = source.preset, source.options
    preset.check_content_type(request)
    preset.verify(request, secrets=source.secrets, options=options, now=now)
    text = preset.json_text(request)
    document = None if text is None else _parse(text)
    reply = preset.handshake(request, document, secrets=source.secrets, options=options)
    events = [] if reply is not None else preset.read(request, document, options=options)
    if not events:
        # Nothing is stored, so no insert notices that the source changed.
        if not is_unchanged(source):
            raise SourceChanged
        return Receipt(reply=reply)
    named = _named(events, source.event_names)
    headers = request.headers if named is events else {**request.headers, **_incoming_names(events)}
    stored = store(
        account_id=source.account_id,
        source_id=source.id,
        source_revision=source.revision,
        source_label=source.name,
        scope=source.scope,
        events=_new_events(named, document, text, now=now),
        body=request.body,
        headers=_headers(headers),
        door=Event.Door.WEBHOOK.value,
        now=now,
    )
    enter_names(account_id=source.account_id, names={event.name for event in named})
    return Receipt(stored, [event.name for event in named], preset.acknowledge(request, events))


def _named(events: Sequence[InboundEvent], event_names: Mapping[str, str]) -> Sequence[InboundEvent]:
    """The events under the names that the source gives them; the very same list where it gives none."""
    if not any(event.name in event_names for event in events):
        return events
    return [replace(event, name=event_names.get(event.name, event.name)) for event in events]


def _incoming_names(events: Sequence[InboundEvent]) -> dict[str, str]:
    """Kept with the request's headers, so that the event's page can tell what the sender calls it."""
    return {INCOMING_NAME: ", ".join(dict.fromkeys(event.name for event in events))}


def too_large(source: ListeningSource) -> RequestRefused:
    """The refusal of a body past the source's limit."""
    detail = f"The body is larger than {source.max_body_bytes} bytes, the limit of this source."
    return RequestRefused(Reason.TOO_LARGE, detail, source_id=source.id)


def _objection(source: ListeningSource, remote_address: str, length: int) -> RequestRefused | None:
    if source.networks and not _is_allowed(source, remote_address):
        detail = f"This source does not take requests from {remote_address or 'an unknown address'}."
        return RequestRefused(Reason.ADDRESS, detail, source_id=source.id)
    return too_large(source) if length > source.max_body_bytes else None


def _parse(text: bytes) -> Any:
    try:
        return parse_json(text)
    except JsonError as error:
        raise Refused(Refusal.MALFORMED, str(error)) from None


def _new_events(
    events: Sequence[InboundEvent], document: Any, text: bytes | None, *, now: datetime.datetime
) -> list[NewEvent]:
    # Sorted, so that the ids of one request follow the order of its events.
    ids = sorted(new_id() for _ in events)
    return [
        NewEvent(event.name, event.key, event.occurred_at or now, _data(event.data, document, text), id=event_id)
        for event, event_id in zip(events, ids, strict=True)
    ]


def _data(data: Any, document: Any, text: bytes | None) -> JsonText:
    if text is not None and data is document:
        return JsonText(text.decode("utf-8"))
    written = dump_json(data)
    if text is None:
        # Made from something else than JSON that was parsed, so the database has to be spared what it cannot hold.
        _parse(written.encode("utf-8", "surrogatepass"))
    return JsonText(written)


def _headers(headers: Mapping[str, str]) -> JsonText:
    return JsonText(
        json.dumps({_printable(name): _printable(value) for name, value in redact_headers(headers).items()})
    )


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)[1:-1]


def _is_allowed(source: ListeningSource, remote_address: str) -> bool:
    try:
        address = ipaddress.ip_address(remote_address)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in source.networks)
