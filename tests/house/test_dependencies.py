"""What is installed is pinned, the two lists agree, and no text names a package registry."""

import re
import tomllib

import pytest

from tests.house.project import ROOT, own_files

PIN = re.compile(r"(?P<name>[a-z0-9._-]+)==(?P<version>[^\s;]+)")
# Put together here, so that this file does not name them either.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
    )
]


def pins(filename: str) -> dict[str, str]:
    lines = [line for line in (ROOT / filename).read_text().splitlines() if line and not line.lstrip().startswith("#")]
    found = [PIN.fullmatch(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    return {match["name"]: match["version"] for match in found if match}


def wanted(names: list[str]) -> set[str]:
    return {re.split(r"[\[~=<>]", name)[0].lower() for name in names}


@pytest.mark.parametrize("filename", ["requirements.txt", "requirements-dev.txt"])
def test_everything_is_pinned(filename: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = wanted(project["project"]["dependencies"])
    if filename == "requirements-dev.txt":
        names |= wanted(project["dependency-groups"]["dev"])
    assert names <= pins(filename).keys(), "run make lock"


def test_development_runs_on_what_is_shipped() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_no_text_names_a_registry() -> None:
    """Where packages come from is the machine's own setting."""
    texts = own_files(".py", ".txt", ".toml", ".md", ".yaml", ".yml", ".html", ".js", ".css", ".json", "")
    found = [f"{path}: {host}" for path in texts for host in REGISTRIES if host in (ROOT / path).read_text()]
    assert found == []
