"""Every command that OpsFlows brings is run by a test."""

import re

import pytest
from django.core.management import get_commands

from tests.house.project import ROOT, own_files

OWN = sorted(name for name, app in get_commands().items() if isinstance(app, str) and app.startswith("opsflows."))


def test_there_are_commands() -> None:
    assert {"setup", "user", "apikey", "source", "worker"} <= set(OWN)


@pytest.mark.parametrize("name", OWN)
def test_command_is_run_by_a_test(name: str) -> None:
    runs_it = re.compile(rf"""(\w\(\s*|manage\.py["'][)]*,\s*)["']{name}["']""")
    tests = [(ROOT / path).read_text() for path in own_files(".py") if path.parts[0] == "tests"]
    able = [text for text in tests if "call_command" in text or "manage.py" in text]
    assert any(runs_it.search(text) for text in able), f"no test runs manage.py {name}"
