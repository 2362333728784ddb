"""The gallery's page: what it shows, what “Use this” does, and whose templates stand there."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from opsflows.audit.models import AuditEntry
from opsflows.studio.gallery.shelf import entries
from opsflows.workflows.mark_template import mark_template
from opsflows.workflows.models import Workflow
from tests.admin.world import World

pytestmark = pytest.mark.django_db


def page(client: Client, **query: str) -> str:
    return client.get(reverse("studio:gallery"), query).content.decode()


def test_everything_is_there_and_can_be_narrowed(admin: Client) -> None:
    html = page(admin)
    assert html.count('class="ops-card studio-card"') == len(entries())
    assert "Save as template" in html
    narrowed = page(admin, q="stripe invoice")
    assert "Failed Payment Follow-up" in narrowed
    assert "Abandoned Cart" not in narrowed
    assert "Nothing in the gallery fits" in page(admin, q="no such thing")
    assert page(admin, category="support").count('studio-card"') == sum(e.category == "support" for e in entries())


def test_use_this_makes_a_draft_and_leads_to_it(admin: Client, alpha: World) -> None:
    answer = admin.post(reverse("studio:gallery-use", args=["new-customer-onboarding"]))
    workflow = Workflow.objects.get(account=alpha.account)
    assert answer.status_code == 302
    assert str(workflow.pk) in answer["Location"]
    assert (workflow.workflow_name, workflow.is_active) == ("New Customer Onboarding", False)
    assert AuditEntry.objects.filter(action="workflow.from_gallery").count() == 1


def test_get_does_nothing_and_unknown_ones_lead_back(admin: Client) -> None:
    assert admin.get(reverse("studio:gallery-use", args=["fulfil-orders"])).status_code == 302
    assert admin.post(reverse("studio:gallery-use", args=["no-such"]))["Location"] == reverse("studio:gallery")
    assert not Workflow.objects.exists()


def test_viewers_look_and_do_not_use(viewer: Client) -> None:
    assert "Use this" not in page(viewer).replace("“Use this”", "")
    assert viewer.post(reverse("studio:gallery-use", args=["fulfil-orders"])).status_code == 403


def test_ours_stand_there_for_this_account_alone(admin: Client, alpha: World, beta: World) -> None:
    mine, theirs = alpha.workflow("Our way"), beta.workflow("Their way")
    for world, workflow in ((alpha, mine), (beta, theirs)):
        mark_template(actor=world.actor, workflow=workflow, is_template=True, now=timezone.now())
    html = page(admin)
    assert "Our way" in html
    assert "Their way" not in html
    admin.post(reverse("studio:gallery-use-ours", args=[mine.pk]))
    copy = Workflow.objects.get(account=alpha.account, workflow_name="Our way (2)")
    assert (copy.is_template, copy.workflow_data["edges"]) == (False, mine.workflow_data["edges"])
    assert admin.post(reverse("studio:gallery-use-ours", args=[theirs.pk]))["Location"] == reverse("studio:gallery")


def test_the_acts_save_and_take_out(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("Our way")
    admin.post(reverse("admin:workflows_workflow_save-as-template", args=[workflow.pk]))
    assert Workflow.objects.get(pk=workflow.pk).is_template
    admin.post(reverse("admin:workflows_workflow_take-out-of-gallery", args=[workflow.pk]))
    assert not Workflow.objects.get(pk=workflow.pk).is_template


def test_many_templates_cost_no_more_queries_than_one(admin: Client, alpha: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(admin)
        return len(seen)

    alpha.workflow("One", live=False)
    Workflow.objects.update(is_template=True)
    page(admin)
    few = queries()
    for number in range(30):
        alpha.workflow(f"More {number}", live=False)
    Workflow.objects.update(is_template=True)
    assert queries() == few
    assert "These are the first 24" in page(admin)


def test_what_no_database_takes_is_left_out(admin: Client) -> None:
    assert admin.get(reverse("studio:gallery"), {"q": "deal\x00"}).status_code == 200
