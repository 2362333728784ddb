from __future__ import annotations

import pytest

from tests.approvals.office import Office


@pytest.fixture
def office(db: None) -> Office:
    """Ann asks; Max leads her; Fay and Finn are finance; Cleo is the CFO; Root administers."""
    office = Office()
    office.person("root", "admin")
    office.person("max")
    office.person("ann", manager="max")
    for name in ("fay", "finn", "cleo", "bob"):
        office.person(name)
    office.team("finance", "fay", "finn")
    return office
