"""What went wrong with an outbound call, in terms that decide whether to try again."""

from typing import Literal

Kind = Literal[
    "bad_url",  # the URL cannot be called
    "bad_request",  # method, header or body cannot be written as HTTP
    "refused_address",  # the host is, or resolves to, an address that outbound calls must not reach
    "dns",  # the name could not be resolved
    "connect",  # no connection to any of its addresses
    "tls",  # no trusted TLS session
    "timeout",  # no answer began within the request's timeout
    "too_slow",  # an answer began, but did not end within the request's timeout
    "reset",  # the other side closed the connection
    "bad_response",  # what came back is not HTTP
]

_PERMANENT: frozenset[Kind] = frozenset({"bad_url", "bad_request", "refused_address"})


class OutboundError(Exception):
    """An outbound call that brought no complete answer.

    Attributes:
        kind: the closed set above.
        detail: what happened, in words that staff can act on; holds the host, never a query, header or body.
        retryable: whether the same call may succeed later. Whether it is *safe* to repeat is a matter of `sent`.
        sent: False when certainly no byte of the request left, True when an answer shows that the other side had it,
            None when nobody can know.
    """

    def __init__(self, kind: Kind, detail: str, *, sent: bool | None = False) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.retryable = kind not in _PERMANENT
        self.sent = sent
