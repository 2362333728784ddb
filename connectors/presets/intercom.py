"""Intercom: `X-Hub-Signature: sha1=<hex>`, HMAC-SHA1 over the body; HEAD tries the address."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Reply, Sample, require_match
from connectors.moments import moment
from connectors.places import dig, text
from connectors.signatures import signature, utf8

_HEADER: Final = "X-Hub-Signature"


class Intercom(Preset):
    """Notifications of an Intercom app, named by their topic: `intercom.conversation.user.created`.

    A test (`intercom.ping`) has no id, so it is new every time.
    """

    name: ClassVar[str] = "intercom"
    label: ClassVar[str] = "Intercom"
    setup: ClassVar[str] = (
        "In Intercom's Developer Hub open your app, Configure, Webhooks; enter this source's URL as endpoint and "
        "choose the topics. Then copy the client secret from the app's Basic information and enter it here."
    )
    handshake_methods: ClassVar[frozenset[str]] = frozenset({"HEAD"})

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received = request.header(_HEADER)
        if not received:
            raise Refused(Refusal.MISSING_SIGNATURE, f"The {_HEADER} header is missing.")
        expected = [_signature(secret, request.body) for secret in secrets]
        detail = f"{_HEADER} doesn't match; check that the source holds the client secret of this very app."
        require_match(expected, [received], detail)

    def handshake(
        self, request: InboundRequest, document: Any, *, secrets: Sequence[str], options: Mapping[str, Any]
    ) -> Reply | None:
        return Reply(b"") if request.method == "HEAD" else None

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        topic = text(dig(document, "topic"))
        if topic is None:
            raise self.malformed("An Intercom notification is an object with its topic, as text.")
        occurred_at = moment(dig(document, "created_at"))
        return [self.event(topic, key=text(dig(document, "id")), occurred_at=occurred_at, data=document)]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return {_HEADER: _signature(sample.secret, sample.body)}


def _signature(secret: str, body: bytes) -> str:
    return "sha1=" + signature(utf8(secret), body, algorithm="sha1")
