"""Nobody sees or touches what belongs to another account: every model, list, page, act, filter, form and endpoint.

All are found by walking them, so that a new room is covered without a line here.

What the tests hold is kept by verbs and pages, each of which looks at the account. The database itself would take a row
whose parent belongs to another account; that no verb and no step writes one is the last test here.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.db import transaction
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount, User
from opsflows.accounts.role_admin import RoleAdmin
from tests.accounts.endpoints import Endpoint, all_endpoints
from tests.accounts.filled import fill, filled
from tests.accounts.owners import HOUSE_WIDE, SHARED, own_models, owned_models, rows_of, snapshot, way_to_account
from tests.admin.addresses import LABELS, MODELS, adding, listing
from tests.admin.conftest import _served, signed_in
from tests.admin.world import World

__all__ = ["_served"]
pytestmark = pytest.mark.django_db

ADMINS: Any = django_admin.site._registry
FOREIGN = "beta"


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[World, World]]:
    """Made once, for they take a second: what a test does to them is undone after it, as everything is."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield filled("alpha"), filled(FOREIGN)
        transaction.set_rollback(True)


@pytest.fixture
def alpha(worlds: tuple[World, World], db: None) -> World:
    return deepcopy(worlds[0])


@pytest.fixture
def beta(worlds: tuple[World, World], db: None) -> World:
    return deepcopy(worlds[1])


@pytest.fixture
def alice(alpha: World, beta: World) -> Client:
    """An administrator of alpha, while beta is as full."""
    return signed_in(alpha.admin)


