import subprocess
import sys

import pytest

from connectors.names import check_name, event_name
from connectors.registry import UnknownPreset, preset, presets
from tests.connectors.inbound import REQUIRED


def test_the_presets_of_the_house() -> None:
    assert {"stripe", "github", "standard_webhooks", "hmac"} <= {each.name for each in presets()}
    assert all(preset(each.name) is each for each in presets())


@pytest.mark.parametrize("each", presets(), ids=lambda each: each.name)
def test_every_preset_is_ready_for_staff(each) -> None:
    assert each.label
    assert each.setup.endswith(".")
    assert each.check_options(REQUIRED.get(each.name, {})) == []
    assert each.check_secret("  ") is not None
    assert check_name(event_name(each.name, "x")) is None


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(UnknownPreset, match=r"Did you mean github\?.*stripe"):
        preset("gihub")


def test_connectors_stand_alone() -> None:
    code = (
        "import sys, connectors.registry as r; r.presets(); "
        "sys.exit(any(m.split('.')[0] in {'django', 'opsflows'} for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
