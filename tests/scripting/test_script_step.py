"""The script as a step of a run."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from opsflows.runs.models import Execution
from opsflows.scripting import read_script
from opsflows.scripting.steps import ScriptKind
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
Live = Callable[..., Workflow]


def script(source: str, **config: Any) -> dict[str, Any]:
    return {"type": "script", "id": "calc", "source": source, **config}


def test_what_it_returns_is_there_for_later_steps(engine: Engine, live: Live) -> None:
    source = "console.log('scoring', event.name);\nreturn {score: input.amount * 2, first: event.items[0]}"
    live(
        "deal.won",
        script(source, input={"amount": "{{value}}"}),
        {
            "type": "set",
            "values": {"result": "{{steps.calc.output.value.score}} for {{steps.calc.output.value.first}}"},
        },
    )
    engine.emit("deal.won", name="Acme", value=Decimal("10.25"), items=["a"], token="s3cret")
    engine.settle()
    calc, result = engine.steps("output_data")
    assert calc == {"value": {"score": Decimal("20.5"), "first": "a"}, "log": ["scoring Acme"]}
    assert result == {"result": "20.5 for a"}
    assert engine.steps("input_data")[0] == {"input": {"amount": Decimal("10.25")}, "timeout": 2}


def test_braces_in_the_source_are_its_own(engine: Engine, live: Live) -> None:
    live("deal.won", script("const t = '{{name}}'; return `${t} {% x %}`"))
    engine.emit("deal.won", name="Acme")
    engine.settle()
    assert engine.steps("output_data")[0]["value"] == "{{name}} {% x %}"


def test_its_failure_is_not_tried_again(engine: Engine, live: Live) -> None:
    handling = {"errorHandling": {"retryCount": 3, "retryDelay": 1}}
    live("deal.won", script("console.log('so far');\nthrow new Error('no customer')"), settings=handling)
    engine.emit("deal.won")
    engine.settle()
    assert engine.steps("error_message", "attempt", "output_data") == [
        ("The script failed on line 2: Error: no customer", 1, {"log": ["so far"]})
    ]
    assert engine.run().execution_status == Execution.Status.FAILED


def test_a_process_that_does_not_start_is_tried_again(
    engine: Engine, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live("deal.won", script("return 1"), settings={"errorHandling": {"retryCount": 1, "retryDelay": 1}})
    with monkeypatch.context() as broken:
        broken.setattr("opsflows.scripting.run_script.sys.executable", "/nowhere/python")
        engine.emit("deal.won")
        engine.settle()
    engine.pass_time(minutes=1)
    assert [error and error.partition(":")[0] for error in engine.steps("error_message")] == [
        "The script's process did not start",
        None,
    ]
    assert engine.run().execution_status == Execution.Status.COMPLETED


def test_a_repeat_comes_to_the_same(engine: Engine, live: Live) -> None:
    """The clock is the step's, and so is what chance brings; another run has another."""
    source = (
        "return [Date.now(), new Date().toISOString(), Date(), new Date().getHours(), Math.random(), Math.random(),"
        " new Intl.DateTimeFormat('de').format(), typeof Temporal, new Date(2026, 0, 1).toISOString(),"
        " new Date() instanceof Date, new Date().constructor === Date, Date.UTC(1970, 0)]"
    )
    live("deal.won", script(source))
    frozen = []
    call = ScriptKind.call

    def twice(self: ScriptKind, request: Any, *, key: str) -> Any:
        frozen.append((call(self, request, key=key), call(self, request, key=key)))
        return frozen[-1][0]

    ScriptKind.call = twice  # type: ignore[method-assign]
    try:
        engine.emit("deal.won")
        engine.emit("deal.won")
        engine.settle()
    finally:
        ScriptKind.call = call  # type: ignore[method-assign]
    assert [first == second for first, second in frozen] == [True, True]
    one, other = (first.output["value"] for first, _ in frozen)
    assert one[4:6] != other[4:6]
    assert one[4] != one[5]
    assert one[:4] == [
        1772442000000,
        "2026-03-02T09:00:00.000Z",
        "Mon Mar 02 2026 10:00:00 GMT+0100 (Central European Standard Time)",
        10,
    ]
    assert one[6:] == ["2.3.2026", "undefined", "2025-12-31T23:00:00.000Z", True, True, 0]


def test_while_scripts_are_off_none_is_published(live: Live, settings: Any) -> None:
    settings.OPSFLOWS_SCRIPTS = False
    with pytest.raises(InvalidDefinition, match="switch them on with OPSFLOWS_SCRIPTS=1"):
        live("deal.won", script("return 1"))


def test_a_version_from_before_fails_while_scripts_are_off(engine: Engine, live: Live, settings: Any) -> None:
    live("deal.won", script("return 1"))
    settings.OPSFLOWS_SCRIPTS = False
    engine.emit("deal.won")
    engine.settle()
    assert "switch them on with OPSFLOWS_SCRIPTS=1" in engine.steps("error_message")[0]


@pytest.mark.parametrize(
    ("platform", "engine_found", "message"),
    [("darwin", True, "run on Linux only"), ("linux", False, "mini-racer, which is not installed")],
)
def test_where_it_cannot_run_nothing_is_published(
    live: Live, monkeypatch: pytest.MonkeyPatch, platform: str, engine_found: bool, message: str
) -> None:
    monkeypatch.setattr("opsflows.scripting.availability.sys.platform", platform)
    monkeypatch.setattr("opsflows.scripting.availability._has_engine", lambda: engine_found)
    with pytest.raises(InvalidDefinition, match=message):
        live("deal.won", script("return 1"))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"source": " "}, "Write the script, such as"),
        ({"source": "return {"}, "source: The script cannot be read on line 1: SyntaxError"),
        ({"source": "x" * 70_000}, "at most 65536 characters"),
        ({"source": "return 1", "timeout": 31}, "timeout: This must be less than or equal to 30"),
        ({"source": "return 1", "language": "python"}, "language: This field is not known here"),
    ],
)
def test_what_refuses_publishing(live: Live, config: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDefinition, match=message):
        live("deal.won", {"type": "script", **config})


def test_a_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages ask again each time they are shown."""
    read_script._problem.cache_clear()
    assert read_script.syntax_problem("return 1") is None
    monkeypatch.setattr("opsflows.scripting.run_script.sys.executable", "/nowhere/python")
    assert read_script.syntax_problem("return 1") is None
    assert "could not be found out" in str(read_script.syntax_problem("return 2"))


def test_too_much_to_hand_over(engine: Engine, live: Live) -> None:
    live("deal.won", script("return 1"))
    engine.emit("deal.won", text="x" * 2**21)
    engine.settle()
    assert "longer than 2 MB as JSON" in engine.steps("error_message")[0]
