"""The audit trail is a chain, and history says who came through which door."""

import uuid
from datetime import UTC, datetime

import pytest

from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.audit.record import hash_of, record
from opsflows.audit.who import Who, acting

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="acme", name="Acme")


def test_entries_are_chained(account: PlatformAccount) -> None:
    actor = Actor(account_id=account.pk, user_id=uuid.uuid4(), role="admin", door="admin")
    record(actor=actor, action="workflow.published", row=account, detail={"version": 3}, now=NOW)
    record(actor=system_actor(account.pk), action="run.cancelled", now=NOW)
    first, second = AuditEntry.objects.order_by("number")
    assert (first.number, first.object_type, first.object_name) == (1, "accounts.platformaccount", "Acme")
    assert (second.number, second.previous_hash) == (2, first.entry_hash)
    assert [hash_of(first), hash_of(second)] == [first.entry_hash, second.entry_hash]


def test_a_changed_entry_shows(account: PlatformAccount) -> None:
    entry = record(actor=system_actor(account.pk), action="key.created", detail={"name": "n"}, now=NOW)
    AuditEntry.objects.filter(pk=entry.pk).update(action="key.revoked")
    entry.refresh_from_db()
    assert hash_of(entry) != entry.entry_hash


def test_history_knows_who_and_which_door(account: PlatformAccount) -> None:
    person = uuid.uuid4()
    with acting(Who(user_id=person, door="admin")):
        account.name = "Acme Ltd"
        account.save()
    account.name = "Acme GmbH"
    account.save()
    assert list(account.history.order_by("history_id").values_list("name", "history_user_id", "history_door")) == [
        ("Acme", None, "system"),
        ("Acme Ltd", person, "admin"),
        ("Acme GmbH", None, "system"),
    ]
