"""What people and steps do with tasks: through verbs that check, lock, and leave a trace."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount, User
from opsflows.events.models import Event
from opsflows.messages.models import Notification
from opsflows.records.assign import assign_task
from opsflows.records.assignee import NOBODY, Assignee, member
from opsflows.records.cancel_task import cancel_task, reopen_task
from opsflows.records.complete_task import complete_task
from opsflows.records.create_task import create_task
from opsflows.records.models import Tag, Task
from opsflows.records.plan_task import add_to_project, set_due_date
from opsflows.records.tag import tag_task
from tests.records.conftest import as_role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def task(actor: Actor) -> Task:
    return create_task(actor=actor, title="Call  Acme\n", tags=["VIP"], now=NOW)


def names() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("name", flat=True))


def test_a_new_task(task: Task) -> None:
    assert (task.title, task.status, task.assigned_to, task.execution_id) == ("Call Acme", "open", "", None)
    assert [tag.name for tag in task.tags.all()] == ["vip"]
    assert names() == ["task.created"]


def test_a_task_for_somebody_says_so_in_its_events(actor: Actor, account: PlatformAccount, ada: User) -> None:
    task = create_task(actor=actor, title="x", to=member(account_id=account.pk, user_id=ada.pk), due_at=LATER, now=NOW)
    assert names() == ["task.created", "task.assigned"]
    payload = Event.objects.get(name="task.assigned").payload.data
    assert payload["assigneeEmail"] == "ada@example.com"
    assert (payload["taskId"], payload["dueAt"]) == (str(task.pk), LATER.isoformat())


@pytest.mark.parametrize(
    ("field", "value"), [("title", "  "), ("priority", "someday"), ("tags", ["x" * 101]), ("tags", map(str, range(51)))]
)
def test_what_cannot_be_is_said_by_field(actor: Actor, field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        create_task(actor=actor, **{"title": "x", "now": NOW, field: value})
    assert list(caught.value.message_dict) == [field]
    assert not Task.objects.exists()


def test_done_once_and_with_a_trace(actor: Actor, task: Task) -> None:
    assert complete_task(actor=actor, task_id=task.pk, now=LATER).completed_at == LATER
    assert complete_task(actor=actor, task_id=task.pk, now=LATER + timedelta(1)).completed_at == LATER
    assert [row.status for row in task.history.all()] == ["done", "open"]
    assert names() == ["task.created", "task.completed"]


def test_cancelled_stays_so_until_it_is_opened_again(actor: Actor, task: Task) -> None:
    cancel_task(actor=actor, task_id=task.pk)
    assert complete_task(actor=actor, task_id=task.pk, now=LATER).status == "cancelled"
    assert reopen_task(actor=actor, task_id=task.pk).status == "open"
    complete_task(actor=actor, task_id=task.pk, now=LATER)
    assert cancel_task(actor=actor, task_id=task.pk).status == "done"
    assert reopen_task(actor=actor, task_id=task.pk).completed_at is None


def test_assigning_is_told_once(actor: Actor, task: Task, ada: User) -> None:
    for _ in range(2):
        assign_task(actor=actor, task_id=task.pk, to=Assignee("support", ada), now=NOW)
    assign_task(actor=actor, task_id=task.pk, to=Assignee("ada", ada), now=NOW)
    assert names() == ["task.created", "task.assigned"]
    task.refresh_from_db()
    assert (task.assigned_to, task.assignee) == ("ada", ada)
    assign_task(actor=actor, task_id=task.pk, to=NOBODY, now=NOW)
    assert [row.assigned_to for row in task.history.all()] == ["", "ada", "support", ""]


def test_only_an_active_member_is_given_work(account: PlatformAccount, ada: User) -> None:
    other = PlatformAccount.objects.create(slug="other", name="Other")
    with pytest.raises(ValidationError, match="active member"):
        member(account_id=other.pk, user_id=ada.pk)
    ada.is_active = False
    ada.save()
    with pytest.raises(ValidationError, match="active member"):
        member(account_id=account.pk, user_id=ada.pk)


def test_due_and_project(actor: Actor, task: Task) -> None:
    set_due_date(actor=actor, task_id=task.pk, due_at=LATER)
    set_due_date(actor=actor, task_id=task.pk, due_at=LATER)
    add_to_project(actor=actor, task_id=task.pk, project=" Onboarding ")
    task.refresh_from_db()
    assert (task.due_at, task.project, task.history.count()) == (LATER, "Onboarding", 3)


def test_tags_are_put_on_and_taken_off(actor: Actor, task: Task) -> None:
    assert tag_task(actor=actor, task_id=task.pk, add=["Big  Deal", "vip"], remove=["gone"], now=NOW) == [
        "big deal",
        "vip",
    ]
    assert tag_task(actor=actor, task_id=task.pk, remove=["VIP"], now=NOW) == ["big deal"]
    assert Tag.history.filter(name="vip").count() == 2  # type: ignore[attr-defined]  # put on, taken off


VERBS: list[Callable[..., object]] = [
    complete_task,
    cancel_task,
    reopen_task,
    lambda now=NOW, **who: assign_task(to=NOBODY, now=now, **who),
    lambda now=NOW, **who: set_due_date(due_at=None, **who),
    lambda now=NOW, **who: add_to_project(project="x", **who),
    lambda now=NOW, **who: tag_task(add=["x"], now=now, **who),
]


@pytest.mark.parametrize("verb", VERBS)
def test_a_viewer_and_another_account_change_nothing(account: PlatformAccount, task: Task, verb: Any) -> None:
    before = list(Task.objects.values())
    now = {} if verb in (cancel_task, reopen_task) else {"now": LATER}
    with pytest.raises(Forbidden, match="records:write"):
        verb(actor=as_role(account, "viewer"), task_id=task.pk, **now)
    stranger = as_role(PlatformAccount.objects.create(slug="other", name="Other"), "admin")
    with pytest.raises(Task.DoesNotExist):
        verb(actor=stranger, task_id=task.pk, **now)
    assert list(Task.objects.values()) == before


def test_who_is_given_a_task_is_told_in_the_house(actor: Actor, account: PlatformAccount, ada: User) -> None:
    task = create_task(actor=actor, title="Call", to=Assignee("ada", ada), now=NOW)
    [note] = Notification.objects.filter(user=ada)
    assert (note.title, note.account) == ("A task for you: Call", account)
    assert note.link == reverse("admin:records_task_change", args=[task.pk])
    herself = Actor(account_id=account.pk, user_id=ada.pk, role="editor", door="admin")
    create_task(actor=herself, title="Mine", to=Assignee("ada", ada), now=NOW)
    assert Notification.objects.count() == 1
