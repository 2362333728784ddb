"""The one way out: an HTTP client that vets, pins, bounds and reuses."""

import ssl
from collections.abc import Iterable
from functools import cached_property

from opsflows.outbound.addresses import Address, parse_networks, vet
from opsflows.outbound.connect import open_socket, tls_context
from opsflows.outbound.connection import Connection
from opsflows.outbound.deadline import Deadline
from opsflows.outbound.errors import OutboundError
from opsflows.outbound.pool import ConnectionPool
from opsflows.outbound.request import OutboundRequest, write_request
from opsflows.outbound.resolve import CachingResolver, Resolver, system_resolver
from opsflows.outbound.response import OutboundResponse
from opsflows.outbound.target import Target, parse_target


class HttpClient:
    """Sends requests from any number of threads; follows no redirect, reads no environment, uses no proxy.

    Args:
        allowed_networks: CIDR texts of private networks that calls may reach, any scheme and port.
        resolver: a host name's addresses as texts; the operating system's where None.
        pool_maxsize: idle connections kept for one origin (scheme, host, port); more may be open at once.
        pool_total: idle connections kept in all.
        idle_seconds, max_age: see `ConnectionPool`.
        dns_ttl: seconds for which a name's addresses are remembered.
        body_limit: bytes of an answer's body that are kept.
        ca_file: PEM file with the only certificate authorities to trust; certifi's where None.

    Raises:
        ValueError: when one of `allowed_networks` is no network.
    """

    def __init__(
        self,
        *,
        allowed_networks: Iterable[str] = (),
        resolver: Resolver | None = None,
        pool_maxsize: int = 64,
        pool_total: int = 512,
        idle_seconds: float = 4.0,
        max_age: float = 60.0,
        dns_ttl: float = 5.0,
        body_limit: int = 1_048_576,
        ca_file: str | None = None,
    ) -> None:
        self._allowed = parse_networks(allowed_networks)
        self._resolver = CachingResolver(resolver or system_resolver, ttl=dns_ttl)
        self._pool = ConnectionPool(
            per_origin=pool_maxsize, total=pool_total, idle_seconds=idle_seconds, max_age=max_age
        )
        self._body_limit = body_limit
        self._ca_file = ca_file

    def send(self, request: OutboundRequest, *, repeat_safe: bool = False) -> OutboundResponse:
        """Send `request` and read the answer, whatever its status, all within its timeout.

        A request of which nothing left, because a kept connection turned out to be closed, is sent once more on a new
        one. So is, only with `repeat_safe`, one whose kept connection was closed before an answer began.

        Raises:
            OutboundError: when there is no complete answer.
        """
        target = parse_target(request.url)
        message = write_request(request, target)
        deadline = Deadline(request.timeout)
        kept = self._pool.take(target.origin)
        if kept is not None:
            try:
                return self._exchange(kept, request.method, message, deadline)
            except OutboundError as error:
                nothing_left = error.sent is False
                if error.kind != "reset" or not (nothing_left or (repeat_safe and error.sent is None)):
                    raise
        return self._exchange(self._open(target, deadline), request.method, message, deadline)

    def addresses(self, host: str, *, timeout: float) -> tuple[str, ...]:
        """Where `host` may be called by something that speaks another protocol: judged like any call's addresses.

        `host` is a name or an address. Connect to these and look nothing up again, else it was judged in vain.

        Raises:
            OutboundError: kinds `dns`, `refused_address`, `bad_url`.
        """
        target = parse_target(f"http://[{host}]" if ":" in host else f"http://{host}")
        return tuple(map(str, self._vetted(target, Deadline(timeout))))

    def close(self) -> None:
        """Close the kept connections. Calls in flight end as they would; later ones open and close their own."""
        self._pool.close()

    def _exchange(self, connection: Connection, method: str, message: bytes, deadline: Deadline) -> OutboundResponse:
        try:
            response = connection.exchange(method, message, body_limit=self._body_limit, deadline=deadline)
        except BaseException:
            connection.close()
            raise
        self._pool.give_back(connection)
        return response

    def _open(self, target: Target, deadline: Deadline) -> Connection:
        addresses = self._vetted(target, deadline)
        tls = self._tls if target.scheme == "https" else None
        return Connection(open_socket(target, addresses, tls, deadline), target)

    def _vetted(self, target: Target, deadline: Deadline) -> tuple[Address, ...]:
        found = [target.host] if target.address is not None else self._resolver.lookup(target.host, deadline)
        return vet(target.host, found, self._allowed)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return tls_context(self._ca_file)
