"""Every page of every model opens, tells nothing of other accounts and no secret, and looking changes nothing."""

import datetime
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.db.models import Model
from django.test import Client

from opsflows.accounts.models import ApiKey, BusinessCalendar, Membership, PlatformAccount, Recipient, Team, User
from opsflows.approvals.models import ApprovalChannels, ApprovalPolicy, ApprovalRequest, Delegation, RequestForm
from opsflows.audit.models import AuditEntry
from opsflows.databases.models import Database, Statement
from opsflows.events.models import Event, EventType, Rejection, RoutingFailure, Source, SourceSecret
from opsflows.lookups.models import LookupTable, NamedList, Segment
from opsflows.messages.models import MessageTemplate, Notification
from opsflows.queue.models import Job, WorkerHeartbeat
from opsflows.records.models import Record, Task
from opsflows.runs.models import Execution, RunBatch, StateValue
from opsflows.schedules.models import Schedule, ScheduleFire
from opsflows.upkeep.models import RetentionPolicy, SummaryChoice
from opsflows.workflows.models import Workflow
from tests.admin.addresses import LABELS, MODELS, act, acts, adding, listing, page
from tests.admin.conftest import signed_in
from tests.admin.world import BEARER, SECRET, World, person

ADMINS = django_admin.site._registry
#: Which rows are an account's.
OWNED = {
    ApiKey: "account",
    ApprovalChannels: "account",
    ApprovalPolicy: "account",
    ApprovalRequest: "account",
    AuditEntry: "account",
    Database: "account",
    BusinessCalendar: "account",
    Delegation: "account",
    Event: "account",
    EventType: "account",
    Execution: "account",
    StateValue: "account",
    Job: "account",
    LookupTable: "account",
    Membership: "account",
    MessageTemplate: "account",
    NamedList: "account",
    PlatformAccount: "pk",
    Recipient: "account",
    Record: "account",
    Rejection: "source__account",
    RequestForm: "account",
    RetentionPolicy: "account",
    RoutingFailure: "event__account",
    RunBatch: "account",
    Schedule: "account",
    ScheduleFire: "account",
    Segment: "account",
    Source: "account",
    Statement: "account",
    SummaryChoice: "account",
    Team: "account",
    Task: "account",
    User: "memberships__account",
    Workflow: "account",
}


def rows(world: World) -> Iterator[Model]:
    for model, path in OWNED.items():
        yield from model._default_manager.filter(**{path: world.account.pk})


def test_every_model_is_here() -> None:
    # Notifications are a person's, and not even the account's: tests/messages/test_pages.py.
    assert set(OWNED) | {WorkerHeartbeat, Notification} == set(MODELS)


@pytest.fixture
def heartbeat(db: None) -> WorkerHeartbeat:
    now = datetime.datetime.now(datetime.UTC)
    return WorkerHeartbeat.objects.create(supervisor="s", slot=0, host="host", pid=1, started_at=now, beat_at=now)


