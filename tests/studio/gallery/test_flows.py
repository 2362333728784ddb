"""Every flow of the gallery is told in full and fit to be published; what was taken twice is told apart."""

import re
from typing import Any

import pytest
from django.utils import timezone

from opsflows.accounts.models import PlatformAccount
from opsflows.studio.exchange.check import checked
from opsflows.studio.exchange.read import read_document
from opsflows.studio.gallery.shelf import entries, folder
from opsflows.studio.gallery.use_flow import use_flow
from opsflows.workflows.models import Workflow
from tests.admin.world import World

FLOWS = sorted(path.stem for path in folder().glob("*.yaml"))


def test_each_is_told_in_full() -> None:
    assert sorted(path.stem for path in (folder() / "about").glob("*.yaml")) == FLOWS
    # All of them are readable, and there is one for each pattern.
    assert sorted(entry.slug for entry in entries()) == FLOWS
    assert len(FLOWS) >= 27
    for entry in entries():
        assert entry.description
        assert entry.audience
        assert entry.starts
        assert entry.needs
        assert entry.fill_in
        assert entry.tags
        assert entry.category in ("sales", "marketing", "support", "operations")
        assert "<svg" in entry.picture
        labels = {node["data"].get("label") for node in entry.workflow_data["nodes"]}
        said = [*entry.fill_in, *entry.needs]
        assert {label for text in said for label in re.findall("“([^”]+)”", text)} <= labels
        assert entry.answers.keys() <= {node["id"] for node in entry.workflow_data["nodes"]}


@pytest.mark.parametrize("flow", FLOWS)
def test_nothing_stands_in_the_way_of_publishing(flow: str) -> None:
    (imported,) = read_document((folder() / f"{flow}.yaml").read_bytes(), format="yaml")
    assert checked(imported) == []


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
