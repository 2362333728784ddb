"""A bucket in the test's own process: as much of S3 as files need, with conditions on writes and signatures checked."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from opsflows.files.s3_sign import signed_headers

ACCESS, SECRET = "AKIDEXAMPLE", "sec/ret+key"


class FakeBucket(ThreadingHTTPServer):
    """`objects` by key: content, state and metadata."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, tuple[bytes, str, str]] = {}
        self.guard = threading.Lock()
        self.asked: list[str] = []
        #: How many objects one page of a list has.
        self.page = 1000

    @property
    def url(self) -> str:
        return f"s3://{ACCESS}:sec%2Fret%2Bkey@127.0.0.1:{self.server_port}/files/top?region=eu-central-1&tls=0"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    #: An answer leaves in one piece; in two, each would wait for the other side's word.
    wbufsize = -1
    server: FakeBucket

    def log_message(self, *args: Any) -> None:
        pass

    def _begin(self) -> tuple[str, dict[str, str], bytes] | None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {self.path}")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if not self._is_signed(unquote(parts.path), query, body):
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return None
        assert parts.path == "/files" or parts.path.startswith("/files/top/")
        return unquote(parts.path).removeprefix("/files/"), query, body

    def _is_signed(self, path: str, query: dict[str, str], body: bytes) -> bool:
        proof = self.headers["Authorization"]
        names = proof.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        given = {
            name: self.headers[name] for name in names if name not in ("host", "x-amz-date", "x-amz-content-sha256")
        }
        moment = datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        expected = signed_headers(
            method=self.command,
            host=self.headers["Host"],
            path=path,
            query=query,
            headers=given,
            body=body,
            access_key=ACCESS,
            secret_key=SECRET,
            region="eu-central-1",
            now=moment,
        )
        return expected["Authorization"] == proof

    def do_GET(self) -> None:
        if (asked := self._begin()) is None:
            return
        key, query, _ = asked
        if query.get("list-type") == "2":
            self._answer(200, self._list(query).encode())
            return
        found = self.server.objects.get(key)
        if found is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._answer(200, found[0], {"ETag": found[1], "x-amz-meta-opsflows": found[2]})

    def do_PUT(self) -> None:
        if (asked := self._begin()) is None:
            return
        key, _, body = asked
        with self.server.guard:
            found = self.server.objects.get(key)
            wanted, never = self.headers.get("If-Match"), self.headers.get("If-None-Match")
            if (never == "*" and found) or (wanted and (not found or found[1] != wanted)):
                self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
                return
            mark = self.headers.get("x-amz-meta-opsflows", "")
            state = f'"{hashlib.md5(body + mark.encode()).hexdigest()}"'
            self.server.objects[key] = (body, state, mark)
        self._answer(200, b"", {"ETag": state})

    def do_DELETE(self) -> None:
        if (asked := self._begin()) is not None:
            self.server.objects.pop(asked[0], None)
            self._answer(204, b"")

    def _list(self, query: dict[str, str]) -> str:
        prefix, delimiter = query["prefix"], query.get("delimiter", "")
        keys = sorted(key for key in self.server.objects if key.startswith(prefix))
        shared = {
            prefix + key[len(prefix) :].partition(delimiter)[0] + delimiter
            for key in keys
            if delimiter and delimiter in key[len(prefix) :]
        }
        plain = [key for key in keys if not (delimiter and delimiter in key[len(prefix) :])]
        start = int(query.get("continuation-token") or 0)
        shown, more = plain[start : start + self.server.page], start + self.server.page < len(plain)
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2026-03-02T09:00:00.000Z</LastModified>"
            f"<Size>{len(self.server.objects[key][0])}</Size></Contents>"
            for key in shown
        )
        folders = "".join(
            f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in sorted(shared)
        )
        token = f"<NextContinuationToken>{start + self.server.page}</NextContinuationToken>" if more else ""
        space = "http://s3.amazonaws.com/doc/2006-03-01/"
        return f'<?xml version="1.0"?><ListBucketResult xmlns="{space}">{contents}{folders}{token}</ListBucketResult>'

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def bucket() -> Iterator[FakeBucket]:
    """A bucket that answers until the end of the block."""
    server = FakeBucket()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
