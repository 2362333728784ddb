"""The `Authorization` header: a scheme, and what the sender and the source agreed on. Nothing else is signed."""

from collections.abc import Iterable

from connectors.base import InboundRequest, Refusal, Refused, require_match


def require_authorization(request: InboundRequest, scheme: str, expected: Iterable[str]) -> None:
    """Raise `Refused` unless the header holds one of `expected` after `scheme`, whose case HTTP leaves free."""
    header = request.header("Authorization")
    if not header:
        raise Refused(Refusal.MISSING_SIGNATURE, f"The Authorization header is missing; {scheme} is expected.")
    given_scheme, _, given = header.partition(" ")
    if given_scheme.lower() != scheme.lower():
        raise Refused(Refusal.BAD_SIGNATURE, f"The Authorization header begins with another scheme than {scheme}.")
    require_match(expected, [given], "The Authorization header doesn't hold what this source expects.")
