"""Two accounts, and people signed in to one of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from pytest_django.live_server_helper import LiveServer

from opsflows.accounts.models import User
from opsflows.queue import bell
from tests.admin.world import World, person

PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(autouse=True)
def _served(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN_STATIC}}
    # A doorbell's connection would outlive the test's database.
    monkeypatch.setattr(bell, "ring", lambda: None)
    monkeypatch.setattr("opsflows.runs.resolve_unclear.ring", lambda: None)


@pytest.fixture(scope="session")
def live_server(django_db_setup: None) -> Iterator[LiveServer]:
    """As pytest-django's, without TLS: its middleware is made once, before a test's own settings hold."""
    with override_settings(SECURE_SSL_REDIRECT=False):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def alpha(db: None) -> World:
    return World("alpha")


@pytest.fixture
def beta(db: None) -> World:
    return World("beta")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(alpha: World) -> Client:
    """An administrator of alpha."""
    return signed_in(alpha.admin)


@pytest.fixture
def viewer(alpha: World) -> Client:
    """Somebody who may only look at alpha."""
    return signed_in(person(alpha.account, "vera", "viewer"))


@pytest.fixture
def root(alpha: World) -> Client:
    """A superuser who is a member of alpha."""
    user = person(alpha.account, "root", "admin")
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    return signed_in(user)


@pytest.fixture
def opened(page: Any, live_server: LiveServer, alpha: World) -> Iterator[Any]:
    """Chromium, signed in as alpha's administrator. Errors, broken policies and strange hosts fail the test."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(live_server.url) else complaints.append(asked.url))
    session = signed_in(alpha.admin).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield page
    assert complaints == [], page.url


@pytest.fixture
def visit(opened: Any, live_server: LiveServer) -> Callable[[str], Any]:
    """Go to a page, and wait until its scripts have run."""

    def go(url: str) -> Any:
        opened.goto(live_server.url + url)
        opened.wait_for_function("window.Alpine !== undefined")
        return opened

    return go


def overhang(page: Any) -> int:
    """How many pixels of a page stand out at its side."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width
