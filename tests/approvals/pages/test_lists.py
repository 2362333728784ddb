"""The four lists: who finds what where, how it is narrowed, and what it costs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opsflows.approvals.models import ApprovalLevel, ApprovalPolicy, ApprovalRequest
from tests.approvals.office import Office

MANAGER = {"name": "Manager", "approvers": ["manager"]}
FINANCE = {"name": "Finance", "approvers": ["finance"]}
LISTS = ("/inbox/", "/inbox/requested/", "/inbox/team/", "/inbox/done/")
Desk = Callable[[str], Client]


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_everybody_finds_it_where_it_concerns_them(office: Office, at_desk: Desk) -> None:
    office.ask(MANAGER, title="Standing desk", amount=450)
    assert "Standing desk" in text(at_desk("max"), "/inbox/")
    assert "€450.00" in text(at_desk("max"), "/inbox/")
    assert "Standing desk" in text(at_desk("ann"), "/inbox/requested/")
    for name, url in (("ann", "/inbox/"), ("fay", "/inbox/"), ("max", "/inbox/requested/"), ("max", "/inbox/done/")):
        assert "Standing desk" not in text(at_desk(name), url), (name, url)


def test_what_is_decided_moves_to_done(office: Office, at_desk: Desk) -> None:
    request = office.ask(MANAGER, title="Standing desk")
    office.decide(request, "max", "reject")
    assert "Standing desk" not in text(at_desk("max"), "/inbox/")
    shown = text(at_desk("max"), "/inbox/done/")
    assert "Standing desk" in shown
    assert "the request: rejected" in shown


def test_a_manager_sees_what_waits_in_the_team(office: Office, at_desk: Desk) -> None:
    office.ask({"approvers": ["ann.acme"]}, by="bob", title="For Ann to decide")
    shown = text(at_desk("max"), "/inbox/team/")
    assert "For Ann to decide" in shown
    assert "waits for <strong>Ann</strong>" in shown
    assert "For Ann to decide" not in text(at_desk("fay"), "/inbox/team/")


@pytest.mark.parametrize("url", LISTS)
def test_an_empty_list_says_what_to_do(url: str, office: Office, at_desk: Desk) -> None:
    shown = text(at_desk("bob"), url)
    assert "empty" in shown
    assert "Nothing matches" not in shown
    assert "Nothing matches" in text(at_desk("bob"), f"{url}?q=zebra")


@pytest.mark.parametrize("url", LISTS)
def test_thirty_rows_cost_what_three_cost(url: str, office: Office, at_desk: Desk) -> None:
    def fill(count: int) -> None:
        for number in range(count):
            request = office.ask({"approvers": ["max.acme", "fay.acme"], "mode": "all", "timeout": "2 days"}, by="cleo")
            office.ask(MANAGER, by="ann", title=f"Of Ann {number}")
            if url == "/inbox/done/":
                office.decide(request, "max")

    reader = at_desk({"/inbox/requested/": "cleo", "/inbox/team/": "root"}.get(url, "max"))
    office.person("tim", manager="root")
    type(office.people["fay"].memberships.get()).objects.filter(user=office.people["fay"]).update(
        manager=office.people["root"]
    )
    fill(3)
    few = asked(reader, url)
    fill(12)
    many = asked(reader, url)
    assert len(many) == len(few), "\n".join(many)
    assert not [sql for sql in many if "COUNT(" in sql]
    assert len(few) <= 8


def asked(client: Client, url: str) -> list[str]:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        shown = text(client, url)
    assert "data-row" in shown
    return [query["sql"] for query in captured.captured_queries]


def test_pages_follow_one_another_without_a_gap(office: Office, at_desk: Desk) -> None:
    now = timezone.now()
    for number in range(35):
        request = office.ask(MANAGER, title=f"Number {number:02}.", now=now)
        due = None if number % 3 == 0 else now + timedelta(hours=number % 5)
        ApprovalLevel.objects.filter(round__request=request).update(due_at=due)
    for reader, url in (("max", "/inbox/"), ("ann", "/inbox/requested/")):
        first = at_desk(reader).get(url)
        second = at_desk(reader).get(f"{url}?{first.context['next']}")
        titles = [title(row) for answer in (first, second) for row in answer.context["rows"]]
        assert (len(first.context["rows"]), len(titles), len(set(titles))) == (30, 35, 35)
        assert second.context["next"] == ""
    dues = [row.level.due_at for answer in (at_desk("max").get("/inbox/"),) for row in answer.context["rows"]]
    timed = [due for due in dues if due is not None]
    assert timed == sorted(timed)
    assert dues[: len(timed)] == timed


def title(row: Any) -> str:
    return str(row.title if isinstance(row, ApprovalRequest) else row.request.title)


FOUND = {
    "q=New": {"New laptop", "New desk"},
    "q=new+l": {"New laptop"},
    "q=an": {"New laptop", "New desk"},
    "q=bob%40acme": {"Flight"},
    "q=laptop": set(),
    "least=100": {"New desk", "Flight"},
    "most=100": {"New laptop"},
    "least=100&most=400": {"New desk"},
    "requester=Bob": {"Flight"},
    "policy=Travel": {"Flight"},
    "overdue=on": {"New desk"},
}


@pytest.mark.parametrize("query", FOUND)
def test_lists_are_narrowed(query: str, office: Office, at_desk: Desk) -> None:
    ApprovalPolicy.objects.create(account=office.account, name="Travel", plan={"levels": []})
    now = timezone.now()
    office.ask(FINANCE, title="New laptop", amount=90, now=now)
    late = office.ask(FINANCE, title="New desk", amount=300, now=now)
    ApprovalLevel.objects.filter(round__request=late).update(due_at=now - timedelta(hours=1))
    flight = office.ask(FINANCE, title="Flight", amount=800, by="bob", now=now)
    ApprovalRequest.objects.filter(pk=flight.pk).update(policy_name="Travel")
    rows = at_desk("fay").get(f"/inbox/?{query}").context["rows"]
    assert {title(row) for row in rows} == FOUND[query]


def test_a_filter_that_is_wrong_says_so_and_keeps_what_was_typed(office: Office, at_desk: Desk) -> None:
    office.ask(FINANCE, title="New laptop")
    shown = text(at_desk("fay"), "/inbox/?least=plenty")
    assert "Enter a number." in shown
    assert 'value="plenty"' in shown
    assert "New laptop" in shown
    assert text(at_desk("fay"), "/inbox/?q=%00&after=nonsense&state=zebra")


def test_requests_of_another_account_are_in_no_list(office: Office, at_desk: Desk, db: None) -> None:
    other = Office("other")
    other.people["max"] = office.people["max"]
    other.account.memberships.create(user=office.people["max"], role="admin")
    other.person("eve")
    other.ask({"approvers": ["max.acme"]}, by="eve", title="Of another house")
    for url in LISTS:
        assert "Of another house" not in text(at_desk("max"), url)
