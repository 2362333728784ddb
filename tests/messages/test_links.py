"""Notifications lead to pages of this site or to the web, and nowhere else."""

import pytest

from opsflows.messages.links import link_problem


@pytest.mark.parametrize(
    "link", ["", "/", "/admin/runs/execution/?status=failed", "https://example.com/x", "http://h:8"]
)
def test_good_links(link: str) -> None:
    assert link_problem(link) is None


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "admin/",
        "data:text/html,x",
        "https:///evil.example",
        "https://",
        "http://[",
        "/a\nb",
        "/" + "a" * 2000,
        "ftp://example.com",
        "mailto:x@example.com",
    ],
)
def test_bad_links(link: str) -> None:
    assert link_problem(link)
