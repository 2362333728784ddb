"""Every verb asks for a permission, and every role has those that it should: all verbs, found by walking the code."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Role
from tests.accounts.allowed import ANYBODY
from tests.accounts.allowed_verbs import PARTS_OF_VERBS, VERBS
from tests.accounts.filled import filled, plain_row
from tests.accounts.owners import SHARED, snapshot
from tests.accounts.verbs import Verb, all_verbs, arguments, row_for
from tests.admin.conftest import _served
from tests.admin.world import World, person

__all__ = ["_served"]
pytestmark = pytest.mark.django_db

#: How a verb says that there is no such row for this actor.
REFUSED = ("Forbidden", "DoesNotExist", "Http404", "ValidationError", "NotHeld")


class ChangedAnother(Exception):  # noqa: N818
    """A verb wrote to an account that is not the actor's."""


@pytest.fixture
def alpha(db: None) -> World:
    return filled("alpha")


def outcome(verb: Verb, actor: Actor, given: Mapping[str, Any], look: Callable[[], object] = bool) -> str:
    """The name of what the verb raised, or nothing; whatever it did is undone after a `look`."""
    try:
        with transaction.atomic():
            verb.function(actor=actor, **given)
            look()
            transaction.set_rollback(True)
    except Exception as error:
        return type(error).__name__
    return ""


def test_every_verb_has_an_entry() -> None:
    known = VERBS.keys() | PARTS_OF_VERBS.keys()
    assert sorted(all_verbs().keys() - known) == [], "say in tests/accounts/allowed_verbs.py who may"
    assert sorted(known - all_verbs().keys()) == [], "these are in tests/accounts/allowed_verbs.py and there no more"


@pytest.mark.parametrize("role", Role.values)
def test_a_role_may_call_what_its_entry_says(alpha: World, role: str) -> None:
    user = person(alpha.account, "pat", role)
    actor = Actor(account_id=alpha.account.pk, user_id=user.pk, role=role, door="page")
    assert callable_by(actor, alpha) == {name for name, roles in VERBS.items() if roles == ANYBODY or role in roles}


def test_somebody_without_a_role_may_nothing(alpha: World) -> None:
    actor = Actor(account_id=alpha.account.pk, user_id=None, role=None, door="page")
    assert callable_by(actor, alpha) == {name for name, roles in VERBS.items() if roles == ANYBODY}


def test_a_key_without_the_scope_may_nothing(alpha: World) -> None:
    user, scopes = person(alpha.account, "pat", "admin"), frozenset({"events:read"})
    actor = Actor(account_id=alpha.account.pk, user_id=user.pk, role="admin", door="api", scopes=scopes)
    assert callable_by(actor, alpha) == {name for name, roles in VERBS.items() if roles == ANYBODY}


def callable_by(actor: Actor, world: World) -> set[str]:
    """The verbs that do not say that it is forbidden."""
    return {name for name, verb in verbs() if outcome(verb, actor, arguments(verb, world.account)) != "Forbidden"}


def test_a_verb_leaves_another_account_alone(alpha: World) -> None:
    """An administrator hands each verb the rows and ids of another account: all of them, then each one alone."""
    beta = filled("beta")
    before = snapshot(beta.account)

    def look() -> None:
        if snapshot(beta.account) != before:
            raise ChangedAnother

    actor = Actor(account_id=alpha.account.pk, user_id=alpha.admin.pk, role="admin", door="page")
    let_through = []
    for name, verb in verbs():
        rows = verb.named_rows(optional=True)
        foreign = {each: row_for(each, model, beta.account) for each, model in rows.items()}
        own = arguments(verb, alpha.account)
        for given in [foreign, *({each: row} for each, row in foreign.items())]:
            said = outcome(verb, actor, own | given, look) if given else "Forbidden"
            is_harmless = (name, *given) in HARMLESS and said != ChangedAnother.__name__
            if said not in REFUSED and not is_harmless:
                let_through.append((name, *given, said))
    assert let_through == []


def test_what_everyone_shares_no_verb_changes(alpha: World) -> None:
    """A row without an account is not one that everybody may write."""
    actor = Actor(account_id=alpha.account.pk, user_id=alpha.admin.pk, role="admin", door="page")
    asked = 0
    for name, verb in verbs():
        for parameter, model in verb.named_rows().items():
            if model._meta.label in SHARED:
                shared = plain_row(model, alpha, account=None)
                given = arguments(verb, alpha.account) | {parameter: shared.pk if "_id" in parameter else shared}
                assert outcome(verb, actor, given) in REFUSED, name
                asked += 1
    assert asked


#: Rows of other accounts that a verb may be handed.
HARMLESS = {
    # A person belongs to no account: an administrator may make anybody a member of their own.
    ("accounts.grant_role", "user"),
}


def verbs() -> list[tuple[str, Verb]]:
    return [(name, verb) for name, verb in sorted(all_verbs().items()) if name not in PARTS_OF_VERBS]