@pytest.mark.parametrize("filled", [True, False], ids=["filled", "empty"])
@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_the_list_opens(root: Client, alpha: World, model: type[Model], filled: bool) -> None:
    if filled:
        alpha.add(2)
    assert root.get(listing(model)).status_code == 200
    assert root.get(listing(model), {"q": "0c8e5e0a-1111-7111-8111-000000000000"}).status_code == 200
    assert root.get(listing(model), {"q": "a\x00b%_'"}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_the_add_page_opens_where_there_is_one(root: Client, model: type[Model]) -> None:
    assert root.get(adding(model)).status_code == (200 if ADMINS[model].may_add else 403)


def test_pages_and_questions_open(root: Client, alpha: World, heartbeat: WorkerHeartbeat) -> None:
    alpha.add(1)
    alpha.run(Workflow.objects.get(), alpha.event(), status="needs_attention")
    for row in [*rows(alpha), heartbeat]:
        assert root.get(page(row)).status_code == 200, page(row)
        for name in acts(type(row)):
            assert root.get(act(row, name)).status_code == 200, act(row, name)
    assert root.get("/admin/").status_code == 200
    assert root.get("/admin/accounts/platformaccount/choose/").status_code == 200


def test_nobody_sees_another_account(alpha: World, beta: World) -> None:
    alpha.add(1)
    beta.add(1)
    alice = signed_in(alpha.admin)
    for url in ["/admin/", *map(listing, MODELS)]:
        html = alice.get(url).content.decode()
        assert "beta" not in html, url
    for row in rows(alpha):
        assert "beta" not in alice.get(page(row)).content.decode(), page(row)
    for row in rows(beta):
        assert alice.get(page(row)).status_code == 302, page(row)
        for name in acts(type(row)):
            assert alice.post(act(row, name)).status_code == 302, act(row, name)


def test_a_search_and_a_filter_stay_in_the_account(alpha: World, beta: World) -> None:
    alpha.add(1)
    beta.add(1)
    alice = signed_in(alpha.admin)
    for row in rows(beta):
        found = alice.get(listing(type(row)), {"q": str(row.pk)}).context["cl"].result_list
        assert row not in found, row
    other = Workflow.objects.get(account=beta.account)
    answer = alice.get(listing(Execution), {"workflow": str(other.pk)})
    assert "beta" not in answer.content.decode()


def test_acts_on_another_account_change_nothing(alpha: World, beta: World) -> None:
    beta.add(1)
    alice = signed_in(alpha.admin)
    before = state()
    for row in rows(beta):
        for name in acts(type(row)):
            alice.post(act(row, name), {"secret": "x", "label": "", "revision": 1, "note": "", "role": "viewer"})
    assert state() == before


def test_looking_changes_nothing(root: Client, alpha: World) -> None:
    alpha.add(1)
    alpha.run(Workflow.objects.get(), alpha.event(), status="needs_attention")
    root.get("/admin/")
    before = state()
    for row in list(rows(alpha)):
        root.get(page(row))
        for name in acts(type(row)):
            root.get(act(row, name))
            root.head(act(row, name))
    for model in MODELS:
        root.get(listing(model))
        root.get(adding(model))
    assert state() == before


def test_a_page_takes_no_post(admin: Client, alpha: World) -> None:
    alpha.add(1)
    assert admin.post(page(Source.objects.get()), {"name": "x"}).status_code == 405


def test_no_page_shows_a_secret(root: Client, alpha: World) -> None:
    alpha.add(1)
    stored = {SECRET, BEARER, *ApiKey.objects.values_list("key_hash", flat=True)}
    stored |= set(User.objects.values_list("password", flat=True))
    urls = [*map(listing, MODELS), *map(page, rows(alpha)), "/admin/"]
    urls += [act(row, name) for row in rows(alpha) for name in acts(type(row))]
    for url in urls:
        html = root.get(url).content.decode()
        assert [secret for secret in stored if secret in html] == [], url
    assert SourceSecret.objects.get().value == SECRET


@pytest.mark.parametrize("role", ["viewer", "approver", "editor", "operator"])
def test_a_role_opens_what_its_permissions_say(alpha: World, role: str) -> None:
    alpha.add(1)
    client = signed_in(person(alpha.account, "pat", role))
    assert client.get("/admin/").status_code == 200
    assert client.get(listing(Execution)).status_code == 200
    assert client.get(page(Source.objects.get())).status_code == 200
    assert client.get(listing(ApiKey)).status_code == 403
    assert client.get(page(ApiKey.objects.get())).status_code == 403
    assert client.get(adding(Source)).status_code == (200 if role in ("editor", "operator") else 403)


def test_somebody_without_an_account_finds_nothing(alpha: World) -> None:
    alpha.add(1)
    Membership.objects.filter(user=alpha.admin).delete()
    client = signed_in(alpha.admin)
    assert "alpha-1" not in client.get("/admin/").content.decode()
    assert client.get(listing(Source)).status_code == 403


def test_a_superuser_without_an_account_looks_at_all(alpha: World, beta: World) -> None:
    alpha.add(1)
    beta.add(1)
    root = signed_in(User.objects.create_superuser("root", "root@example.com", "x"))
    html = root.get(listing(Source)).content.decode()
    assert "alpha-1" in html
    assert "beta-1" in html
    assert root.get(page(Source.objects.get(name="beta-1"))).status_code == 200
    assert root.post(act(Source.objects.get(name="beta-1"), "switch-off")).status_code == 403


def state() -> dict[str, list[object]]:
    """All of our rows, but for what every request writes."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("opsflows.")]
    return {model._meta.label: sorted(map(repr, model._default_manager.values_list())) for model in ours}
