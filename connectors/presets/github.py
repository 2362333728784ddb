"""GitHub: `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 over the body; the event's name is in a header."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Sample, require_match
from connectors.places import dig, text
from connectors.signatures import signature, utf8

_HEADER: Final = "X-Hub-Signature-256"


class GitHub(Preset):
    """Webhooks of a repository, organisation or app: `github.<event>.<action>`, or `github.<event>` without one."""

    name: ClassVar[str] = "github"
    label: ClassVar[str] = "GitHub"
    setup: ClassVar[str] = (
        "On GitHub open the repository's or organisation's Settings, Webhooks, Add webhook. Enter this source's URL as "
        "Payload URL, choose application/json as Content type, make up a long secret, and enter the same one here."
    )
    content_type_help: ClassVar[str] = "In the webhook's settings on GitHub choose application/json as Content type."

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        received = request.header(_HEADER)
        if not received:
            detail = f"The {_HEADER} header is missing; enter a secret in the webhook's settings on GitHub."
            raise Refused(Refusal.MISSING_SIGNATURE, detail)
        expected = [_signature(secret, request.body) for secret in secrets]
        require_match(expected, [received], f"{_HEADER} doesn't match; check that both sides hold the same secret.")

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        self.check_content_type(request)
        if not isinstance(document, dict):
            raise self.malformed("A GitHub payload is a JSON object.")
        name = request.header("X-GitHub-Event").strip()
        if not name:
            raise self.malformed("The X-GitHub-Event header is missing; it names the event.")
        action = dig(document, "action")
        full_name = f"{name}.{action}" if isinstance(action, str) else name
        # Payloads of most events carry no time of their own, only those of the things they are about.
        return [self.event(full_name, key=text(request.header("X-GitHub-Delivery")), occurred_at=None, data=document)]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return {
            "X-GitHub-Event": sample.name or "ping",
            "X-GitHub-Delivery": sample.key,
            _HEADER: _signature(sample.secret, sample.body),
        }


def _signature(secret: str, body: bytes) -> str:
    return "sha256=" + signature(utf8(secret), body)