@pytest.fixture
def program(alpha: World, beta: World) -> Client:
    issued = issue_key(actor=alpha.actor, account=alpha.account, user=alpha.admin, name="k", now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {issued.text}"})


# --- models -----------------------------------------------------------------------------------------------------------


def test_every_row_leads_to_its_account() -> None:
    lost = {model._meta.label for model in own_models() if way_to_account(model) is None}
    assert lost - HOUSE_WIDE.keys() == set(), "give it an account, or say in tests/accounts/owners.py why it has none"
    assert HOUSE_WIDE.keys() - lost == set()


def test_an_account_is_empty_only_where_that_means_something() -> None:
    nullable = {
        model._meta.label
        for model in own_models()
        for field in model._meta.concrete_fields
        if field.name == "account" and field.null
    }
    assert nullable == SHARED.keys(), "give it NOT NULL, or say in tests/accounts/owners.py what an empty one means"


def test_the_admin_goes_the_same_way() -> None:
    for model, page in ADMINS.items():
        assert isinstance(page, RoleAdmin), model
        if page.account_path is None:
            assert model._meta.label in HOUSE_WIDE.keys() | SHARED.keys(), f"{model}: whose rows are these?"
        elif model is not User:
            assert page.account_path == way_to_account(model), model


def test_both_accounts_have_something_of_everything(alpha: World) -> None:
    """Otherwise the tests below would pass for nothing."""
    assert fill(alpha) == {}, "let World.add (tests/admin/world.py) make one"


# --- the admin --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_a_list_shows_its_own_account_alone(alice: Client, beta: World, model: type[Model]) -> None:
    page = ADMINS[model]
    answer = alice.get(listing(model))
    assert FOREIGN not in answer.content.decode()
    # Whatever the other account's people could choose, search for, or guess.
    bob = signed_in(beta.admin)
    theirs = bob.get(listing(model)).context["cl"]
    offered = [(spec.parameter_name, value) for spec in theirs.filter_specs for value, _ in spec.lookup_choices]
    searches = [("q", str(row.pk)) for row in foreign_rows(model, beta)] + [("q", FOREIGN), ("q", f"{FOREIGN}-1")]
    for name, value in offered + (searches if page.search_help else []):
        found = alice.get(listing(model), {name: value}, follow=True)
        assert not set(found.context["cl"].result_list) & set(foreign_rows(model, beta)), (name, value)
        # What was searched for is said again.
        assert name == "q" or FOREIGN not in found.content.decode(), (name, value)


def test_no_address_of_the_admin_shows_or_changes_another_account(alice: Client, beta: World) -> None:
    before = snapshot(beta.account)
    for address in addresses(beta):
        for method in (alice.get, alice.post):
            answer = method(address)
            assert answer.status_code in (302, 403, 404, 405), (method, address)
            assert FOREIGN not in answer.content.decode(), address
    assert snapshot(beta.account) == before


def test_no_page_without_an_id_tells_of_another_account(alice: Client) -> None:
    asked = 0
    for pattern in patterns():
        if not pattern.pattern.regex.groups and pattern.name != "logout":
            answer = alice.get(reverse(f"admin:{pattern.name}"))
            assert FOREIGN not in answer.content.decode(), pattern.name
            asked += 1
    assert asked > 2 * len(MODELS)


@pytest.mark.parametrize("model", [model for model in MODELS if ADMINS[model].may_add], ids=lambda m: m._meta.label)
def test_a_form_offers_its_own_account_alone(alice: Client, beta: World, model: type[Model]) -> None:
    answer = alice.get(adding(model))
    assert FOREIGN not in answer.content.decode()
    if answer.status_code == 403:
        return
    form = getattr(answer.context.get("adminform"), "form", answer.context.get("form"))
    for name, field in getattr(form, "fields", {}).items():
        if isinstance(field, ModelChoiceField) and field.queryset.model in own_models():
            foreign = foreign_rows(field.queryset.model, beta)
            assert not field.queryset.filter(pk__in=[row.pk for row in foreign]).exists(), name


def addresses(world: World) -> Iterator[str]:
    """Every address of the admin with the id of a row of `world` in it."""
    found = 0
    for pattern in patterns():
        model = _model_of(pattern)
        if model is None or not pattern.pattern.converters:
            continue
        [name] = pattern.pattern.converters
        for row in foreign_rows(model, world)[:1]:
            found += 1
            yield reverse(f"admin:{pattern.name}", kwargs={name: row.pk})
    assert found > 4 * 10


def patterns() -> list[URLPattern]:
    return [each for each in _flat(django_admin.site.urls[0]) if each.name]


def _flat(found: Any) -> Iterator[URLPattern]:
    for each in found:
        if isinstance(each, URLPattern):
            yield each
        else:
            yield from _flat(each.url_patterns)


def _model_of(pattern: URLPattern) -> type[Model] | None:
    """The model whose admin has the address."""
    named = {f"{model._meta.app_label}_{model._meta.model_name}_": model for model in MODELS}
    name = str(pattern.name)
    # Django's own name for the page on which a password is set.
    if name == "auth_user_password_change":
        return User
    return next((model for start, model in named.items() if name.startswith(start)), None)


def foreign_rows(model: type[Model], world: World) -> list[Any]:
    """The rows of `world` alone: a person may be in two accounts."""
    return [] if model._meta.label in HOUSE_WIDE.keys() - {"accounts.User"} else list(rows_of(model, world.account))


# --- the API ----------------------------------------------------------------------------------------------------------


def test_no_endpoint_knows_the_ids_of_another_account(program: Client, alpha: World, beta: World) -> None:
    before, known = snapshot(beta.account), 0
    for endpoint in all_endpoints().values():
        for path in foreign_paths(endpoint, alpha.account, beta.account):
            answer = endpoint.ask(program, alpha.account, path=path)
            assert answer.status_code == 404, (endpoint.method, path, answer.content)
            assert FOREIGN not in answer.content.decode()
            known += 1
    assert snapshot(beta.account) == before
    assert known


def test_its_own_ids_are_known(program: Client, alpha: World) -> None:
    """Otherwise a path that is never found would pass for one that is kept apart."""
    for endpoint in all_endpoints().values():
        if endpoint.method == "get" and endpoint.rows:
            assert endpoint.ask(program, alpha.account).status_code == 200, endpoint


def test_no_list_of_the_api_tells_of_another_account(program: Client, alpha: World) -> None:
    for endpoint in all_endpoints().values():
        if endpoint.method == "get":
            assert FOREIGN not in endpoint.ask(program, alpha.account).content.decode(), endpoint


def foreign_paths(endpoint: Endpoint, own: PlatformAccount, other: PlatformAccount) -> set[str]:
    """With all ids of the other account, and with each of them among our own."""
    mine = dict.fromkeys(endpoint.rows, own)
    places = [{name: other} for name in endpoint.rows]
    return {endpoint.path_with(mine | place) for place in [*places, dict.fromkeys(endpoint.rows, other)] if place}


# --- rows among themselves --------------------------------------------------------------------------------------------


def test_no_row_points_into_another_account(alpha: World, beta: World) -> None:
    for model in owned_models():
        for field in model._meta.concrete_fields:
            target = field.related_model
            if isinstance(field, ForeignKey) and target in owned_models() and target is not PlatformAccount:
                rows: QuerySet[Any] = rows_of(model, alpha.account)
                strangers = rows.filter(**{f"{field.name}__{way_to_account(target)}": beta.account.pk})
                assert not strangers.exists(), f"{model._meta.label}.{field.name}"
