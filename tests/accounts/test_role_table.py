"""The table of roles that people read says what opsflows/accounts/roles.py says."""

import re
from itertools import pairwise

from opsflows.accounts.roles import PERMISSIONS, Permission, Role
from tests.house.project import ROOT

LINE = re.compile(r"^\| `(?P<code>[a-z:]+)` (?P<label>[^|]+?) \|(?P<cells>.*)\|$", re.MULTILINE)


def test_the_table_is_right() -> None:
    text = (ROOT / "docs" / "security.md").read_text()
    assert f"| permission | {' | '.join(Role.values)} |" in text
    told = {
        match["code"]: (match["label"], [cell.strip() == "yes" for cell in match["cells"].split("|")])
        for match in LINE.finditer(text)
    }
    assert told == {
        str(permission.value): (permission.label, [permission in PERMISSIONS[role] for role in Role.values])
        for permission in Permission
    }


def test_each_role_may_what_the_ones_before_it_may() -> None:
    """Approvers apart, who decide about the work of others and do none of it themselves."""
    line = [PERMISSIONS[role] for role in Role.values if role != Role.APPROVER]
    assert all(smaller < larger for smaller, larger in pairwise(line))
    assert PERMISSIONS[Role.VIEWER] < PERMISSIONS[Role.APPROVER] < PERMISSIONS[Role.ADMIN]
    assert Permission.WORKFLOWS_WRITE not in PERMISSIONS[Role.APPROVER]


def test_who_may_only_look_changes_nothing() -> None:
    assert {permission.value.partition(":")[2] for permission in PERMISSIONS[Role.VIEWER]} == {"read", "decide"}
