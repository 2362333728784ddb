"""Templates and notifications in the admin: previews, problems at their fields, and everybody's own notifications."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from opsflows.events.models import EventType
from opsflows.messages.models import MessageTemplate, Notification
from opsflows.messages.notify import notify
from opsflows.workflows.models import Workflow
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import _served, admin, alpha, beta, signed_in, viewer
from tests.admin.world import World, person

__all__ = ["_served", "admin", "alpha", "beta", "viewer"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def welcome() -> MessageTemplate:
    call_command("loaddata", "message_templates", verbosity=0)
    return MessageTemplate.objects.get(name="welcome")


def form(**fields: Any) -> dict[str, Any]:
    return {"subject": "Hello {{customerName}}", "body": "It is {{value}}", "description": "", "sample": "", **fields}


def test_a_template_is_written_previewed_and_refused_at_its_field(admin: Client) -> None:
    answer = admin.post(adding(MessageTemplate), form(name="mine", preview="1"))
    assert "Hello Northwind Traders" in answer.content.decode()
    assert not MessageTemplate.objects.exists()
    answer = admin.post(adding(MessageTemplate), form(name="mine", body="{{#if x}}"))
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["body"]
    answer = admin.post(adding(MessageTemplate), form(name="mine"), follow=True)
    assert "Workflows can send “mine” now." in answer.content.decode()
    assert MessageTemplate.history.get().history_door == "admin"


def test_a_broken_text_in_a_preview_says_why_and_keeps_what_was_written(admin: Client) -> None:
    html = admin.post(adding(MessageTemplate), form(name="mine", body="{{#if x}}", preview="1")).content.decode()
    assert "is never closed" in html
    assert "{{#if x}}" in html


def test_making_it_ours_leaves_the_houses_text_and_shows_ours(
    admin: Client, alpha: World, welcome: MessageTemplate
) -> None:
    assert "Came with OpsFlows" in admin.get(page(welcome)).content.decode()
    assert admin.post(act(welcome, "edit"), form(), follow=True).status_code == 200
    html = admin.post(act(welcome, "make-own"), form(), follow=True).content.decode()
    assert "is yours now" in html
    welcome.refresh_from_db()
    assert welcome.body != "It is {{value}}"
    own = MessageTemplate.objects.get(account=alpha.account)
    assert own.name == "welcome"
    assert page(welcome) not in html
    admin.post(act(own, "remove"))
    assert page(welcome) in admin.get(listing(MessageTemplate)).content.decode()


def test_the_page_shows_who_sends_an_older_text_and_renews_them(
    admin: Client, alpha: World, welcome: MessageTemplate
) -> None:
    mail = {"type": "email", "to": ["x@example.com"], "template": "welcome"}
    workflow = alpha.workflow("Series", actions=[mail])
    assert "with this text" in admin.get(page(welcome)).content.decode()
    admin.post(act(welcome, "make-own"), form())
    own = MessageTemplate.objects.get(account=alpha.account)
    assert "1 workflow still sends an older text" in admin.get(page(own)).content.decode()
    question = admin.get(act(own, "renew")).content.decode()
    assert "“Series”" in question
    assert "The new text is used in 1 workflow." in admin.post(act(own, "renew"), follow=True).content.decode()
    version = Workflow.objects.get(pk=workflow.pk).published_version
    assert version is not None
    assert version.references["template"]["welcome"]["body"] == "It is {{value}}"
    assert act(own, "renew") not in admin.get(page(own)).content.decode()


def test_a_preview_is_made_of_the_accounts_own_newest_event(admin: Client, alpha: World, beta: World) -> None:
    own = MessageTemplate.objects.create(account=alpha.account, name="own", subject="x", body="{{note}} {{value}}")
    schema = {"type": "object", "properties": {"note": {"type": "string", "examples": ["from the catalog"]}}}
    EventType.objects.create(event_name="deal.won", payload_schema=schema)
    html = admin.get(page(own), {"sample": "deal.won"}).content.decode()
    assert "from the catalog" in html
    assert "value is not in the event" in html
    beta.event(name="deal.won")
    assert "beta" not in admin.get(page(own), {"sample": "deal.won"}).content.decode()
    alpha.event(name="deal.won")
    assert "<p>alpha 1</p>" in admin.get(page(own), {"sample": "deal.won"}).content.decode()


def test_a_text_is_never_markup(admin: Client, alpha: World) -> None:
    own = MessageTemplate.objects.create(
        account=alpha.account, name="own", subject="<i>s", body="<script>alert(1)</script>"
    )
    html = admin.get(page(own)).content.decode()
    assert "<script>alert(1)" not in html
    assert "<i>s" not in html


def test_who_may_only_look_is_offered_nothing(viewer: Client, welcome: MessageTemplate) -> None:
    html = viewer.get(page(welcome)).content.decode()
    assert act(welcome, "make-own") not in html
    assert viewer.post(act(welcome, "make-own"), form()).status_code == 403
    assert viewer.post(act(welcome, "make-own"), form(preview="1")).status_code == 403
    assert viewer.post(adding(MessageTemplate), form(name="x", preview="1")).status_code == 403


@pytest.fixture
def told(alpha: World) -> Notification:
    notify(
        account_id=alpha.account.pk,
        users=[alpha.admin],
        title="For the admin",
        body="Line one\nLine two",
        link="/admin/",
        now=timezone.now(),
    )
    return Notification.objects.get()


def test_one_sees_ones_own_notifications_alone(admin: Client, alpha: World, told: Notification) -> None:
    assert "For the admin" in admin.get(listing(Notification)).content.decode()
    assert 'href="/admin/"' in admin.get(page(told)).content.decode()
    other = signed_in(person(alpha.account, "eddy", "admin"))
    assert "For the admin" not in other.get(listing(Notification)).content.decode()
    assert other.get(page(told)).status_code == 302
    assert other.post(act(told, "read")).status_code == 302
    told.refresh_from_db()
    assert told.read_at is None


def test_a_notification_of_another_account_waits_there(admin: Client, alpha: World, beta: World) -> None:
    notify(account_id=beta.account.pk, users=[alpha.admin], title="News of b", now=timezone.now())
    assert "News of b" not in admin.get(listing(Notification)).content.decode()


def badge(client: Client) -> Any:
    groups = client.get("/admin/").context["sidebar_navigation"]
    return next(item.get("badge") for group in groups for item in group["items"] if item["title"] == "Notifications")


def test_looking_marks_nothing_and_marking_does(admin: Client, told: Notification) -> None:
    admin.get(page(told))
    assert badge(admin) == "1"
    assert "Marked as read." in admin.post(act(told, "read"), follow=True).content.decode()
    assert badge(admin) is None
    first = Notification.objects.get().read_at
    admin.post(act(told, "read"))
    assert Notification.objects.get().read_at == first


def test_all_are_marked_by_post_alone(admin: Client, alpha: World, told: Notification) -> None:
    notify(account_id=alpha.account.pk, users=[alpha.admin], title="More", now=timezone.now())
    url = f"{listing(Notification)}read-all/"
    assert url in admin.get(listing(Notification)).content.decode()
    assert admin.get(url).status_code == 405
    assert badge(admin) == "2"
    assert "All is marked as read." in admin.post(url, follow=True).content.decode()
    assert badge(admin) is None
    assert "New" in admin.get(listing(Notification), {"state": "new"}).content.decode()
