"""The office again, with people who sit before their browsers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from pytest_django.live_server_helper import LiveServer

from opsflows.accounts.models import User
from tests.approvals.office import Office

PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(autouse=True)
def _served(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN_STATIC}}


@pytest.fixture(scope="session")
def live_server(django_db_setup: None) -> Iterator[LiveServer]:
    """As pytest-django's, without TLS: its middleware is made once, before a test's own settings hold."""
    with override_settings(SECURE_SSL_REDIRECT=False):
        server = LiveServer("localhost")
    yield server
    server.stop()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def at_desk(office: Office) -> Callable[[str], Client]:
    """Somebody of the office, by first name, signed in."""
    return lambda name: signed_in(office.people[name])
