"""Shopify: `X-Shopify-Hmac-Sha256: <base64>`, HMAC-SHA256 over the body; name, id and time are in headers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Sample, require_match
from connectors.moments import moment, write_moment
from connectors.places import text
from connectors.signatures import signature, utf8

_HEADER: Final = "X-Shopify-Hmac-Sha256"


class Shopify(Preset):
    """Webhooks of a shop or an app: topic `orders/create` is the event `shopify.orders.create`."""

    name: ClassVar[str] = "shopify"
    label: ClassVar[str] = "Shopify"
    setup: ClassVar[str] = (
        "In the Shopify admin open Settings, Notifications, Webhooks and create one with this source's URL and the "
        "format JSON; the signing secret stands below the list. For an app, subscribe it to its topics with this URL; "
        "its secret is the app's client secret. Enter that secret here."
    )
    content_type_help: ClassVar[str] = "In the webhook's settings in Shopify choose the format JSON."

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received = request.header(_HEADER)
        if not received:
            raise Refused(Refusal.MISSING_SIGNATURE, f"The {_HEADER} header is missing.")
        expected = [_signature(secret, request.body) for secret in secrets]
        detail = f"{_HEADER} doesn't match; check that the source holds this shop's signing secret or the app's secret."
        require_match(expected, [received], detail)

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        if not isinstance(document, dict):
            raise self.malformed("A Shopify payload is a JSON object.")
        topic = text(request.header("X-Shopify-Topic"))
        if topic is None:
            raise self.malformed("The X-Shopify-Topic header is missing; it names the event.")
        # X-Shopify-Event-Id is shared by all topics that one action of the merchant sets off: it would swallow some.
        key = text(request.header("X-Shopify-Webhook-Id"))
        occurred_at = moment(request.header("X-Shopify-Triggered-At"))
        return [self.event(topic, key=key, occurred_at=occurred_at, data=document)]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return {
            "X-Shopify-Topic": sample.name or "orders/create",
            "X-Shopify-Webhook-Id": sample.key,
            "X-Shopify-Triggered-At": write_moment(sample.now, "iso"),
            _HEADER: _signature(sample.secret, sample.body),
        }


def _signature(secret: str, body: bytes) -> str:
    return signature(utf8(secret), body, encoding="base64")
