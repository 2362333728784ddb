"""Models of other apps tell of their rows: in the same transaction, only what changed, and never in circles."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone
from pydantic import Field

from opsflows.accounts.models import ManagedSite, PlatformAccount
from opsflows.events.causing import causing
from opsflows.events.emit import MAX_DEPTH, Cause
from opsflows.events.emit_on_save import emit_on_save
from opsflows.events.models import Event, EventPayload
from opsflows.events.watch import Watch, watches
from opsflows.workflows import registry
from opsflows.workflows.kinds import DatabaseKind, StepConfig, StepContext
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Done, Outcome
from tests.runs.conftest import account, actor, engine, live
from tests.runs.engine import Engine

__all__ = ["account", "actor", "engine", "live"]

pytestmark = pytest.mark.django_db(transaction=True)

#: Other people's models: Django's, and one of ours that has an account as theirs would.
Site = ManagedSite


@pytest.fixture
def watch(account: PlatformAccount) -> Iterator[Callable[..., Watch]]:
    """`emit_on_save`, undone at the end. A group is the account's; a site says itself whose it is."""

    def begin(model: type[models.Model] = Site, **rules: Any) -> Watch:
        defaults: dict[str, Any] = {"payload": ["id", "name"] if model is Group else ["name", "domain"]}
        if model is Group:
            defaults["account"] = lambda row: account
        return emit_on_save(model, **(defaults | rules))

    before = watches()
    yield begin
    for each in watches():
        if each not in before:
            each.stop()


ALL = {"created": "site.created", "updated": "site.updated", "deleted": "site.deleted"}


def told() -> list[tuple[str, Any]]:
    rows = EventPayload.objects.select_related("event").order_by("event_id")
    return [(row.event.name, row.data) for row in rows]


def test_a_rows_life(watch: Callable[..., Watch], account: PlatformAccount) -> None:
    watch(**ALL)
    site = Site.objects.create(account=account, name="Shop", domain="shop.example")
    site.domain = "new.example"
    site.save()
    site.delete()
    assert told() == [
        ("site.created", {"name": "Shop", "domain": "shop.example"}),
        (
            "site.updated",
            {
                "name": "Shop",
                "domain": "new.example",
                "changed": ["domain"],
                "previous": {"domain": "shop.example"},
            },
        ),
        ("site.deleted", {"name": "Shop", "domain": "new.example"}),
    ]
    event = Event.objects.latest("id")
    assert (event.account_id, event.door, event.source_label) == (account.pk, "save", "accounts.managedsite")


def test_only_what_was_asked_for_is_told(watch: Callable[..., Watch], account: PlatformAccount) -> None:
    watch(updated="site.updated", payload=["domain"])
    site = Site.objects.create(account=account, name="Shop")
    site.name = "Store"
    site.save()
    site.save()
    assert told() == []
    site.name, site.domain = "Third", "x.example"
    site.save()
    assert told() == [
        ("site.updated", {"domain": "x.example", "changed": ["domain"], "previous": {"domain": ""}}),
    ]


def test_a_field_that_was_not_saved_has_not_changed(watch: Callable[..., Watch], account: PlatformAccount) -> None:
    watch(updated="site.updated")
    site = Site.objects.create(account=account, name="Shop")
    site.name, site.domain = "Store", "not-saved.example"
    site.save(update_fields=["name"])
    assert told() == [
        ("site.updated", {"name": "Store", "domain": "", "changed": ["name"], "previous": {"name": "Shop"}})
    ]


def test_the_database_says_what_was_saved(watch: Callable[..., Watch], account: PlatformAccount) -> None:
    """Not the instance, which may hold an expression, or only some of the fields."""
    fields = ["app_label", "model"]
    watch(ContentType, updated="type.updated", payload=fields, account=lambda row: account)
    pk = ContentType.objects.create(app_label="shop", model="order").pk
    row = ContentType.objects.only("model").get(pk=pk)
    row.model = F("app_label")
    row.save()
    assert told() == [
        (
            "type.updated",
            {"app_label": "shop", "model": "shop", "changed": ["model"], "previous": {"model": "order"}},
        )
    ]


def test_a_function_makes_the_payload(watch: Callable[..., Watch], account: PlatformAccount) -> None:
    watch(
        created="site.created",
        updated="site.updated",
        payload=lambda site: {"upper": site.name.upper(), "of": site.account.name},
        when=lambda site: site.name != "Hidden",
        account=lambda site: site.account_id,
    )
    site = Site.objects.create(account=account, name="Shop")
    Site.objects.create(account=account, name="Hidden")
    site.domain = "secret.example"
    site.save()
    assert told() == [
        ("site.created", {"upper": "SHOP", "of": "Acme"}),
        # That it changed, and not what it was: nobody chose to send this field.
        ("site.updated", {"upper": "SHOP", "of": "Acme", "changed": ["domain"]}),
    ]


def test_whose_it_is_may_lie_far_off(watch: Callable[..., Watch], account: PlatformAccount) -> None:
    watch(ContentType, created="type.created", payload=["model"], account="nobody.account")
    ContentType.nobody = None  # type: ignore[attr-defined]
    try:
        ContentType.objects.create(app_label="x", model="y")
        assert told() == []
        ContentType.nobody = Site(account=account)  # type: ignore[attr-defined]
        ContentType.objects.create(app_label="x", model="z")
        assert told() == [("type.created", {"model": "z"})]
    finally:
        del ContentType.nobody  # type: ignore[attr-defined]


