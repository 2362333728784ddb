"""Every flow, as a person takes it: a draft that opens, is drawn, runs dry to where it should, and can go live."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from opsflows.databases.models import Database
from opsflows.runs.dry_run import DryRun, dry_run
from opsflows.studio.exchange.write import text_of, to_document
from opsflows.studio.gallery.placeholders import placeholders_in
from opsflows.studio.gallery.shelf import entry_of, folder
from opsflows.studio.gallery.use_flow import use_flow
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import update_draft
from tests.admin.world import World
from tests.studio.gallery.paths import OTHERWISE, PATHS

pytestmark = pytest.mark.django_db
#: A Friday in the morning; the samples are of that day.
NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def there(alpha: World, settings: Any) -> None:
    """What an administrator sets up once."""
    settings.SLACK_WEBHOOK_URL = "https://hooks.slack.com/services/x"
    Database.objects.create(account=alpha.account, name="crm", kind="sqlite", database_name="crm.sqlite3")


def tried(world: World, workflow: Workflow, data: Any) -> DryRun:
    return dry_run(actor=world.actor, workflow=workflow, data=data, now=NOW)


def steps_of(found: DryRun) -> str:
    return " ".join(dict.fromkeys(step.id for step in found.steps))


def test_every_flow_has_a_path() -> None:
    assert PATHS.keys() == {path.stem for path in folder().glob("*.yaml")}


@pytest.mark.parametrize("flow", PATHS)
def test_from_the_gallery_to_live(flow: str, admin: Client, alpha: World) -> None:
    entry = entry_of(flow)
    taken = admin.post(reverse("studio:gallery-use", args=[flow]))
    workflow = Workflow.objects.get(account=alpha.account)
    assert text_of([to_document(workflow)], "yaml").encode() == (folder() / f"{flow}.yaml").read_bytes()

    assert str(workflow.pk) in taken["Location"]
    assert admin.get(reverse("studio:edit", args=[workflow.pk])).status_code == 200
    assert "<svg" in entry.picture

    found = tried(alpha, workflow, entry.sample)
    assert (steps_of(found), found.error, found.starts) == (PATHS[flow], None, True)

    filled = json.loads(json.dumps(workflow.workflow_data, default=str).replace(".example", ".acme-corp.com"))
    assert not any(each.must_go for each in placeholders_in(filled))
    workflow = update_draft(actor=alpha.actor, workflow=workflow, revision=workflow.revision, workflow_data=filled)
    published = publish(actor=alpha.actor, workflow=workflow, revision=workflow.revision, now=timezone.now())
    assert published.number == 1


def test_what_else_may_come(alpha: World) -> None:
    wrong = []
    for flow, sample, answers, comes_to in OTHERWISE:
        entry = entry_of(flow)
        workflow = use_flow(actor=alpha.actor, slug=flow, now=NOW)
        for node in workflow.workflow_data["nodes"]:
            if node["id"] in answers:
                node["data"]["pinned"] = {"output": {"status": 200, "body": answers[node["id"]]}}
        found = steps_of(tried(alpha, workflow, {**entry.sample, **sample}))
        if comes_to not in found.split():
            wrong.append(f"{flow} with {sample or answers}: {found}")
    assert wrong == []
