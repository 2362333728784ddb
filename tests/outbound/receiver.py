"""Real receivers on 127.0.0.1: mocks would pass by the very code that is tested here."""

import contextlib
import io
import socket
import ssl
import struct
import threading
from collections.abc import Callable

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n" + b'{"ok":true}'


class Conversation:
    """One connection as a behaviour sees it: requests already read, and what to do next."""

    def __init__(self, receiver: "Receiver", sock: socket.socket) -> None:
        self.receiver = receiver
        self.sock = sock
        self.incoming = sock.makefile("rb")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def answer(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, *, seconds: float = 0.02) -> None:
        """Send byte by byte with a pause after each, until all is sent or the other side has gone."""
        for position in range(len(data)):
            self.sock.sendall(data[position : position + 1])
            if self.receiver.stopping.wait(seconds):
                return

    def close(self) -> None:
        # Both: the system closes a socket when the last that uses it is closed.
        self.incoming.close()
        self.sock.close()

    def reset(self) -> None:
        """Close with a RST instead of a FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def hold(self) -> None:
        """Say nothing for as long as the receiver lives."""
        self.receiver.stopping.wait(30)


Behaviour = Callable[[Conversation, bytes], None]


def answer_ok(conversation: Conversation, request: bytes) -> None:
    conversation.answer(OK)


class Receiver:
    """Listens on a free port; keeps the bytes of every request and calls `behave` once for each.

    `greet` is called before anything is read from a new connection.
    """

    def __init__(
        self,
        behave: Behaviour = answer_ok,
        *,
        greet: Callable[[Conversation], None] | None = None,
        tls: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._behave = behave
        self._greet = greet
        self._tls = tls
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = threading.Semaphore(0)
        self.stopping = threading.Event()
        self._open: list[socket.socket] = []

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for sock in (self._listener, *self._open):
            # Closing alone does not wake the threads that wait on them.
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                self._open.append(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            conversation = Conversation(self, sock)
            if self._greet is not None:
                self._greet(conversation)
            while not conversation.incoming.closed and (request := _read_request(conversation.incoming)) is not None:
                self.requests.append(request)
                self._behave(conversation, request)
            conversation.close()
        self.closed.release()


def _read_request(incoming: io.BufferedReader) -> bytes | None:
    lines = []
    while (line := incoming.readline()) not in (b"\r\n", b""):
        lines.append(line)
    if not lines:
        return None
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    return b"".join(lines) + b"\r\n" + incoming.read(length)
