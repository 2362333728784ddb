"""The files for those who deploy name things that exist."""

import configparser
import re
import shlex
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.house.project import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = [service for service in COMPOSE["services"].values() if service.get("image") == "opsflows"]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
DOCUMENTED = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE))
MANAGE = re.compile(r"manage\.py\W+(\w+)")


def test_compose_has_every_process() -> None:
    assert set(COMPOSE["services"]) == {"prepare", "web", "worker", "postgres", "redis"}


def test_compose_sets_only_settings_that_are_documented() -> None:
    for service in OURS:
        assert set(service["environment"]) <= DOCUMENTED


def test_what_has_to_be_set_is_asked_for() -> None:
    """A generated key would be another one in every container."""
    for service in OURS:
        for name in ("SECRET_KEY", "OPSFLOWS_KEYS", "PUBLIC_URL"):
            assert ":?" in service["environment"][name]


def test_nothing_is_published_to_the_world() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize(
    "path", [ROOT / "compose.yaml", *UNITS, ROOT / "docs" / "deploy.md"], ids=lambda path: path.name
)
def test_commands_exist(path: Path) -> None:
    assert set(MANAGE.findall(path.read_text())) <= set(get_commands())


def test_the_image_holds_what_runs() -> None:
    text = (ROOT / "Dockerfile").read_text()
    copied = {word for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE) for word in shlex.split(line)[:-1]}
    assert copied == {"requirements.txt", "manage.py", "opsflows", "connectors", "templates", "fixtures"}
    assert all((ROOT / name).exists() for name in copied)
    assert "\nUSER opsflows\n" in text


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_are_complete(path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read(path)
    service = unit["Service"]
    assert (service["User"], service["Restart"], service["EnvironmentFile"]) == (
        "opsflows",
        "always",
        "/etc/opsflows.env",
    )
    assert service["ExecStart"].startswith("/opt/opsflows/.venv/bin/")
    assert "WantedBy" in unit["Install"]


def test_there_are_two_units() -> None:
    assert [path.stem for path in UNITS] == ["opsflows-web", "opsflows-worker"]
