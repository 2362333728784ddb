"""Name lookups that end in time, are shared by all who ask at once, and are remembered for seconds."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from opsflows.outbound.deadline import Deadline
from opsflows.outbound.errors import OutboundError

Resolver = Callable[[str], Sequence[str]]

MAX_REMEMBERED = 4096
#: Seconds for which a name that could not be resolved is not asked for again.
MAX_FAILURE_TTL = 1.0


def system_resolver(host: str) -> Sequence[str]:
    """All addresses of `host`, best first, as the operating system resolves it.

    Raises:
        OSError: when it has none.
    """
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class CachingResolver:
    """Looks each name up at most once at a time, in a thread of its own, since a system lookup knows no timeout.

    A failure is remembered too, but briefly: a dead name does not cost a lookup per call, and is not dead for long.
    """

    def __init__(self, resolver: Resolver, *, ttl: float) -> None:
        self._resolver = resolver
        self._ttl = ttl
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Future[Sequence[str]]]] = {}

    def lookup(self, host: str, deadline: Deadline) -> Sequence[str]:
        """All addresses of `host`, unvetted.

        Raises:
            OutboundError: kind `dns`.
        """
        future = self._remembered(host) or self._start(host)
        try:
            addresses = future.result(timeout=deadline.left())
        except TimeoutError:
            raise OutboundError(
                "dns", f"The name lookup of {host} did not end within {deadline.seconds:g} s."
            ) from None
        except (OSError, UnicodeError) as error:
            raise OutboundError("dns", f"The name {host} could not be resolved: {_reason(error)}.") from None
        if not addresses:
            raise OutboundError("dns", f"The name {host} has no address.")
        return addresses

    def _remembered(self, host: str) -> "Future[Sequence[str]] | None":
        entry = self._known.get(host)
        return entry[1] if entry is not None and time.monotonic() < entry[0] else None

    def _start(self, host: str) -> "Future[Sequence[str]]":
        with self._lock:
            if (running := self._remembered(host)) is not None:
                return running
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            future: Future[Sequence[str]] = Future()
            # A daemon, so that a hung lookup does not hold up the end of the process.
            thread = threading.Thread(target=self._run, args=(host, future), name=f"lookup {host}", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                raise OutboundError("dns", f"The name lookup of {host} could not start: {error}.") from None
            self._known[host] = (float("inf"), future)
        return future

    def _run(self, host: str, future: "Future[Sequence[str]]") -> None:
        try:
            addresses = tuple(self._resolver(host))
        except Exception as error:
            self._remember(host, future, min(self._ttl, MAX_FAILURE_TTL))
            future.set_exception(error)
        else:
            self._remember(host, future, self._ttl)
            future.set_result(addresses)

    def _remember(self, host: str, future: "Future[Sequence[str]]", seconds: float) -> None:
        with self._lock:
            self._known[host] = (time.monotonic() + seconds, future)


def _reason(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        if error.errno == socket.EAI_AGAIN:
            return "the name server did not answer"
        if error.errno == socket.EAI_NONAME:
            return "no such name"
    return str(error) or type(error).__name__