def test_row_and_event_are_stored_together_or_not_at_all(
    watch: Callable[..., Watch], account: PlatformAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(**ALL)

    def break_off(*args: Any, **kwargs: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("opsflows.events.emit.ring", break_off)
    # In no transaction of the caller's: Django alone would have committed the row by now.
    assert not connection.in_atomic_block
    with pytest.raises(OSError, match="disk"):
        Site.objects.create(account=account, name="Shop")
    assert not Site.objects.exists()
    monkeypatch.undo()
    site = Site.objects.create(account=account, name="Shop")
    monkeypatch.setattr("opsflows.events.emit.ring", break_off)
    with pytest.raises(OSError, match="disk"):
        site.delete()
    assert Site.objects.exists()
    monkeypatch.undo()
    with transaction.atomic():
        Site.objects.create(account=account, name="Second")
        transaction.set_rollback(True)
    assert [name for name, _ in told()] == ["site.created"]


def test_bulk_writes_and_fixtures_pass_it_by(watch: Callable[..., Watch], account: PlatformAccount) -> None:
    watch(**ALL)
    Site.objects.bulk_create([Site(account=account, name="One")])
    Site.objects.update(name="Two")
    site = Site.objects.get()
    site.name = "Three"
    Site.objects.bulk_update([site], ["name"])
    text = serializers.serialize(
        "json", [Site(id=uuid.uuid4(), account=account, name="Loaded", created_at=timezone.now())]
    )
    for loaded in serializers.deserialize("json", text):
        loaded.save()
    assert told() == []
    assert Site.objects.count() == 2


def test_what_a_query_deletes_is_told_row_by_row(watch: Callable[..., Watch], account: PlatformAccount) -> None:
    watch(deleted="site.deleted", payload=["name"])
    Site.objects.bulk_create([Site(account=account, name=name) for name in ("One", "Two")])
    Site.objects.all().delete()
    assert sorted(data["name"] for _, data in told()) == ["One", "Two"]


def test_a_foreign_model_with_numbered_keys(watch: Callable[..., Watch]) -> None:
    watch(Group, created="group.created", updated="group.updated")
    group, made = Group.objects.update_or_create(name="Sales")
    group.name = "Sellers"
    group.save()
    # The key alone, not read before: the row was there all the same.
    Group(pk=group.pk, name="Third").save()
    assert made
    names = {"id": group.pk}
    assert told() == [
        ("group.created", names | {"name": "Sales"}),
        ("group.updated", names | {"name": "Sellers", "changed": ["name"], "previous": {"name": "Sales"}}),
        ("group.updated", names | {"name": "Third", "changed": ["name"], "previous": {"name": "Sellers"}}),
    ]


def test_a_save_while_the_payload_is_made_is_no_news(watch: Callable[..., Watch]) -> None:
    def build(group: Group) -> dict[str, Any]:
        group.name += "!"
        group.save()
        return {"name": group.name}

    watch(Group, created="group.created", updated="group.updated", payload=build)
    Group.objects.create(name="Sales")
    assert told() == [("group.created", {"name": "Sales!"})]


class RenameConfig(StepConfig):
    name: str = Field(description="The new name.")


class RenameKind(DatabaseKind):
    """A step of somebody's that saves a watched row."""

    kind = "rename_group"
    label = "Rename the group"
    Config = RenameConfig

    def apply(self, step: StepContext) -> Outcome:
        group = Group.objects.get()
        group.name = step.config.name
        group.save()
        return Done(output={})


def test_a_workflow_that_saves_what_it_listens_to_ends(
    watch: Callable[..., Watch],
    engine: Engine,
    live: Callable[..., Workflow],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(registry.all_kinds(), RenameKind.kind, RenameKind())
    watch(Group, updated="group.updated", payload=["name"])
    live("group.updated", {"type": "rename_group", "name": "{{name}}!"})
    group = Group.objects.create(name="Sales")
    group.name = "Sale"
    group.save()
    engine.settle()
    group.refresh_from_db()
    # The last save is kept; only its echo was one too many.
    assert group.name == "Sale" + "!" * (MAX_DEPTH + 1)
    assert list(Event.objects.order_by("depth").values_list("depth", flat=True)) == list(range(MAX_DEPTH + 1))


def test_an_event_names_the_step_that_caused_it(watch: Callable[..., Watch]) -> None:
    watch(Group, created="group.created")
    run = uuid.uuid4()
    with causing(Cause(execution_id=run, step_id="a1", depth=2)):
        Group.objects.create(name="Sales")
    event = Event.objects.get()
    assert (event.cause_execution_id, event.cause_step_id, event.depth) == (run, "a1", 3)


def test_who_is_watched_can_be_listed(watch: Callable[..., Watch]) -> None:
    mine = watch(Group, created="group.created")
    assert mine in watches()
    assert repr(mine) == "<Watch of auth.Group: group.created>"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({}, "at least one event"),
        ({"created": "GroupCreated"}, "auth.Group"),
        ({"created": "group.created", "payload": ["colour"]}, "no field 'colour'; it has id, name"),
        ({"created": "group.known"}, "sends group.known already"),
    ],
)
def test_what_cannot_be_watched_is_said(watch: Callable[..., Watch], rules: dict[str, Any], said: str) -> None:
    watch(Group, created="group.known")
    with pytest.raises(ValueError) as refused:
        watch(Group, **rules)
    assert said in str(refused.value)


def test_an_account_of_another_kind_is_refused(watch: Callable[..., Watch]) -> None:
    watch(Group, created="group.created", account=lambda group: "acme")
    with pytest.raises(TypeError, match="has to be a PlatformAccount"):
        Group.objects.create(name="Sales")
    assert not Group.objects.exists()
