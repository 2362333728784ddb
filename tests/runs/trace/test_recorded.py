"""What a step leaves for its trace: long lists at their beginning, the variables it set, secrets masked."""

from collections.abc import Callable

import pytest

from opsflows.runs.engine.shown import MOST_ENTRIES, shortened, shown
from opsflows.runs.models import Branch, Step, Variable
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe
from tests.runs.trace.conftest import foreach, two_branches

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]


def test_a_long_list_is_not_written_twice(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "list.each -> call",
        list=foreach(concurrency=100),
        call={"type": "probe_outside", "note": "{{contact}}"},
    )
    engine.emit("deal.won", contacts=[f"c{number}" for number in range(MOST_ENTRIES + 51)])
    engine.settle()
    kept = Step.objects.get(step_id="list").input_data["items"]
    assert kept[:2] == ["c0", "c1"]
    assert kept[MOST_ENTRIES:] == ["… and 51 more, not recorded here"]
    # All of them were worked on.
    assert (len(OutsideProbe.seen), Branch.objects.count()) == (MOST_ENTRIES + 51, MOST_ENTRIES + 51)


def test_lists_are_shortened_wherever_they_stand() -> None:
    value = {"body": [{"rows": list(range(1234))}], "short": (1, 2)}
    found = shortened(value)
    assert len(found["body"][0]["rows"]) == MOST_ENTRIES + 1
    assert found["body"][0]["rows"][-1] == "… and 1,034 more, not recorded here"
    assert found["short"] == [1, 2]
    assert shown({"api_key": "x", "rows": [{"password": "y"}]}) == {"api_key": "••••", "rows": [{"password": "••••"}]}


def test_a_step_keeps_what_it_set_and_for_whom(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "first -> again",
        "again -> fork",
        "fork.left -> inner",
        first={"type": "set", "values": {"fee": 1, "api_token": "hush"}},
        again={"type": "set", "values": {"fee": 2}},
        fork=two_branches(),
        inner={"type": "set", "values": {"note": "x"}, "scope": "local"},
    )
    engine.emit("deal.won")
    engine.settle()
    kept = {step.step_id: step.step_config.get("sets") for step in Step.objects.all()}
    assert kept == {
        "first": {"scope": "global", "values": {"fee": 1, "api_token": "••••"}},
        "again": {"scope": "global", "values": {"fee": 2}},
        "fork": None,
        "inner": {"scope": "local", "values": {"note": "x"}},
    }
    # The variables themselves are not masked: later steps read them.
    assert Variable.objects.get(variable_name="api_token").variable_value == "hush"
