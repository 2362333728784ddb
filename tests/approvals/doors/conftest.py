"""An office whose people are written to: a mail server, a Slack, a Teams, and the sender between."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
import time_machine
from django.test import Client

from opsflows.approvals.models import ApprovalChannels
from opsflows.approvals.tell import DELIVER
from opsflows.approvals.views import guard
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.run_jobs import run_one_job
from tests.admin.conftest import _served, live_server
from tests.approvals.office import NOW, Office
from tests.messages.conftest import mailbox

__all__ = ["_served", "live_server", "mailbox"]

TOKEN, SECRET = "xoxb-not-a-real-token", "not-a-real-signing-secret"


@pytest.fixture(autouse=True)
def _calm() -> None:
    """What one test asked often is not held against the next."""
    guard.BY_ADDRESS.forget()
    guard.BY_LINK.forget()


@pytest.fixture
def monday(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The clock of views stands where the office's does."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def office(db: None) -> Office:
    office = Office()
    for name in ("ann", "bob", "cleo"):
        office.person(name)
    office.person("ada", "admin")
    return office


def deliver(now: datetime = NOW) -> None:
    """What the sender does at this moment."""
    enqueue_job(kind=DELIVER, key=f"{DELIVER}.{uuid.uuid4()}", now=now)
    while run_one_job(holder="test", now=now):
        pass


@pytest.fixture
def visitor() -> Client:
    """Somebody who is not signed in, and has to bring back what the page's form gave them."""
    return Client(enforce_csrf_checks=True)


@dataclass
class FakeApi:
    """Slack's API and a Teams webhook on this machine: keeps what it is told, and answers what it is told to."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    #: By the path's last part: answers that come before the usual one, as (status, document).
    answers: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    #: Of the next call of a method, before it is answered.
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    url: str = ""

    def told(self, method: str) -> list[dict[str, Any]]:
        return [body for name, body in self.calls if name == method]

    def usual(self, method: str, body: dict[str, Any]) -> Any:
        match method:
            case "users.lookupByEmail":
                return {"ok": True, "user": {"id": "U" + body["email"].partition("@")[0].upper()}}
            case "chat.postMessage":
                return {"ok": True, "channel": "D" + body["channel"], "ts": f"1772.{len(self.calls):06}"}
        return {"ok": True}


@pytest.fixture
def api(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    api = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            is_json = self.headers["Content-Type"].startswith("application/json")
            body = json.loads(raw) if is_json else {key: one[0] for key, one in parse_qs(raw).items()}
            method = self.path.rpartition("/")[2]
            api.calls.append((method, body))
            api.headers.append(dict(self.headers.items()))
            api.before.pop(method, lambda: None)()
            queued = api.answers.get(method)
            status, document = queued.pop(0) if queued else (200, api.usual(method, body))
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api.url = f"http://127.0.0.1:{server.server_port}/"
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr("opsflows.approvals.deliver.slack_api.BASE_URL", api.url)
    yield api
    server.shutdown()
    server.server_close()


@pytest.fixture
def slack(office: Office, api: FakeApi) -> FakeApi:
    """The office is asked in Slack, too."""
    ApprovalChannels.objects.create(
        account=office.account, by_email=False, slack_bot_token=TOKEN, slack_signing_secret=SECRET
    )
    return api
