"""What is exported comes back as it was, to the last digit, and is written the same again."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.studio.exchange.read import read_document
from opsflows.studio.exchange.read_yaml import read_yaml
from opsflows.studio.exchange.write import Format, definition_of, text_of
from opsflows.studio.exchange.write_yaml import write_yaml
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.read_graph import read_graph
from tests.studio.exchange.drafts import TEXTS, VALUES, drafts

_SETTINGS = st.sampled_from([{}, {"priority": "high", "timeout": "2 days"}, {"errorHandling": {"onError": "continue"}}])


def written(workflow_data: Any, settings_: Any, form: Format) -> str:
    document = {"opsflows": 1, "name": "A flow", **definition_of(workflow_data, settings_), "settings": settings_}
    return text_of([document], form)


@settings(max_examples=200, deadline=None)
@given(drafts(), _SETTINGS, st.sampled_from(["yaml", "json"]))
def test_export_import_export_is_the_same_to_the_byte(flow: Any, run_settings: Any, form: Format) -> None:
    text = written(flow, run_settings, form)
    (imported,) = read_document(text.encode(), format=form)
    before = definition_hash(read_graph(flow), run_settings)
    assert definition_hash(read_graph(imported.workflow_data), imported.settings) == before
    assert written(imported.workflow_data, imported.settings, form) == text
    assert "Ada" not in text


@settings(max_examples=60, deadline=None)
@given(drafts(), st.randoms(use_true_random=False))
def test_what_means_the_same_is_written_the_same(flow: Any, shuffled: Random) -> None:
    """However the editor lists nodes and edges after a step was moved away and back: no line of a diff speaks of it."""
    nodes, edges = list(flow["nodes"]), list(flow["edges"])
    shuffled.shuffle(nodes)
    shuffled.shuffle(edges)
    assert written({"nodes": nodes, "edges": edges}, {}, "yaml") == written(flow, {}, "yaml")


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=6))
def test_yaml_keeps_every_value(value: dict[str, Any]) -> None:
    text = write_yaml([value])
    if not value:
        return
    (read,) = read_yaml(text)
    assert read.value == value
    assert write_yaml([read.value]) == text


def test_the_order_in_which_keys_lie_does_not_matter() -> None:
    def flow(config: dict[str, Any]) -> dict[str, Any]:
        node = {"id": "a1", "type": "action", "data": {"kind": "slack", "config": config}}
        trigger = {"id": "trigger", "type": "trigger", "data": {"kind": "event", "config": {"event": "order.paid"}}}
        return {"nodes": [trigger, node], "edges": [{"source": "trigger", "target": "a1"}]}

    config = {"message": "One\nTwo", "channel": "#deals"}
    turned = dict(reversed(config.items()))
    assert written(flow(config), {}, "yaml") == written(flow(turned), {}, "yaml")
    assert "message: |-\n    One\n    Two\n" in written(flow(config), {}, "yaml")


@pytest.mark.parametrize("number", ["0.10", "100000.01", "123456789012345678901234567890.5", "1E-7", "0.1"])
def test_numbers_keep_their_digits(number: str) -> None:
    for form in ("yaml", "json"):
        flow = {
            "nodes": [
                {"id": "a", "type": "action", "data": {"kind": "set", "config": {"values": {"x": Decimal(number)}}}}
            ]
        }
        (imported,) = read_document(written(flow, {}, form), format=form)
        value = imported.workflow_data["nodes"][0]["data"]["config"]["values"]["x"]
        assert (type(value), format(value, "f")) == (Decimal, format(Decimal(number), "f"))
