"""`manage.py source create`."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Source, SourceSecret
from tests.events.conftest import SECRET, Post, stripe_body

pytestmark = pytest.mark.django_db


def create(*words: str, name: str = "Billing", connector: str = "stripe", **options: Any) -> str:
    out = StringIO()
    given = ["create", name, "--account", "acme", "--connector", connector, "--secret", SECRET, *words]
    call_command("source", *given, stdout=out)
    return out.getvalue()


def test_the_path_alone_is_on_the_last_line(account: PlatformAccount, post: Post) -> None:
    *_, path, end = create().split("\n")
    source = Source.objects.get(account=account, name="Billing")
    assert (path, end) == (f"/hooks/{source.token}", "")
    assert SourceSecret.objects.get().value == SECRET
    assert post(source, stripe_body()).status_code == 202


def test_options_of_the_preset_are_read_by_their_type(account: PlatformAccount) -> None:
    create("--option", "header=X-Sig", "--option", "tolerance=60", connector="hmac", name="Shop")
    assert Source.objects.get().options == {"header": "X-Sig", "tolerance": 60}


def test_the_secret_is_not_in_the_row_in_the_clear(account: PlatformAccount) -> None:
    create()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM source_secrets")
        [(stored,)] = cursor.fetchall()
    assert SECRET not in stored


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"connector": "strype"}, "Known are: .*stripe"),
        ({"name": " "}, "name"),
    ],
)
def test_what_is_wrong_is_said(account: PlatformAccount, words: dict[str, str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        create(**words)
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--option", "colour=red"], "no such option"),
        (["--option", "colour"], "KEY=VALUE"),
        (["--option", "tolerance=soon"], "whole number"),
        (["--allow", "everywhere"], "no address or network"),
    ],
)
def test_wrong_settings_are_said(account: PlatformAccount, words: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        create(*words, connector="hmac")
    assert not Source.objects.exists()


def test_a_name_that_is_taken_names_its_path(account: PlatformAccount) -> None:
    path = create().strip()
    with pytest.raises(CommandError, match=f"exists already in acme, at {path}"):
        create()


def test_an_unknown_account_lists_those_there_are(account: PlatformAccount) -> None:
    with pytest.raises(CommandError, match="Known: acme"):
        call_command("source", "create", "x", "--account", "nowhere", "--connector", "stripe", "--secret", SECRET)
