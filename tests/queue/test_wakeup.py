"""The doorbell and the ears."""

import uuid

import pytest
from django.db import connection, transaction

from opsflows.accounts.models import PlatformAccount
from opsflows.queue import bell
from opsflows.queue.ears import SQLiteEars, open_ears

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.postgres
@pytest.mark.real_bell
def test_a_ring_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    own = bell.Bell()
    monkeypatch.setattr(bell, "_bell", own)
    ears = open_ears()
    # The first is for whatever came before anybody listened.
    assert ears.wake.wait(10)
    ears.wake.clear()
    bell.ring()
    assert ears.wake.wait(10)
    ears.close()
    own.close()


def test_a_ring_waits_for_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[bool] = []
    monkeypatch.setattr(bell, "_ring_now", lambda: rung.append(True))
    monkeypatch.setattr(connection, "vendor", "postgresql")
    with transaction.atomic():
        bell.ring()
        assert not rung
    assert rung


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own way to wait")
def test_sqlite_hears_of_another_connections_commit() -> None:
    ears = SQLiteEars()
    ears._changed()
    assert not ears._changed()
    # Our own commits are not news.
    PlatformAccount.objects.create(slug=uuid.uuid4().hex, name="x")
    assert not ears._changed()
