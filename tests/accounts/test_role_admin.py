"""What a role finds in the admin: rows of the account in use, and only the acts that the role allows."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from opsflows.accounts.backend import RoleBackend
from opsflows.accounts.models import Membership, PlatformAccount, User
from opsflows.accounts.role_access import role_allows
from opsflows.events.models import EventType, Source, SourceSecret
from tests.accounts.admin_urls import SITE, CatalogAdmin, SecretAdmin, SourceAdmin
from tests.accounts.conftest import person

SOURCES = SourceAdmin(Source, SITE)
SECRETS = SecretAdmin(SourceSecret, SITE)


def request_of(user: User) -> HttpRequest:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


@pytest.fixture
def sources(account: PlatformAccount, other: PlatformAccount) -> dict[str, Source]:
    return {each.slug: Source.objects.create(account=each, name="in", connector="hmac") for each in (account, other)}


def acts(role: str, label: str) -> str:
    app, model = label.split(".")
    allowed = [
        each for each in ("view", "add", "change", "delete") if role_allows(role, app=app, model=model, action=each)
    ]
    return " ".join(allowed)


@pytest.mark.parametrize(
    ("label", "viewer", "editor", "operator", "administrator"),
    [
        ("workflows.workflow", "view", "view add change", "view add change", "view add change delete"),
        ("events.source", "view", "view add change", "view add change", "view add change delete"),
        ("events.sourcesecret", "", *["view add change delete"] * 3),
        ("events.event", "view", "view", "view", "view add change delete"),
        ("audit.auditentry", "", "", "view", "view"),
        ("runs.execution", "view", "view", "view add change", "view add change delete"),
        ("accounts.apikey", "", "", "", "view add change delete"),
        ("accounts.user", "", "", "", "view"),
        ("accounts.platformaccount", "", "", "", "view change"),
        ("auth.group", "", "", "", ""),
        ("django_q.task", "", "", "", ""),
    ],
)
def test_what_each_role_may(label: str, viewer: str, editor: str, operator: str, administrator: str) -> None:
    roles = ("viewer", "editor", "operator", "admin")
    assert [acts(role, label) for role in roles] == [viewer, editor, operator, administrator]
    assert acts("approver", label) == viewer
    assert acts("nobody", label) == ""


def test_only_rows_of_the_account_in_use_are_there(sources: dict[str, Source], editor: User) -> None:
    for source in sources.values():
        SourceSecret.objects.create(source=source, value="s")
    request = request_of(editor)
    assert list(SOURCES.get_queryset(request)) == [sources["acme"]]
    assert [secret.source for secret in SECRETS.get_queryset(request)] == [sources["acme"]]


def test_a_form_offers_only_the_account_in_use(sources: dict[str, Source], editor: User) -> None:
    form = SOURCES.get_form(request_of(editor))
    wrong = form(data={"account": str(sources["globex"].account_id), "name": "new", "connector": "hmac"})
    assert "account" in wrong.errors
    secret = SECRETS.get_form(request_of(editor))(data={"source": str(sources["globex"].pk), "value": "s"})
    assert "source" in secret.errors


def test_the_role_is_the_one_in_the_account_in_use(other: PlatformAccount, editor: User) -> None:
    Membership.objects.create(account=other, user=editor, role="viewer")
    here, there = request_of(editor), request_of(editor)
    there.session = {"opsflows_account": str(other.pk)}  # type: ignore[assignment]  # a plain dict does for a session
    assert SOURCES.has_change_permission(here)
    assert not SOURCES.has_change_permission(there)
    assert SOURCES.has_view_permission(there)


def test_nobody_without_a_membership_sees_anything(sources: dict[str, Source], editor: User) -> None:
    Membership.objects.all().delete()
    request = request_of(editor)
    assert not SOURCES.has_module_permission(request)
    assert not SOURCES.get_queryset(request).exists()


def test_a_superuser_without_a_membership_can_repair_everything(sources: dict[str, Source]) -> None:
    request = request_of(User.objects.create_superuser("root", "root@example.com", "x"))
    assert SOURCES.get_queryset(request).count() == 2
    assert SOURCES.has_delete_permission(request)


def test_a_superuser_sees_the_account_in_use_unless_the_page_is_for_all(
    sources: dict[str, Source], account: PlatformAccount
) -> None:
    root = User.objects.create_superuser("root", "root@example.com", "x")
    Membership.objects.create(account=account, user=root, role="viewer")
    assert list(SOURCES.get_queryset(request_of(root))) == [sources["acme"]]

    class Everywhere(SourceAdmin):
        superusers_see_all = True

    page = Everywhere(Source, SITE)
    assert page.get_queryset(request_of(root)).count() == 2
    assert page.get_queryset(request_of(person(account, "ed", "admin"))).count() == 1


def test_no_row_can_be_made_everyones(account: PlatformAccount) -> None:
    form = CatalogAdmin(EventType, SITE).get_form(request_of(person(account, "ada", "admin")))
    assert "account" in form(data={"account": "", "event_name": "order.shipped"}).errors


def test_what_everyone_shares_is_seen_by_all_and_changed_by_superusers(
    account: PlatformAccount, other: PlatformAccount
) -> None:
    catalog = CatalogAdmin(EventType, SITE)
    shared, own, foreign = (
        EventType.objects.create(account=whose, event_name=f"e{number}.happened")
        for number, whose in enumerate([None, account, other])
    )
    ada, root = (
        request_of(person(account, "ada", "admin")),
        request_of(User.objects.create_superuser("root", "root@example.com", "x")),
    )
    assert set(catalog.get_queryset(ada)) == {shared, own}
    for may in (catalog.has_change_permission, catalog.has_delete_permission):
        assert [may(ada, row) for row in (None, own, shared)] == [True, True, False]
        assert may(root, shared)
    assert catalog.has_view_permission(ada, shared)
    assert set(catalog.get_queryset(root)) == {shared, own, foreign}
    assert not SOURCES.is_everyones(Source(account=account))


def test_model_permissions_follow_the_role(editor: User) -> None:
    assert editor.has_perm("workflows.change_workflow")
    assert not editor.has_perm("accounts.view_apikey")
    assert editor.has_module_perms("events")
    assert not editor.has_module_perms("auth")


def test_model_permissions_are_those_of_the_weakest_role(other: PlatformAccount) -> None:
    user = person(other, "ada", "admin")
    assert user.has_perm("accounts.add_apikey")
    Membership.objects.create(account=PlatformAccount.objects.create(slug="acme", name="A"), user=user, role="viewer")
    again = User.objects.get(pk=user.pk)
    assert not again.has_perm("accounts.add_apikey")
    assert again.has_perm("workflows.view_workflow")


def test_model_permissions_end_with_the_person(editor: User) -> None:
    editor.is_active = False
    assert not RoleBackend().get_user_permissions(editor)
    assert not editor.has_perm("workflows.view_workflow")
