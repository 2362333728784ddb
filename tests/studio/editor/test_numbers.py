"""Where a workflow is read (overview, publishing, versions), its steps bear the numbers that the editor gives them."""

import pytest

from opsflows.studio.drafts.outline import outline
from opsflows.studio.gallery.shelf import Entry, entries
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.wording.reading import steps_in_order

#: Branches that run into one another several times: the editor keeps steps that are shared where they are met first.
TANGLED = {"two-crms-in-step"}


@pytest.mark.parametrize("entry", [each for each in entries() if each.slug not in TANGLED], ids=lambda each: each.slug)
def test_steps_have_one_number(entry: Entry) -> None:
    shown = outline(entry.workflow_data).numbers
    assert [node.id for node in steps_in_order(read_graph(entry.workflow_data))] == sorted(shown, key=shown.__getitem__)


def test_the_order_of_edges_says_nothing() -> None:
    for entry in entries():
        turned = {**entry.workflow_data, "edges": [*reversed(entry.workflow_data["edges"])]}
        orders = [[node.id for node in steps_in_order(read_graph(each))] for each in (entry.workflow_data, turned)]
        assert orders[0] == orders[1], entry.slug
