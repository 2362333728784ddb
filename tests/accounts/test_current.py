"""In which account a signed-in person works."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import choose_account, current_account, current_actor
from opsflows.accounts.models import Membership, PlatformAccount, User


def request_of(user: User, session: dict[str, Any] | None = None) -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = user
    request.session = {} if session is None else session  # type: ignore[assignment]  # a plain dict does for a session
    return request


def test_the_first_membership_is_the_default(account: PlatformAccount, other: PlatformAccount, editor: User) -> None:
    Membership.objects.create(account=other, user=editor, role="viewer")
    assert current_account(request_of(editor)) == account


def test_the_choice_is_kept_in_the_session(account: PlatformAccount, other: PlatformAccount, editor: User) -> None:
    Membership.objects.create(account=other, user=editor, role="viewer")
    session: dict[str, Any] = {}
    request = request_of(editor, session)
    assert current_actor(request).role == "editor"
    choose_account(request, account=other)
    assert current_account(request) == other
    later = current_actor(request_of(editor, session))
    assert (later.account_id, later.role, later.door) == (other.pk, "viewer", "admin")


def test_only_an_account_of_ones_own_can_be_chosen(other: PlatformAccount, editor: User) -> None:
    request = request_of(editor)
    with pytest.raises(Forbidden, match="not a member of globex"):
        choose_account(request, account=other)
    assert current_account(request).slug == "acme"


def test_a_choice_that_no_longer_stands_falls_back(
    account: PlatformAccount, other: PlatformAccount, editor: User
) -> None:
    assert current_account(request_of(editor, {"opsflows_account": str(other.pk)})) == account


def test_no_active_account_is_forbidden(editor: User) -> None:
    PlatformAccount.objects.update(is_active=False)
    with pytest.raises(Forbidden, match="any active account"):
        current_account(request_of(editor))


def test_a_request_asks_once(editor: User, django_assert_num_queries: Any) -> None:
    request = request_of(editor)
    with django_assert_num_queries(1):
        assert current_account(request) == current_account(request)
        current_actor(request)
