"""The commands for scripts: the answer on the last line, safe to repeat, and a sentence when refused."""

import datetime
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from opsflows.accounts.authenticate import authenticate_key
from opsflows.accounts.management.refusals import as_command_errors
from opsflows.accounts.models import ApiKey, Membership, PlatformAccount, User
from opsflows.accounts.roles import Role

PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"


def run(*words: str) -> list[str]:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue().splitlines()


def user_create(person: str = "ed:secret:ed@example.com", account: str = "acme", role: str = "editor") -> list[str]:
    return run("user", "create", person, "--account", account, "--role", role)


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Path:
    """Folders of the test's own for static files and fixtures."""
    settings.STATIC_ROOT = tmp_path / "static"
    # Hashing and compressing every file is whitenoise's business, and takes it seconds.
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN_STATIC}}
    settings.FIXTURE_DIRS = [tmp_path / "fixtures"]
    (tmp_path / "fixtures").mkdir()
    return tmp_path


def setup(admin: str = "root:pa:ss:root@example.com", account: str = "acme-corp") -> list[str]:
    return run("setup", "--account", account, "--admin", admin)


def test_setup_makes_everything_and_repeats_without_changing_anything(db: None, place: Path) -> None:
    fields = {"slug": "from-fixture", "name": "X", "created_at": "2030-01-01T00:00:00Z"}
    row = {"model": "accounts.platformaccount", "pk": str(uuid.uuid4()), "fields": fields}
    (place / "fixtures" / "10_first.json").write_text(json.dumps([row]))
    first = setup()
    account = PlatformAccount.objects.get(slug="acme-corp")
    assert first[-1] == str(account.pk)
    assert account.name == "Acme Corp"
    assert PlatformAccount.objects.filter(slug="from-fixture").exists()
    assert (place / "static").is_dir()
    admin = User.objects.get(username="root")
    assert admin.is_superuser
    assert admin.is_staff
    assert admin.check_password("pa:ss")
    assert Membership.objects.get(user=admin).role == Role.ADMIN

    account.name = "Renamed"
    account.save()
    again = setup("root:another:new@example.com")
    assert again[-1] == first[-1]
    assert any("left as they are" in line for line in again)
    admin.refresh_from_db()
    assert admin.check_password("pa:ss")
    assert admin.email == "root@example.com"
    assert PlatformAccount.objects.get(slug="acme-corp").name == "Renamed"
    assert User.objects.count() == 1


def test_setup_leaves_a_demoted_administrator_demoted(db: None, place: Path) -> None:
    setup()
    Membership.objects.update(role=Role.VIEWER)
    assert any("stays viewer" in line for line in setup())
    assert Membership.objects.get().role == Role.VIEWER


def test_setup_refuses_a_bad_slug_before_doing_anything(db: None, place: Path) -> None:
    with pytest.raises(CommandError, match="slug: "):
        setup(account="acme corp!")
    assert not (place / "static").exists()


def test_user_create_prints_the_same_id_twice(account: PlatformAccount) -> None:
    first = user_create()
    user = User.objects.get()
    assert first[-1] == user_create("ed:other:ed@example.com")[-1] == str(user.pk)
    assert user.check_password("secret")
    assert user.is_staff
    assert not user.is_superuser
    assert Membership.objects.get().role == Role.EDITOR


def test_user_create_adds_an_existing_person_to_a_second_account(
    account: PlatformAccount, other: PlatformAccount
) -> None:
    assert user_create()[-1] == user_create(account="globex", role="viewer")[-1]
    assert list(Membership.objects.order_by("account__slug").values_list("role", flat=True)) == ["editor", "viewer"]


def test_user_create_does_not_change_a_role(account: PlatformAccount) -> None:
    user_create()
    with pytest.raises(CommandError, match="ed is editor in acme, not admin"):
        user_create(role="admin")
    assert Membership.objects.get().role == Role.EDITOR


@pytest.mark.parametrize(
    ("person", "account_slug", "role", "says"),
    [
        ("ed:s:ed@example.com", "acmee", "editor", "Known: acme"),
        ("ed:s:ed@example.com", "acme", "boss", "editor"),
        ("ed:ed@example.com", "acme", "editor", "NAME:PASSWORD:EMAIL"),
        (":s:ed@example.com", "acme", "editor", "NAME:PASSWORD:EMAIL"),
        ("ed::ed@example.com", "acme", "editor", "NAME:PASSWORD:EMAIL"),
        ("ed:s:", "acme", "editor", "NAME:PASSWORD:EMAIL"),
        ("e d:s:ed@example.com", "acme", "editor", "username: "),
        ("ed:s:nowhere", "acme", "editor", "email: "),
    ],
)
def test_user_create_says_what_would_be_right(
    account: PlatformAccount, person: str, account_slug: str, role: str, says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        user_create(person, account_slug, role)
    assert not User.objects.exists()


def test_a_refusal_does_not_repeat_the_password(account: PlatformAccount) -> None:
    with pytest.raises(CommandError) as refused:
        user_create("ed:hunter2")
    assert "hunter2" not in str(refused.value)


def test_apikey_create_makes_another_working_key_each_time(account: PlatformAccount, editor: User) -> None:
    words = ("apikey", "create", "shop", "--account", "acme", "--user", "ed")
    first, second = run(*words)[-1], run(*words)[-1]
    assert first != second
    for text in (first, second):
        actor = authenticate_key(text, now=timezone.now())
        assert actor is not None
        assert actor.user_id == editor.pk


def test_apikey_create_takes_scopes_expiry_and_deduplication(account: PlatformAccount, editor: User) -> None:
    account.timezone = "America/New_York"
    account.save()
    run(
        "apikey", "create", "shop", "--account", "acme", "--user", "ed", "--scopes", "events:send, events:read",
        "--expires", "2999-12-31", "--deduplicate-by-content",
    )  # fmt: skip
    key = ApiKey.objects.get()
    assert key.scopes == ["events:read", "events:send"]
    assert key.deduplicate_by_content
    assert key.expires_at == datetime.datetime(3000, 1, 1, 5, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--user", "edd"), "'edd' is not a member of acme. Known: ed."),
        (("--user", "ed", "--scopes", "events:sned"), "Known scopes: events:send"),
        (("--user", "ed", "--scopes", ","), "Name at least one"),
        (("--user", "ed", "--expires", "soon"), "use 2030-12-31"),
        (("--user", "ed", "--expires", "9999-12-31"), "use 2030-12-31"),
        (("--user", "ed", "--expires", "2020-01-01"), "is past"),
    ],
)
def test_apikey_create_says_what_would_be_right(editor: User, words: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run("apikey", "create", "shop", "--account", "acme", *words)
    assert not ApiKey.objects.exists()


def test_a_database_without_tables_is_told_apart_from_a_fault() -> None:
    with pytest.raises(CommandError, match=r"run manage\.py setup first"), as_command_errors():
        raise OperationalError("no such table: platform_accounts")


@pytest.mark.django_db
def test_prepare_may_be_repeated(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    assert run("prepare")[-1] == "Ready for this version."
    assert run("prepare")[-1] == "Ready for this version."
