"""One database for all kinds, emptied once at the end: to empty it after each takes longer than all the crashes."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def _django_db_helper(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In place of pytest-django's own, which the mark `django_db` asks for in each test. Commits are real."""
    with django_db_blocker.unblock():
        yield
        call_command("flush", verbosity=0, interactive=False)
