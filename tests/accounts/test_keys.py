"""API keys: what is stored of them, whom they stand for, and when they stop."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from opsflows.accounts.actor import Actor, Forbidden, system_actor
from opsflows.accounts.actor_for_user import actor_for_user
from opsflows.accounts.authenticate import authenticate_key
from opsflows.accounts.issue_key import IssuedKey, issue_key
from opsflows.accounts.key_text import hash_key
from opsflows.accounts.models import ApiKey, Membership, PlatformAccount, User
from opsflows.accounts.revoke_key import revoke_key
from opsflows.accounts.roles import Permission
from tests.accounts.conftest import NOW, person

MINUTE = datetime.timedelta(minutes=1)


def issue(account: PlatformAccount, user: User, **wanted: Any) -> IssuedKey:
    return issue_key(actor=system_actor(account.pk), account=account, user=user, name="k", now=NOW, **wanted)


def test_a_key_is_ops_and_32_random_bytes(issued: IssuedKey) -> None:
    assert issued.text.startswith("ops_")
    assert len(issued.text) == 4 + 43


def test_the_database_holds_the_hash_and_never_the_key(issued: IssuedKey, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("dumpdata")
    dump = capsys.readouterr().out
    assert issued.row.prefix in dump
    assert issued.text not in dump
    assert issued.text[len(issued.row.prefix) :] not in dump


def test_a_key_does_not_appear_when_it_is_printed_by_mistake(issued: IssuedKey) -> None:
    assert issued.text not in repr(issued)


def test_a_key_acts_as_its_person(issued: IssuedKey, editor: User) -> None:
    actor = authenticate_key(issued.text, now=NOW)
    assert actor is not None
    assert (actor.user_id, actor.account_id, actor.role, actor.door) == (
        editor.pk,
        issued.row.account_id,
        "editor",
        "api",
    )
    assert actor.may(Permission.WORKFLOWS_WRITE)
    assert not actor.may(Permission.ACCESS_MANAGE)


def test_a_wrong_key_is_nobody(issued: IssuedKey) -> None:
    assert authenticate_key(issued.text + "x", now=NOW) is None
    assert authenticate_key(issued.row.key_hash, now=NOW) is None
    assert authenticate_key("", now=NOW) is None


def test_a_key_expires_at_its_moment(account: PlatformAccount, editor: User) -> None:
    text = issue(account, editor, expires_at=NOW + MINUTE).text
    assert authenticate_key(text, now=NOW + MINUTE - datetime.timedelta(microseconds=1))
    assert authenticate_key(text, now=NOW + MINUTE) is None


def test_a_revoked_key_is_nobody_and_keeps_its_first_time(issued: IssuedKey) -> None:
    actor = system_actor(issued.row.account_id)
    revoke_key(actor=actor, key=issued.row, now=NOW)
    assert authenticate_key(issued.text, now=NOW) is None
    assert revoke_key(actor=actor, key=issued.row, now=NOW + MINUTE).revoked_at == NOW


@pytest.mark.parametrize(
    "ending",
    [
        lambda: User.objects.update(is_active=False),
        lambda: PlatformAccount.objects.update(is_active=False),
        lambda: Membership.objects.all().delete(),
    ],
    ids=["inactive user", "inactive account", "no member any more"],
)
def test_a_key_ends_with_what_it_stands_on(issued: IssuedKey, ending: Any) -> None:
    ending()
    assert authenticate_key(issued.text, now=NOW) is None


def test_the_role_is_the_one_in_the_keys_account(issued: IssuedKey, editor: User, other: PlatformAccount) -> None:
    Membership.objects.create(account=other, user=editor, role="admin")
    actor = authenticate_key(issued.text, now=NOW)
    assert actor is not None
    assert actor.role == "editor"
    with pytest.raises(Forbidden, match="another account"):
        actor.require(Permission.EVENTS_READ, account_id=other.pk)


def test_scopes_narrow_the_role_and_never_widen_it(account: PlatformAccount, editor: User) -> None:
    actor = authenticate_key(issue(account, editor, scopes=["events:send", "access:manage"]).text, now=NOW)
    assert actor is not None
    assert [each for each in Permission if actor.may(each)] == [Permission.EVENTS_SEND]


@pytest.mark.parametrize("stored", ["", "events:send", {}, [None], [["events:send"]]])
def test_broken_scopes_allow_nothing(issued: IssuedKey, stored: object) -> None:
    ApiKey.objects.update(scopes=stored)
    actor = authenticate_key(issued.text, now=NOW)
    assert actor is not None
    assert not any(actor.may(each) for each in Permission)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"scopes": ["events:sned"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"expires_at": NOW}, "expires_at"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 256}, "name"),
    ],
)
def test_a_wrong_wish_names_its_field(account: PlatformAccount, editor: User, wanted: Any, field: str) -> None:
    arguments = {"name": "k", **wanted}
    with pytest.raises(ValidationError) as refused:
        issue_key(actor=system_actor(account.pk), account=account, user=editor, now=NOW, **arguments)
    assert list(refused.value.message_dict) == [field]
    assert not ApiKey.objects.exists()


def test_keys_are_issued_only_for_members(other: PlatformAccount, editor: User) -> None:
    with pytest.raises(ValidationError, match="not an active member of globex"):
        issue(other, editor)


def test_an_editor_issues_no_keys_and_revokes_only_their_own(issued: IssuedKey, editor: User) -> None:
    account = issued.row.account
    actor = actor_for_user(user=editor, account=account, door="admin")
    with pytest.raises(Forbidden, match="access:manage"):
        issue_key(actor=actor, account=account, user=editor, name="k", now=NOW)
    theirs = issue(account, person(account, "vic", "viewer")).row
    with pytest.raises(Forbidden, match="access:manage"):
        revoke_key(actor=actor, key=theirs, now=NOW)
    assert revoke_key(actor=actor, key=issued.row, now=NOW).revoked_at == NOW


def test_an_administrator_has_no_say_in_another_account(issued: IssuedKey, other: PlatformAccount) -> None:
    admin = actor_for_user(user=person(other, "ada", "admin"), account=other, door="admin")
    with pytest.raises(Forbidden, match="another account"):
        revoke_key(actor=admin, key=issued.row, now=NOW)
    with pytest.raises(Forbidden, match="another account"):
        issue_key(actor=admin, account=issued.row.account, user=issued.row.user, name="k", now=NOW)


def test_a_narrowed_key_hands_out_no_more_than_it_has(account: PlatformAccount) -> None:
    admin = person(account, "ada", "admin")
    narrow = authenticate_key(issue(account, admin, scopes=["access:manage", "events:send"]).text, now=NOW)
    assert isinstance(narrow, Actor)
    for scopes in (None, ["runs:operate"]):
        with pytest.raises(Forbidden, match="narrowed"):
            issue_key(actor=narrow, account=account, user=admin, name="k", scopes=scopes, now=NOW)
    assert issue_key(actor=narrow, account=account, user=admin, name="k", scopes=["events:send"], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_the_last_use_is_noted_at_most_once_a_minute(issued: IssuedKey, django_assert_num_queries: Any) -> None:
    for at, queries, noted in [
        (NOW, 2, NOW),
        (NOW + MINUTE / 2, 1, NOW),
        (NOW + MINUTE, 2, NOW + MINUTE),
    ]:
        with django_assert_num_queries(queries):
            authenticate_key(issued.text, now=at)
        assert ApiKey.objects.get().last_used_at == noted


@given(st.text(st.characters()))
def test_any_text_can_be_hashed(text: str) -> None:
    assert len(hash_key(text)) == 64
