"""What every test folder shares: which tests can run on this machine, and how hypothesis and Chromium are set up."""

import os
import shutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

# The machine's speed is no property of the code, and a failure in CI is found again with the same examples.
hypothesis_settings.register_profile("opsflows", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis_settings.load_profile("opsflows")

CHROMIUM = shutil.which("chromium")
#: What a machine that is too busy does to tests that wait for other processes, and nothing else: a result that is wrong
#: fails at once. Such a test gets one more chance, and the report says so.
TOO_LATE = ["TimeoutError", "TimeoutExpired", r"with timeout \d+ms"]


def pytest_sessionstart(session: pytest.Session) -> None:
    """The admin's modules are found by the URL map, and some tests walk them while they are collected."""
    from django.conf import settings

    import_module("opsflows.urls")
    # A good hash is slow on purpose, and nearly every test has people in it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Else each client that a test makes looks through all static files, once a test has collected them.
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip, with what to do about it, what this machine or database cannot run; one more chance for late ones."""
    from django.conf import settings

    reasons = {}
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        reasons["postgres"] = "needs PostgreSQL: set DATABASE_URL=postgres://…"
    if CHROMIUM is None:
        reasons["browser"] = "needs Chromium: install Debian's package chromium"
    for item in items:
        if item.get_closest_marker("processes") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=TOO_LATE))
        for marker, reason in reasons.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
    # Long ones at the end would keep one of xdist's workers busy, and the others idle.
    items.sort(key=lambda item: item.get_closest_marker("processes") is None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Tables are made from the models; see tests/schema.py."""
    from django.db import connection

    connection.settings_dict["TEST"]["MIGRATE"] = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """With every migration noted, and a quick way back to an empty database after tests that commit."""
    from tests.flush import quick_flush
    from tests.schema import note_migrations

    with django_db_blocker.unblock():
        note_migrations()
        flush = quick_flush()
    with flush:
        yield


@pytest.fixture(autouse=True)
def quiet_bell(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens in a test, and the bell's own connection would outlive the test's database."""
    if not request.node.get_closest_marker("real_bell"):
        monkeypatch.setattr("opsflows.queue.bell._ring_now", lambda: None)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Playwright drives the machine's own Chromium; nothing is downloaded."""
    from playwright.sync_api import expect

    # What is expected comes at once on an idle machine; a busy one gets its time.
    expect.set_options(timeout=15_000)
    # Playwright's synchronous door runs an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
