"""Mail scanners open every link of every mail, twice and more; nothing comes of it. And no log holds a link."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client

from opsflows.approvals.models import ApprovalDecision, ApprovalToken
from opsflows.approvals.sweep import sweep
from opsflows.approvals.views import guard
from opsflows.audit.models import AuditEntry
from opsflows.log_lines import RedactingFormatter, redact
from opsflows.queue.models import Job
from tests.approvals.doors.conftest import deliver
from tests.approvals.doors.letters import links, token_of
from tests.approvals.office import Office, later
from tests.messages.conftest import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

FINANCE = {
    "name": "Finance",
    "approvers": ["bob", "someone@outside.example"],
    "timeout": "3 days",
    "remindEvery": "1 day",
}


def everything() -> dict[str, str]:
    """All rows of the room, and what is written down or asked for beside them."""
    models = [*apps.get_app_config("approvals").get_models(), AuditEntry, Job]
    return {model.__name__: serializers.serialize("json", model._base_manager.order_by("pk")) for model in models}


@pytest.fixture
def mails(office: Office, mailbox: Mailbox) -> Mailbox:
    """A question, a reminder, a login, an outcome, and questions that are over in every way."""
    request = office.ask(FINANCE, amount=10)
    office.ask(FINANCE, title="Too much", loginAbove="1", amount=50)
    done = office.ask({"approvers": ["bob", "cleo"]}, title="Done")
    deliver()
    office.decide(done, "cleo")
    sweep(now=later(days=1))
    deliver(later(days=1))
    assert request.state == "waiting"
    return mailbox


def test_scanners_change_nothing(office: Office, mails: Mailbox) -> None:
    found = [url for message in mails.messages for url in links(message)]
    assert len([url for url in found if url.startswith("/decide/")]) >= 12
    signed_in = Client()
    signed_in.force_login(office.people["bob"])
    # What signing in itself writes is no subject here.
    before = everything()
    for _ in range(2):
        for client in (Client(), signed_in):
            for url in found:
                guard.BY_ADDRESS.forget()
                for ask in (client.get, client.head):
                    assert ask(url, headers={"user-agent": "SafeLinks"}).status_code in (200, 302), url
                if url.startswith("/decide/"):
                    assert client.options(url).status_code == 405
    assert everything() == before
    assert not ApprovalToken.objects.exclude(used_at=None).filter(task__state="open").exists()


def test_a_prefetched_form_decides_nothing_by_itself(office: Office, mails: Mailbox) -> None:
    """A scanner that posts what it finds brings no cookie along."""
    url = next(url for message in mails.messages for url in links(message) if url.endswith("?choice=approve"))
    before = ApprovalDecision.objects.count()
    scanner = Client(enforce_csrf_checks=True)
    page = scanner.get(url).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert Client(enforce_csrf_checks=True).post(url, {**fields, "verdict": "approve"}).status_code == 403
    assert ApprovalDecision.objects.count() == before


class Kept(logging.Handler):
    """Every record of every logger, with all that it holds."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("django.db") or record.name == "mail.log":
            # SQL, which holds hashes; and what the test's own mail server hears.
            return
        formatter = logging.Formatter("%(name)s %(message)s %(pathname)s")
        self.texts.append(f"{formatter.format(record)} {record.args}")


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler, root = Kept(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    loggers = [logging.getLogger(name) for name in ("django.request", "django.security", "django.server")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)
    for logger, before in zip(loggers, levels, strict=True):
        logger.setLevel(before)


def test_no_link_is_found_in_a_log_or_a_table(
    office: Office, mailbox: Mailbox, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.ask(FINANCE, amount=10)
    deliver()
    token = next(token_of(message) for message in mailbox.messages if message["To"] == "bob@acme.example")
    url = f"/decide/{token}/"
    visitor = Client(enforce_csrf_checks=True, raise_request_exception=False)
    page = visitor.get(url).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    statuses = [
        visitor.get(f"{url}x/y").status_code,
        visitor.get(f"{url}files/nonsense").status_code,
        visitor.post(url, {"verdict": "approve"}).status_code,
        visitor.post(url, fields).status_code,
        visitor.put(url).status_code,
        visitor.options(url).status_code,
    ]
    with monkeypatch.context() as patch:
        patch.setattr("opsflows.approvals.views.mailed_link.decide", _broken)
        statuses.append(visitor.post(url, {**fields, "verdict": "approve"}).status_code)
    statuses.append(visitor.post(url, {**fields, "verdict": "approve"}).status_code)
    statuses.append(visitor.post(url, {**fields, "verdict": "approve"}).status_code)
    assert statuses == [404, 404, 403, 400, 405, 405, 500, 303, 409]
    assert kept.texts
    assert not [line for line in kept.texts if token in line]
    assert token not in "".join(everything().values())


def test_lines_of_servers_are_redacted() -> None:
    line = '127.0.0.1 "GET /decide/AbC_-123/files/9 HTTP/1.1" 500 "http://x/hooks/s3cret?a=1"'
    assert redact(line) == '127.0.0.1 "GET /decide/…/files/9 HTTP/1.1" 500 "http://x/hooks/…?a=1"'
    inner = RedactingFormatter(inner=logging.Formatter("%(levelname)s %(message)s"))
    record = logging.LogRecord("x", logging.ERROR, "", 1, "Error handling request %s", ("/decide/AbC",), None)
    assert inner.format(record) == "ERROR Error handling request /decide/…"


def test_the_server_s_own_logs_are_redacted(tmp_path: Any) -> None:
    from gunicorn.config import Config

    from opsflows.server_logs import RedactingLogger

    config = Config()
    for name, log in (("errorlog", "error"), ("accesslog", "access")):
        config.set(name, str(tmp_path / log))
    logger = RedactingLogger(config)
    logger.error("Error handling request %s", "/decide/AbC_123/")
    logger.access_log.info('"GET /decide/AbC_123/?choice=approve" 200')
    for name in ("error", "access"):
        written = (tmp_path / name).read_text()
        assert "/decide/…" in written
        assert "AbC_123" not in written
    for log in (logger.error_log, logger.access_log):
        log.handlers.clear()


def _broken(**rest: Any) -> None:
    raise ZeroDivisionError
