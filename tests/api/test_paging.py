"""Pages by keyset: each row once, whatever comes in meanwhile."""

import re
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.models import Workflow


@pytest.fixture
def five(account: PlatformAccount) -> list[str]:
    other = PlatformAccount.objects.create(slug="globex", name="Globex")
    Workflow.objects.create(account=other, workflow_name="not ours")
    made = [Workflow.objects.create(account=account, workflow_name=f"w{number}") for number in range(5)]
    return [row.workflow_name for row in sorted(made, key=lambda row: row.pk)]


def test_newest_first_to_the_end(as_ed: Client, five: list[str]) -> None:
    seen: list[str] = []
    address = "/api/probe/newest?limit=2"
    sizes = []
    while address:
        page = as_ed.get(address).json()
        assert set(page) == {"results", "next"}
        seen += page["results"]
        sizes.append(len(page["results"]))
        address = page["next"]
    assert sizes == [2, 2, 1]
    assert seen == five[::-1]


def test_oldest_first_follows_the_link_header(as_ed: Client, five: list[str]) -> None:
    seen: list[str] = []
    address: str | None = "/api/probe/oldest?limit=2&q=a%26b"
    while address:
        answer = as_ed.get(address)
        seen += answer.json()
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        address = link and link.group(1)
        assert address is None or "q=a%26b" in address
    assert seen == five


def test_a_full_last_page_has_no_next(as_ed: Client, five: list[str]) -> None:
    assert as_ed.get("/api/probe/newest?limit=5").json()["next"] is None


def test_a_page_costs_one_query_beside_the_callers(
    as_ed: Client, five: list[str], django_assert_num_queries: Any
) -> None:
    as_ed.get("/api/probe/newest")
    with django_assert_num_queries(2):
        as_ed.get("/api/probe/newest?limit=2")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=201", "limit"),
        ("limit=", "limit"),
        ("limit=²", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("before=x", "before"),
        ("before=", "before"),
        ("before=%00", "before"),
    ],
)
def test_a_wrong_wish_is_400_and_names_the_parameter(as_ed: Client, query: str, field: str) -> None:
    answer = as_ed.get(f"/api/probe/newest?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
