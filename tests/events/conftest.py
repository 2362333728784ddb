"""An account with a Stripe source, and senders that sign as Stripe does."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from connectors.registry import preset
from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.create_source import create_source
from opsflows.events.models import Source
from opsflows.queue import bell
from tests.events.callers import Caller, key_for

SECRET = "whsec_first"
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _plain_http(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for each ring; nothing is sent, for a doorbell's connection would outlive the test's database."""
    rings: list[bool] = []
    monkeypatch.setattr(bell, "ring", lambda: rings.append(True))
    return rings


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="acme", name="Acme")


@pytest.fixture
def actor(account: PlatformAccount) -> Actor:
    return system_actor(account.pk)


@pytest.fixture
def source(account: PlatformAccount, actor: Actor) -> Source:
    return create_source(
        actor=actor, account=account, name="Stripe", connector="stripe", secret=SECRET, now=timezone.now()
    )


@pytest.fixture
def api(account: PlatformAccount) -> Caller:
    return Caller(key_for(account))


@pytest.fixture
def stranger(db: None) -> Caller:
    return Caller(key_for(PlatformAccount.objects.create(slug="globex", name="Globex")))


def stripe_body(key: str | None = None, **changes: Any) -> bytes:
    """A Stripe event of its own, unless `key` repeats one."""
    document = {"id": key or f"evt_{next(_numbers)}", "type": "invoice.paid", "created": 1_700_000_000, "data": {}}
    return json.dumps(document | changes).encode()


Post = Callable[..., HttpResponse]


@pytest.fixture
def post(client: Client) -> Post:
    """Send `body` to a source, signed with `secret` at `at`, with `extra` for the request's environment."""

    def send(
        source: Source, body: bytes, *, secret: str = SECRET, at: Any = None, signed: bytes | None = None, **extra: Any
    ) -> HttpResponse:
        headers = preset(source.connector).sign(
            body if signed is None else signed, secret=secret, options=source.options, now=at or timezone.now()
        )
        content_type = extra.pop("content_type", headers.pop("Content-Type"))
        return client.post(source.path, body, content_type=content_type, headers=headers, **extra)

    return send
