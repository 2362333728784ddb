"""`manage.py audit verify` says the first entry that is not as it was written."""

import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from opsflows.accounts.actor import system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditChain, AuditEntry
from opsflows.audit.record import hash_of, record
from opsflows.audit.verify import verify_chain


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return filled("acme", 7)


def filled(slug: str, count: int) -> PlatformAccount:
    account = PlatformAccount.objects.create(slug=slug, name=slug)
    for number in range(count):
        record(actor=system_actor(account.pk), action="workflow.published", detail={"n": number}, now=timezone.now())
    return account


def verify(*args: str) -> str:
    out = StringIO()
    try:
        call_command("audit", "verify", *args, stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error} (exit {error.returncode})"
    return out.getvalue()


def entry(number: int, **values: Any) -> None:
    assert AuditEntry.objects.filter(account__slug="acme", number=number).update(**values) == 1


def test_what_is_whole_is_said_to_be_with_its_last_hash(account: PlatformAccount) -> None:
    filled("empty", 0)
    last = AuditChain.objects.get(account=account).entry_hash
    assert verify() == f"acme: 7 entries hold, the last is {last}\nempty: 0 entries hold\n"


def test_amounts_verify_however_they_were_spelt(account: PlatformAccount) -> None:
    amounts = [Decimal("1E+3"), Decimal("-0"), Decimal("1.50"), 7]
    record(actor=system_actor(account.pk), action="approval.decided", detail={"amounts": amounts}, now=timezone.now())
    assert (verify_chain(account.pk).number, verify_chain(account.pk).problem) == (8, "")


@pytest.mark.parametrize("batch", [1, 3, 7, 500])
def test_it_is_walked_in_batches(account: PlatformAccount, batch: int) -> None:
    assert verify_chain(account.pk, batch=batch).number == 7
    entry(4, detail={"n": 99})
    verdict = verify_chain(account.pk, batch=batch)
    assert (verdict.number, "Entry 4" in verdict.problem) == (3, True)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "workflow.deleted"},
        {"detail": {}},
        {"user_id": "0190a5f4-6f6e-7cc3-98c4-dc0c0c07398f"},
        {"api_key_id": "0190a5f4-6f6e-7cc3-98c4-dc0c0c07398f"},
        {"at": "2020-01-01T00:00:00Z"},
        {"door": "admin"},
        {"object_type": "x"},
        {"object_id": "x"},
        {"object_name": "x"},
        {"entry_hash": "0" * 64},
        {"previous_hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_column_that_is_changed_shows(account: PlatformAccount, change: dict[str, Any]) -> None:
    entry(3, **change)
    said = verify()
    assert re.search(r"acme: broken behind entry 2\. Entry 3 .*\n", said)
    assert said.endswith("Broken: acme. (exit 1)")


def test_an_entry_that_was_taken_away_shows(account: PlatformAccount) -> None:
    AuditEntry.objects.filter(number=3).delete()
    assert "Entry 3 is missing; the next one there is 4" in verify()


def test_a_rewritten_entry_breaks_the_next(account: PlatformAccount) -> None:
    entry(3, detail={"n": 99})
    changed = AuditEntry.objects.get(number=3)
    entry(3, entry_hash=hash_of(changed))
    assert "Entry 4" in verify()


def test_an_end_that_was_cut_off_shows(account: PlatformAccount) -> None:
    AuditEntry.objects.filter(number=7).delete()
    assert "The chain ends with entry 7" in verify()
    AuditChain.objects.all().delete()
    assert "the end of the chain is not" in verify()


def test_an_entry_behind_the_end_shows(account: PlatformAccount) -> None:
    forged = AuditEntry.objects.get(number=7)
    forged.pk, forged.number, forged.previous_hash = None, 8, forged.entry_hash
    forged.id = AuditEntry().id
    forged.entry_hash = hash_of(forged)
    forged.save(force_insert=True)
    assert "Entry 8 stands behind the end" in verify()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_entries_of_one_moment_are_chained_all_the_same() -> None:
    account = PlatformAccount.objects.create(slug="acme", name="Acme")

    def write(number: int) -> None:
        try:
            record(actor=system_actor(account.pk), action="run.cancelled", detail={"n": number}, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(80)))
    assert (verify_chain(account.pk).number, verify_chain(account.pk).problem) == (80, "")


def test_one_account_alone(account: PlatformAccount) -> None:
    filled("globex", 1)
    entry(1, detail={})
    assert verify("--account", "globex").startswith("globex: 1 entries hold")
    assert verify().endswith("Broken: acme. (exit 1)")
    assert "There is no account 'nobody'" in verify("--account", "nobody")
