"""Every list, form and act of the admin and every endpoint of the API, by role: found by walking them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.db import transaction
from django.test import Client
from django.utils import timezone

from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.roles import Role
from tests.accounts.allowed import ACTS, ANYBODY, ENDPOINTS, FORMS, LISTS
from tests.accounts.endpoints import Endpoint, all_endpoints
from tests.accounts.filled import filled
from tests.accounts.owners import a_row_of
from tests.admin.addresses import LABELS, MODELS, act, acts, adding, listing, page
from tests.admin.conftest import _served, signed_in
from tests.admin.world import World, person

__all__ = ["_served"]
pytestmark = pytest.mark.django_db

ADMINS: Any = django_admin.site._registry


@pytest.fixture
def alpha(db: None) -> World:
    return filled("alpha")


def row_of(label: str, world: World) -> Any:
    """A row of the model in the account, for pages whose rows belong to one."""
    model = MODELS[LABELS.index(label)]
    if ADMINS[model].account_path is None:
        return model._default_manager.all()[0]
    return a_row_of(model, world.account)


def undone(call: Callable[[], Any]) -> Any:
    """What `call` answers; whatever it did is undone."""
    with transaction.atomic():
        answer = call()
        transaction.set_rollback(True)
    return answer


def all_forms() -> Iterator[tuple[str, str]]:
    """What can be added, changed and deleted through a form."""
    for model, page_ in ADMINS.items():
        for verb in ("add", "change", "delete"):
            if getattr(page_, f"may_{verb}"):
                yield model._meta.label, verb


def all_acts() -> Iterator[tuple[str, str]]:
    for model in MODELS:
        yield from ((model._meta.label, name) for name in acts(model))


def test_every_list_form_and_act_has_an_entry() -> None:
    for found, table in ((LABELS, LISTS), (all_forms(), FORMS), (all_acts(), ACTS), (all_endpoints(), ENDPOINTS)):
        here = set(found)
        assert sorted(here - table.keys()) == [], "say in tests/accounts/allowed.py who may"
        assert sorted(table.keys() - here) == [], "these are in tests/accounts/allowed.py and there no more"


@pytest.mark.parametrize("role", Role.values)
def test_a_role_opens_the_lists_that_its_entries_say(alpha: World, role: str) -> None:
    client = signed_in(person(alpha.account, "pat", role))
    answers = {label: client.get(listing(model)).status_code for model, label in zip(MODELS, LABELS, strict=True)}
    assert set(answers.values()) <= {200, 403}
    assert {label for label, status in answers.items() if status == 200} == of(role, LISTS)


@pytest.mark.parametrize("role", Role.values)
def test_a_role_fills_in_the_forms_that_its_entries_say(alpha: World, role: str) -> None:
    client = signed_in(person(alpha.account, "pat", role))
    may = {key for key in FORMS if undone(partial(_form, client, *key, alpha)) != 403}
    assert may == of(role, FORMS)


def _form(client: Client, label: str, verb: str, world: World) -> int:
    if verb == "add":
        return client.post(adding(MODELS[LABELS.index(label)]), {"nonsense": "x"}).status_code
    url = page(row_of(label, world))
    return client.post(url if verb == "change" else url.replace("change/", "delete/"), {"nonsense": "x"}).status_code


@pytest.mark.parametrize("role", Role.values)
def test_a_role_does_what_its_entries_say(alpha: World, role: str) -> None:
    """By POST, whatever buttons were shown; and asking leads to no more."""
    client = signed_in(person(alpha.account, "pat", role))
    may = set()
    for label, name in ACTS:
        url = act(row_of(label, alpha), name)
        asked, done = client.get(url).status_code, undone(partial(client.post, url)).status_code
        assert (asked == 403) == (done == 403), url
        if done != 403:
            may.add((label, name))
    assert may == of(role, ACTS)


@pytest.mark.parametrize("role", Role.values)
def test_a_role_asks_of_the_api_what_its_entries_say(alpha: World, role: str) -> None:
    client = program(alpha, role)
    found = all_endpoints()
    may = {key for key in ENDPOINTS if undone(partial(_ask, client, found[key], alpha)) != 403}
    assert may == of(role, ENDPOINTS) | {key for key, roles in ENDPOINTS.items() if roles == ANYBODY}


def test_without_a_key_the_api_answers_nothing(alpha: World) -> None:
    found = all_endpoints()
    may = {key for key in ENDPOINTS if undone(partial(_ask, Client(), found[key], alpha)) != 401}
    # The token's own refusal of a body without a key is 400.
    assert may == {key for key, roles in ENDPOINTS.items() if roles == ANYBODY}


def _ask(client: Client, endpoint: Endpoint, world: World) -> int:
    status: int = endpoint.ask(client, world.account).status_code
    assert status < 500, (endpoint, status)
    return status


def program(world: World, role: str) -> Client:
    """A program with a key of somebody in this role."""
    user = person(world.account, f"{role}-with-a-key", role)
    issued = issue_key(actor=world.actor, account=world.account, user=user, name="k", now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {issued.text}"})


def of(role: str, table: Any) -> set[Any]:
    return {key for key, roles in table.items() if role in roles}


@pytest.mark.parametrize("path", ["/admin/", *[f"/admin/{model._meta.app_label}/" for model in MODELS[:3]]])
def test_a_sign_in_without_an_account_may_nothing(alpha: World, path: str) -> None:
    alpha.admin.memberships.all().delete()
    html = signed_in(alpha.admin).get(path, follow=True).content.decode()
    assert "alpha-1" not in html
