"""A form that nobody touched gives back exactly what it was made of."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsflows.studio.forms.offered import Offered
from opsflows.workflows.graph import Graph, Node, definition_hash
from opsflows.workflows.registry import all_kinds
from tests.studio.forms.configs import conditions, configs
from tests.studio.forms.page import condition_again, step_again

_SETTINGS = settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
KINDS = sorted(all_kinds())


@pytest.fixture(autouse=True)
def _nothing_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Offered, "choices", lambda self, name: [("known", "Known")])


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_comes_back_as_it_was(name: str) -> None:
    kind = all_kinds()[name]

    @_SETTINGS
    @given(configs(kind), st.sampled_from(["", "My step", 'With "quotes" & <b>']))
    def check(config: dict[str, Any], label: str) -> None:
        data = {"kind": name, "label": label, "config": config, "pinned": {"output": 1}, "critical": True}
        form = step_again(data)
        assert not form.posted.wrong
        assert form.node_data() == data
        assert _hash(form.node_data()) == _hash(data)

    check()


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(conditions())
def test_every_condition_comes_back_as_it_was(tree: Any) -> None:
    form = condition_again(tree)
    assert not form.posted.wrong
    assert form.conditions() == tree


@pytest.mark.parametrize("tree", [None, {}, [], {"logic": "AND", "rules": []}, {"rules": None}])
def test_a_condition_that_says_nothing_stays_as_it_is_written(tree: Any) -> None:
    assert condition_again(tree).conditions() == tree


def _hash(data: dict[str, Any]) -> str:
    node = Node(id="a1", type="action", kind=data["kind"], label=data["label"], config=data["config"])
    return definition_hash(Graph((node,), ()), {})
