"""A stand-in for the systems that a company's workflows call: takes what is sent and writes it down."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    log: Path
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        received = {
            "path": self.path,
            "idempotency_key": self.headers.get("Idempotency-Key"),
            "body": body.decode(errors="replace"),
        }
        with self.log.open("a") as log:
            log.write(json.dumps(received) + "\n")
        answer = b'{"received": true}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the library's name)
        """Nothing: what matters is in the log file."""


def start_receiver(*, port: int, log: Path) -> int:
    """Listen on 127.0.0.1 until this process ends; `port` 0 takes a free one. The port that it listens on.

    Raises:
        OSError: the port is taken.
    """
    handler = type("Handler", (_Handler,), {"log": log})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port
