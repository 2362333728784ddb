"""The rooms and who may import whom; the contracts themselves stand in pyproject.toml."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house.project import ROOT


def test_import_contracts_are_kept() -> None:
    lint = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_every_room_has_its_place() -> None:
    """A folder or file that no layer names would escape the contract."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["id"] == "rooms"]
    placed = set(re.findall(r"opsflows\.(\w+)", " ".join(layers)))
    packages = {path.parent.name for path in (ROOT / "opsflows").glob("*/__init__.py")}
    modules = {path.stem for path in (ROOT / "opsflows").glob("*.py")} - {"__init__"}
    assert packages | modules <= placed
