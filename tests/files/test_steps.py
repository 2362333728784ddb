"""The file step in a workflow: published, run, and repeated after a crash."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from opsflows.accounts.models import PlatformAccount
from opsflows.files.steps import FileKind
from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
Live = Callable[..., Workflow]

ROWS = [{"id": 1, "email": "ada@example.com", "value": Decimal("19.90")}, {"id": 2, "email": "=1+1", "value": None}]
WRITE: dict[str, Any] = {"type": "file", "action": "write", "name": "exports/{{today}}.csv", "content": "{{rows}}"}
# PostgreSQL keeps no order of names in an object.
WRITE["columns"] = ["id", "email", "value"]
APPEND: dict[str, Any] = {
    "type": "file",
    "action": "append",
    "name": "log.csv",
    "content": {"id": "{{id}}", "at": "{{today}}"},
}
APPEND["columns"] = ["id", "at"]


@pytest.fixture
def own(place: Path, account: PlatformAccount) -> Path:
    """The account's folder."""
    return place / str(account.pk)


def ran(engine: Engine, **data: Any) -> Execution:
    engine.emit("export.asked", **data)
    engine.settle()
    return Execution.objects.order_by("-id")[0]


def test_rows_are_written_and_read_again(engine: Engine, live: Live, own: Path) -> None:
    name = "exports/2026-03-02.csv"
    live(
        "export.asked",
        WRITE,
        {"type": "file", "action": "read", "name": "{{steps.a1.output.name}}", "numbers": True},
        {"type": "file", "action": "list", "name": "exports"},
        {"type": "file", "action": "delete", "name": name},
        {"type": "file", "action": "read", "name": name, "missing": "empty"},
    )
    assert ran(engine, rows=ROWS).execution_status == "completed"
    written, read, listed, deleted, gone = engine.steps("output_data")
    assert (written["name"], written["count"]) == (name, 2)
    assert read["rows"] == [
        {"id": 1, "email": "ada@example.com", "value": Decimal("19.90")},
        {"id": 2, "email": "'=1+1", "value": ""},
    ]
    assert (read["columns"], read["found"]) == (["id", "email", "value"], True)
    assert [each["name"] for each in listed["files"]] == [name]
    assert deleted == {"name": name}
    assert gone == {"name": name, "found": False, "rows": [], "count": 0, "truncated": False}
    assert not (own / "exports").exists()


def test_documents_and_texts_too(engine: Engine, live: Live, own: Path) -> None:
    live(
        "export.asked",
        {"type": "file", "action": "write", "name": "a.json", "content": "{{rows}}"},
        {"type": "file", "action": "write", "name": "a.txt", "content": "Total: {{total}}"},
        {"type": "file", "action": "read", "name": "a.json"},
    )
    ran(engine, rows=ROWS, total=Decimal("1.10"))
    assert json.loads((own / "a.json").read_text())[0]["value"] == 19.90
    assert (own / "a.txt").read_text() == "Total: 1.10"
    assert engine.steps("output_data")[2]["content"] == ROWS


@pytest.mark.parametrize("columns", ["{{names}}", "value, id", ["value", "{{second}}"]])
def test_columns_may_be_a_variable(engine: Engine, live: Live, own: Path, columns: Any) -> None:
    live("export.asked", WRITE | {"columns": columns})
    ran(engine, rows=ROWS, names=["value", "id"], second="id")
    assert (own / "exports" / "2026-03-02.csv").read_text() == "value,id\n19.90,1\n,2\n"


def test_each_run_appends_its_line(engine: Engine, live: Live, own: Path) -> None:
    live("export.asked", APPEND)
    for number in (1, 2):
        assert ran(engine, id=number).execution_status == "completed"
    assert (own / "log.csv").read_text().splitlines() == ["id,at", "1,2026-03-02", "2,2026-03-02"]


def test_a_line_is_appended_once_though_nobody_learned_of_it(
    engine: Engine, live: Live, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call ends when the line is written and before that is known; it is made again under its key."""
    append, keys = FileKind.call, []

    def call(kind: FileKind, frozen: Any, *, key: str) -> Any:
        outcome = append(kind, frozen, key=key)
        keys.append(key)
        if len(keys) == 1:
            raise RuntimeError("gone")
        return outcome

    monkeypatch.setattr(FileKind, "call", call)
    live("export.asked", APPEND, settings={"errorHandling": {"retryCount": 1, "retryDelay": 1}})
    ran(engine, id=1)
    engine.pass_time(minutes=5)
    assert (engine.run().execution_status, len(keys), len(set(keys))) == ("completed", 2, 1)
    assert (own / "log.csv").read_text().splitlines() == ["id,at", "1,2026-03-02"]


@pytest.mark.parametrize("name", ["../x.csv", "/etc/passwd", "a/../../x", "", ".opsflows/lock", "con"])
def test_no_name_from_outside_leads_elsewhere(engine: Engine, live: Live, place: Path, name: str) -> None:
    live("export.asked", {"type": "file", "action": "write", "name": "{{name}}", "content": "x"})
    run = ran(engine, name=name)
    assert run.execution_status == "failed"
    assert "name:" in str(run.error_message)
    assert not place.exists()


def test_what_is_long_or_secret_is_not_shown(engine: Engine, live: Live) -> None:
    live("export.asked", {"type": "file", "action": "write", "name": "a.json", "content": "{{rows}}"})
    ran(engine, rows=[{"token": "tok_1", "text": "x" * 5000}])
    [shown] = engine.steps("input_data")
    assert "tok_1" not in json.dumps(shown)
    assert len(json.dumps(shown)) < 2500
