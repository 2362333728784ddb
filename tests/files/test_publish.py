"""What is wrong with a file step is said before its workflow is published."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow

pytestmark = pytest.mark.django_db

READ = {"type": "file", "action": "read", "name": "a.csv"}
WRITE = {"type": "file", "action": "write", "name": "a.csv", "content": "{{rows}}"}


@pytest.mark.parametrize(
    ("step", "place", "said"),
    [
        (READ | {"name": "../x"}, "name", "below the account's own folder"),
        (READ | {"name": ""}, "name", "Give the file a name"),
        (READ | {"action": "list", "name": "/../x"}, "name", "below the account's own folder"),
        (READ | {"content": "x"}, "content", "leave it out"),
        (READ | {"columns": ["a"]}, "columns", "Only writing"),
        (WRITE | {"content": None}, "content", "Say what to write"),
        (WRITE | {"columns": ["a", "b", "a"]}, "columns", "'a' stands here twice"),
        (WRITE | {"action": "append", "name": "a.json"}, "format", ".jsonl"),
        (WRITE | {"action": "move"}, "action", "'read', 'write'"),
        (READ | {"limit": 0}, "limit", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said(live: Callable[..., Workflow], step: dict[str, Any], place: str, said: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        live("export.asked", step)
    found = [problem.message for problem in refused.value.problems if problem.path.endswith(f".{place}")]
    assert any(said in message for message in found), refused.value.problems


def test_a_list_needs_no_name(live: Callable[..., Workflow]) -> None:
    assert live("export.asked", {"type": "file", "action": "list"}).published_version is not None
