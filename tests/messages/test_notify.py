"""Notifications in the house: told once, to the people who are meant."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.actor_for_user import actor_for_membership
from opsflows.accounts.models import Membership, PlatformAccount, Team, TeamMember, User
from opsflows.messages.mark_read import mark_all_read, mark_read
from opsflows.messages.models import Notification
from opsflows.messages.notify import notify
from opsflows.runs.models import Execution
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from tests.accounts.conftest import person
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(account: PlatformAccount) -> User:
    return person(account, "ada", "viewer")


@pytest.fixture
def grace(account: PlatformAccount) -> User:
    return person(account, "grace", "viewer")


def step(**config: Any) -> dict[str, Any]:
    return {"type": "notify", "to": ["ada"], "title": "Won: {{name}}", **config}


def test_people_are_told_once_each(
    engine: Engine, live: Callable[..., Workflow], account: PlatformAccount, ada: User, grace: User
) -> None:
    team = Team.objects.create(account=account, name="Sales")
    TeamMember.objects.create(team=team, user=grace)
    TeamMember.objects.create(team=team, user=ada)
    live("deal.won", step(to=["ada", "sales", "{{who}}"], message="Worth {{value}}", link="/admin/"))
    engine.emit("deal.won", name="Acme", value=3, who="grace@example.com")
    engine.settle()
    told = Notification.objects.order_by("user__username").values_list("user__username", "title", "body", "link")
    assert list(told) == [("ada", "Won: Acme", "Worth 3", "/admin/"), ("grace", "Won: Acme", "Worth 3", "/admin/")]
    assert engine.steps("output_data") == [{"notified": ["ada", "grace"]}]


@pytest.mark.parametrize(
    ("config", "data", "reason"),
    [
        ({"to": ["{{who}}"]}, {"who": "nobody"}, "to: 'nobody' is no email address"),
        ({"to": ["{{who}}"]}, {"who": "x@example.org"}, "nobody who works here"),
        ({"to": ["{{who}}"]}, {}, "nobody who works here"),
        ({"link": "{{url}}"}, {"url": "javascript:alert(1)"}, "link: 'javascript:alert(1)' is no link"),
        ({"title": "{{nothing}}"}, {}, "title: it is empty"),
        ({"to": ["engineering_lead"]}, {}, "nobody yet"),
    ],
)
def test_what_cannot_be_told_fails_and_says_why(
    engine: Engine, live: Callable[..., Workflow], ada: User, config: dict[str, Any], data: Any, reason: str
) -> None:
    live("deal.won", step(**config))
    engine.emit("deal.won", **data)
    engine.settle()
    assert engine.run().execution_status == Execution.Status.FAILED
    assert reason in (engine.run().error_message or "")
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"to": []}, "Name at least one person"),
        ({"to": ["adda"]}, "'adda' is no email address, no member"),
        ({"link": "//evil.example"}, "is no link"),
        ({"title": " "}, "Give the notification a title."),
    ],
)
def test_publishing_says_what_is_wrong(
    live: Callable[..., Workflow], ada: User, config: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidDefinition, match=reason):
        live("deal.won", step(**config))


def test_a_key_tells_nobody_twice(account: PlatformAccount, ada: User, grace: User) -> None:
    for _ in range(2):
        notify(account_id=account.pk, users=[ada, grace, ada], title="x", key="k", now=NOW)
    assert Notification.objects.count() == 2
    for _ in range(2):
        notify(account_id=account.pk, users=[ada], title="x", now=NOW)
    assert Notification.objects.count() == 4


def test_a_link_that_leads_astray_is_refused(account: PlatformAccount, ada: User) -> None:
    with pytest.raises(ValueError, match="is no link"):
        notify(account_id=account.pk, users=[ada], title="x", link="javascript:alert(1)", now=NOW)


def test_long_texts_are_cut(account: PlatformAccount, ada: User) -> None:
    notify(account_id=account.pk, users=[ada], title="t" * 300, body="b" * 20_000, now=NOW)
    row = Notification.objects.get()
    assert (len(row.title), len(row.body), row.title[-1]) == (255, 10_000, "…")


def test_one_marks_ones_own_as_read(account: PlatformAccount, ada: User, grace: User) -> None:
    notify(account_id=account.pk, users=[ada, grace], title="x", now=NOW)
    actor = actor_for_membership(Membership.objects.select_related("user", "account").get(user=ada), door="admin")
    mine, theirs = Notification.objects.get(user=ada), Notification.objects.get(user=grace)
    mark_read(actor=actor, notification=mine, now=NOW)
    with pytest.raises(Forbidden):
        mark_read(actor=actor, notification=theirs, now=NOW)
    notify(account_id=account.pk, users=[ada], title="y", now=NOW)
    assert mark_all_read(actor=actor, now=NOW) == 1
    assert list(Notification.objects.filter(read_at=None)) == [theirs]
