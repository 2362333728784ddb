"""Events of our own with a key: one event for a key, also where several ask at once."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from opsflows.accounts.models import PlatformAccount
from opsflows.events.emit import emit
from opsflows.events.models import Event, EventKey

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CROWD = 6


def overdue(account: PlatformAccount, key: str = "k") -> uuid.UUID:
    return emit(account_id=account.pk, name="task.overdue", data={}, now=NOW, key=key)


@pytest.mark.django_db
def test_the_same_key_gives_the_first_event(account: PlatformAccount) -> None:
    assert overdue(account) == overdue(account)
    assert overdue(account, "other") != overdue(account)
    assert Event.objects.count() == EventKey.objects.count() == 2


@pytest.mark.django_db
def test_a_key_belongs_to_its_account(account: PlatformAccount) -> None:
    other = PlatformAccount.objects.create(slug="globex", name="Globex")
    assert overdue(account) != overdue(other)


@pytest.mark.django_db
def test_a_key_that_was_taken_back_is_free(account: PlatformAccount) -> None:
    with transaction.atomic():
        overdue(account)
        transaction.set_rollback(True)
    assert Event.objects.filter(pk=overdue(account)).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_at_once_send_one_and_spoil_no_transaction(account: PlatformAccount) -> None:
    start = threading.Barrier(CROWD)

    def send(number: int) -> uuid.UUID:
        try:
            with transaction.atomic():
                start.wait()
                first = overdue(account)
                # What else the transaction does is still possible.
                emit(account_id=account.pk, name="other.thing", data={"number": number}, now=NOW)
            return first
        finally:
            connection.close()

    with ThreadPoolExecutor(CROWD) as pool:
        answers = set(pool.map(send, range(CROWD)))
    assert len(answers) == 1
    assert Event.objects.filter(name="task.overdue").count() == 1
    assert Event.objects.filter(name="other.thing").count() == CROWD
