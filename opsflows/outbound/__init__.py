"""The one way out: hardened HTTP that vets where it goes, shares its connections and says plainly what went wrong."""

from opsflows.outbound.client import HttpClient
from opsflows.outbound.configure import check_url, client
from opsflows.outbound.errors import OutboundError
from opsflows.outbound.redact import redact_headers, redact_url, redact_value
from opsflows.outbound.request import OutboundRequest, check_header
from opsflows.outbound.response import OutboundResponse

__all__ = [
    "HttpClient",
    "OutboundError",
    "OutboundRequest",
    "OutboundResponse",
    "check_header",
    "check_url",
    "client",
    "redact_headers",
    "redact_url",
    "redact_value",
]
