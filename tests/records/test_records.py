"""Records: made once for a key, changed field by field, tagged, owned, and talked about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount, User
from opsflows.events.models import Event
from opsflows.records.assign import assign_record
from opsflows.records.assignee import Assignee
from opsflows.records.create_record import MOST_DATA, RecordExists, create_record
from opsflows.records.log_activity import log_activity
from opsflows.records.models import Activity, Record
from opsflows.records.tag import tag_record
from opsflows.records.update_record import RecordMoved, update_record
from tests.records.conftest import as_role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def acme(actor: Actor) -> Record:
    data = {"seats": 5, "price": Decimal("0.10"), "address": {"city": "Kiel"}}
    return create_record(actor=actor, record_type="customer", title="Acme", key="c1", data=data, tags=["vip"], now=NOW)


def payload(name: str) -> Any:
    return Event.objects.filter(name=name).latest("pk").payload.data


def test_a_new_record_is_told(acme: Record) -> None:
    acme.refresh_from_db()
    assert acme.data["price"] == Decimal("0.10")
    told = payload("record.created")
    assert (told["recordType"], told["key"], told["tags"], told["data"]) == ("customer", "c1", ["vip"], acme.data)


def test_a_key_is_taken_once_in_its_type_and_account(actor: Actor, acme: Record) -> None:
    with pytest.raises(RecordExists, match="customer with the key “c1”"):
        create_record(actor=actor, record_type="customer", title="Again", key=" c1 ", now=NOW)
    create_record(actor=actor, record_type="deal", title="Deal", key="c1", now=NOW)
    other = as_role(PlatformAccount.objects.create(slug="other", name="Other"), "editor")
    create_record(actor=other, record_type="customer", title="Acme", key="c1", now=NOW)
    for _ in range(2):
        create_record(actor=actor, record_type="customer", title="Nameless", now=NOW)
    assert Record.objects.count() == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("record_type", "Customer"),
        ("record_type", "1st"),
        ("record_type", "customer\n"),
        ("title", "  "),
        ("key", "k" * 256),
        ("data", {"x": "y" * MOST_DATA}),
        ("tags", ["x" * 101]),
    ],
)
def test_what_cannot_be_is_said_by_field(actor: Actor, field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        create_record(actor=actor, **{"record_type": "deal", "title": "x", "now": NOW, field: value})
    assert list(caught.value.message_dict) == [field.removeprefix("record_")]
    assert not Record.objects.exists()


def test_fields_are_merged_and_what_changed_is_named(actor: Actor, acme: Record) -> None:
    changed = update_record(
        actor=actor, record_id=acme.pk, data={"seats": 6, "plan": None}, without=["price", "never"], now=LATER
    )
    assert changed.data == {"seats": 6, "address": {"city": "Kiel"}, "plan": None}
    assert (changed.revision, changed.updated_at) == (2, LATER)
    assert payload("record.updated")["changed"] == ["plan", "price", "seats"]
    assert [row.data.get("seats") for row in acme.history.all()] == [6, 5]


@pytest.mark.parametrize("same", [{"seats": 5}, {"price": Decimal("0.1")}, {"address": {"city": "Kiel"}}, {}])
def test_no_difference_is_no_change(actor: Actor, acme: Record, same: dict[str, Any]) -> None:
    update_record(actor=actor, record_id=acme.pk, title="Acme", data=same, now=LATER)
    acme.refresh_from_db()
    assert (acme.revision, acme.updated_at, acme.history.count()) == (1, NOW, 1)
    assert not Event.objects.filter(name="record.updated").exists()


def test_true_is_not_one(actor: Actor, acme: Record) -> None:
    update_record(actor=actor, record_id=acme.pk, data={"seats": 1}, now=NOW)
    assert update_record(actor=actor, record_id=acme.pk, data={"seats": True}, now=NOW).revision == 3


def test_a_change_that_started_from_an_old_state_is_refused(actor: Actor, acme: Record) -> None:
    update_record(actor=actor, record_id=acme.pk, data={"seats": 6}, revision=1, now=NOW)
    with pytest.raises(RecordMoved, match="revision 2"):
        update_record(actor=actor, record_id=acme.pk, data={"seats": 7}, revision=1, now=NOW)


def test_a_record_cannot_grow_without_end(actor: Actor, acme: Record) -> None:
    with pytest.raises(ValidationError, match="at most"):
        update_record(actor=actor, record_id=acme.pk, data={"log": "x" * MOST_DATA}, now=NOW)


def test_tags_and_owner_are_changes_of_the_record(actor: Actor, acme: Record, ada: User) -> None:
    assert tag_record(actor=actor, record_id=acme.pk, add=["Gold"], remove=["vip"], now=NOW) == ["gold"]
    assert (payload("record.updated")["changed"], payload("record.updated")["tags"]) == (["tags"], ["gold"])
    for _ in range(2):
        assign_record(actor=actor, record_id=acme.pk, to=Assignee("ada", ada), now=NOW)
    assert (payload("record.updated")["changed"], payload("record.updated")["owner"]) == (["owner"], "ada")
    assert Event.objects.filter(name="record.updated").count() == 2


def test_what_happened_is_written_down(actor: Actor, acme: Record) -> None:
    log_activity(actor=actor, record_id=acme.pk, kind="call", text=" They said yes. ", now=NOW)
    activity = Activity.objects.get()
    assert (activity.record, activity.kind, activity.text, activity.execution_id) == (
        acme,
        "call",
        "They said yes.",
        None,
    )
    with pytest.raises(ValidationError, match="Say what happened"):
        log_activity(actor=actor, record_id=acme.pk, text=" ", now=NOW)
    with pytest.raises(ValidationError, match="which record or task"):
        log_activity(actor=actor, text="x", now=NOW)


def test_a_viewer_and_another_account_change_nothing(account: PlatformAccount, acme: Record) -> None:
    viewer = as_role(account, "viewer")
    stranger = as_role(PlatformAccount.objects.create(slug="other", name="Other"), "admin")
    with pytest.raises(Forbidden, match="records:write"):
        create_record(actor=viewer, record_type="deal", title="x", now=NOW)
    for who, refusal in ((viewer, Forbidden), (stranger, Record.DoesNotExist)):
        with pytest.raises(refusal):
            update_record(actor=who, record_id=acme.pk, data={"x": 1}, now=NOW)
        with pytest.raises(refusal):
            tag_record(actor=who, record_id=acme.pk, add=["x"], now=NOW)
        with pytest.raises(refusal):
            assign_record(actor=who, record_id=acme.pk, to=Assignee("x"), now=NOW)
        with pytest.raises(refusal):
            log_activity(actor=who, record_id=acme.pk, text="x", now=NOW)
    with pytest.raises(Forbidden, match="another account"):
        create_record(actor=stranger, record_type="offer", title="x", based_on=acme, now=NOW)
    assert (Record.objects.count(), acme.history.count()) == (1, 1)
