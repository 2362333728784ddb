"""The studio's pages in the admin's world, and what axe has to say about them."""

from typing import Any

import pytest

from tests.admin.conftest import (
    _served,
    admin,
    alpha,
    beta,
    live_server,
    opened,
    overhang,
    root,
    viewer,
    visit,
)

__all__ = ["_served", "admin", "alpha", "beta", "live_server", "opened", "overhang", "root", "viewer", "visit"]


def faults(page: Any, *, within: str | None = None) -> list[str]:
    """What axe finds serious or critical on the page, or in the part that a CSS selector names; empty is good."""
    from axe_playwright_python.sync_playwright import Axe

    # What is in order needs no description.
    found = Axe().run(page, context=within, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node.get('failureSummary', '')}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.fixture
def phone(opened: Any) -> Any:
    """The browser at a phone's width."""
    opened.set_viewport_size({"width": 390, "height": 844})
    return opened
