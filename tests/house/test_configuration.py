"""Every environment variable that is read is documented, and every documented one is read."""

import re

from tests.house.project import ROOT

READ = re.compile(r"""(?:env\.[a-z_]+|env|environ\.get)\(\s*["']([A-Z][A-Z_]+)["']""")
DOCUMENTED = re.compile(r"^\| `([A-Z_]+)`", re.MULTILINE)
#: Documented before its time: scripts may set it.
RESERVED = {"REDIS_URL"}


def test_configuration_is_documented() -> None:
    code = [ROOT / "opsflows" / "settings.py", ROOT / "opsflows" / "gunicorn.py"]
    read = {name for path in code for name in READ.findall(path.read_text())}
    documented = set(DOCUMENTED.findall((ROOT / "docs" / "configuration.md").read_text()))
    assert {"DATABASE_URL", "HOST"} <= read
    assert documented - RESERVED == read


def test_example_names_only_what_there_is() -> None:
    documented = set(DOCUMENTED.findall((ROOT / "docs" / "configuration.md").read_text()))
    named = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named
    assert named <= documented
