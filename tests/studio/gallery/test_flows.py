"""Every flow of the gallery: written as an export writes it, fit to be published, and led through a dry run."""

from typing import Any

import pytest
from django.utils import timezone

from opsflows.accounts.models import PlatformAccount
from opsflows.runs.dry_run import dry_run
from opsflows.studio.exchange.check import checked
from opsflows.studio.exchange.read import read_document
from opsflows.studio.exchange.write import text_of, to_document
from opsflows.studio.gallery.shelf import entries, folder
from opsflows.studio.gallery.use_flow import use_flow
from opsflows.workflows.models import Workflow
from tests.admin.world import World

FLOWS = sorted(path.stem for path in folder().glob("*.yaml"))


def test_each_is_told_in_full() -> None:
    assert sorted(path.stem for path in (folder() / "about").glob("*.yaml")) == FLOWS
    assert 14 <= len(FLOWS) <= 18
    for entry in entries():
        assert entry.description
        assert entry.audience
        assert entry.starts
        assert entry.needs
        assert "<svg" in entry.picture
        assert entry.answers.keys() <= {node["id"] for node in entry.workflow_data["nodes"]}


@pytest.mark.parametrize("flow", FLOWS)
def test_nothing_stands_in_the_way_of_publishing(flow: str) -> None:
    (imported,) = read_document((folder() / f"{flow}.yaml").read_bytes(), format="yaml")
    assert checked(imported) == []


@pytest.mark.django_db
@pytest.mark.parametrize("flow", FLOWS)
def test_it_becomes_a_draft_and_runs_dry(flow: str, alpha: World, settings: Any) -> None:
    settings.SLACK_WEBHOOK_URL = "https://hooks.slack.example/services/x"
    entry = next(entry for entry in entries() if entry.slug == flow)
    workflow = use_flow(actor=alpha.actor, slug=flow, now=timezone.now())
    workflow = Workflow.objects.get(pk=workflow.pk)
    assert text_of([to_document(workflow)], "yaml").encode() == (folder() / f"{flow}.yaml").read_bytes()
    found = dry_run(actor=alpha.actor, workflow=workflow, data=entry.sample, now=timezone.now())
    assert (found.error, found.status, found.starts) == (None, "completed", True)
    assert len(found.steps) >= 2


@pytest.mark.django_db
def test_a_second_one_gets_a_number(alpha: World, beta: World) -> None:
    def names(world: World) -> list[Any]:
        rows = Workflow.objects.filter(account=world.account).order_by("pk")
        return list(rows.values_list("workflow_name", flat=True))

    for _ in range(3):
        use_flow(actor=alpha.actor, slug="fulfil-orders", now=timezone.now())
    use_flow(actor=beta.actor, slug="fulfil-orders", now=timezone.now())
    assert names(alpha) == ["Fulfil Orders", "Fulfil Orders (2)", "Fulfil Orders (3)"]
    assert names(beta) == ["Fulfil Orders"]
    assert PlatformAccount.objects.count() == 2
