"""Requests in the admin: how each stands, who said what through which door, and what may be done from there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from opsflows.accounts.models import User
from opsflows.approvals.amend import amend
from opsflows.approvals.comment import add_comment
from opsflows.approvals.models import ApprovalComment, ApprovalMessage, ApprovalPolicy, ApprovalRequest, ApprovalTask
from opsflows.approvals.save_policy import create_policy
from opsflows.runs.models import Execution
from tests.admin.addresses import act, listing, page
from tests.admin.conftest import overhang, signed_in
from tests.admin.test_queries import assert_fixed, queries
from tests.admin.world import World
from tests.approvals.admin.test_policies import text_of
from tests.approvals.conftest import office
from tests.approvals.office import Office

__all__ = ["office"]

pytestmark = pytest.mark.django_db

LONG = {"field": "f" * 80, "operator": "in", "value": ["v" * 40, "w" * 40]}
TWO = ({"name": "Boss", "approvers": ["manager"], "timeout": "2 days"}, {"name": "Money", "approvers": ["finance"]})


@pytest.fixture
def root(office: Office, _served: None) -> Client:
    """The administrator."""
    return staff(office, "root")


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def staff(office: Office, name: str) -> Client:
    """Somebody of the office in the admin."""
    office.people[name].is_staff = True
    office.people[name].save()
    return signed_in(office.people[name])


def titles(answer: Any) -> list[str]:
    return [row.title for row in answer.context["cl"].result_list]


def test_the_list_says_whom_each_waits_for(root: Client, office: Office, now: datetime) -> None:
    office.ask(*TWO, title="Laptop", amount="1250.50", now=now)
    html = text_of(root.get(listing(ApprovalRequest)))
    for said in ("Laptop", "€1,250.50", "Ann", "Boss", "Max", "due in 47 h"):
        assert said in html, said


def test_the_list_is_filtered_and_searched(root: Client, office: Office, now: datetime) -> None:
    plan = {"levels": [{"approvers": ["bob"]}]}
    policy = create_policy(actor=office.actor("root"), name="Spending", plan=plan, now=now)
    done = office.ask({"approvers": ["max"]}, title="Done", now=now)
    office.decide(done, "max", now=now)
    waits = office.ask(*TWO, title="Waits", now=now)
    ApprovalRequest.objects.filter(pk=waits.pk).update(policy_name="Spending")
    url = listing(ApprovalRequest)
    assert titles(root.get(url)) == ["Waits", "Done"]
    assert titles(root.get(url, {"state": "open"})) == ["Waits"]
    assert titles(root.get(url, {"state": "approved"})) == ["Done"]
    assert titles(root.get(url, {"policy": str(policy.pk)})) == ["Waits"]
    assert titles(root.get(url, {"q": "wai"})) == ["Waits"]
    assert titles(root.get(url, {"q": str(done.pk)})) == ["Done"]
    assert titles(root.get(url, {"q": "ANN"})) == ["Waits", "Done"]


def test_the_page_tells_everything(root: Client, office: Office, now: datetime) -> None:
    request = office.ask(*TWO, title="Laptop", amount="900", now=now)
    office.decide(request, "max", "changes", "Cheaper, <b>please</b>.", now=now)
    amend(voice=office.voice("ann"), request_id=request.pk, amount="700", note="A smaller one", now=now)
    office.decide(request, "max", now=now)
    add_comment(voice=office.voice("ann"), request_id=request.pk, text="It is urgent.", now=now)
    ApprovalMessage.objects.filter(task__name__icontains="fay").update(status="failed", error="550 no such mailbox")
    html = text_of(root.get(page(request)))
    for said in (
        "Cheaper, &lt;b&gt;please&lt;/b&gt;.",
        "Signed in, through the inbox",
        "A smaller one",
        "900",
        "700",
        "It is urgent.",
        "550 no such mailbox",
        "Round 2 began",
        "Approved by Max",
    ):
        assert said in html, said


def test_the_page_leads_to_where_it_came_from(admin: Client, alpha: World) -> None:
    alpha.add(1)
    run, policy = Execution.objects.get(), ApprovalPolicy.objects.get()
    html = admin.get(page(ApprovalRequest.objects.get())).content.decode()
    for row in (run, run.workflow, run.event, policy):
        assert f'href="{page(row)}"' in html, row


def test_an_administrator_hands_a_task_on(root: Client, office: Office, now: datetime) -> None:
    request = office.ask(*TWO, now=now)
    task = ApprovalTask.objects.get(request=request)
    answer = root.post(
        act(request, "reassign"), {"task": str(task.pk), "to": "Bob", "comment": "On leave"}, follow=True
    )
    assert "Bob is asked now." in text_of(answer)
    assert office.waiting(request) == {"bob"}
    refused = root.post(act(request, "reassign"), {"task": str(task.pk), "to": "Cleo", "comment": ""})
    assert refused.status_code == 400
    assert office.waiting(request) == {"bob"}


def test_whom_nobody_knows_is_said_beside_the_field(root: Client, office: Office, now: datetime) -> None:
    request = office.ask(*TWO, now=now)
    task = ApprovalTask.objects.get(request=request)
    answer = root.post(act(request, "reassign"), {"task": str(task.pk), "to": "Ann", "comment": ""})
    assert list(answer.context["form"].errors) == ["to"]


def test_a_request_is_recalled_once(root: Client, office: Office, now: datetime) -> None:
    request = office.ask(*TWO, now=now)
    root.post(act(request, "recall"), {"reason": "Not needed"})
    request.refresh_from_db()
    assert (request.state, request.reason) == ("recalled", "Not needed")
    answer = root.post(act(request, "recall"), {"reason": "Again"}, follow=True)
    assert "This request was recalled" in text_of(answer)


def test_a_comment_is_kept(root: Client, office: Office, now: datetime) -> None:
    request = office.ask(*TWO, now=now)
    root.post(act(request, "comment"), {"text": "Looks fine."})
    assert ApprovalComment.objects.get().author == "Root"
    assert root.post(act(request, "comment"), {"text": " "}).status_code == 400


def test_deciding_is_done_in_ones_own_inbox(root: Client, office: Office, now: datetime) -> None:
    others = office.ask(*TWO, now=now)
    mine = office.ask({"approvers": ["root"]}, now=now)
    assert "Decide in your inbox" not in text_of(root.get(page(others)))
    html = text_of(root.get(page(mine)))
    assert "Decide in your inbox" in html
    assert f"/inbox/{mine.pk}/" in html


def test_what_waits_is_counted_in_the_sidebar_and_at_home(root: Client, office: Office) -> None:
    assert "for your decision" not in text_of(root.get("/admin/"))
    since = timezone.now() - timedelta(hours=3)
    office.ask({"approvers": ["root"], "timeout": "1 day"}, now=since)
    office.ask({"approvers": ["root"]}, now=since)
    office.ask({"approvers": ["bob"]}, now=since)
    html = text_of(root.get("/admin/"))
    assert "2 approvals wait for your decision" in html
    assert "the oldest since 3 h, the first is due in 20 h" in html
    groups = root.get("/admin/").context["sidebar_navigation"]
    inbox = next(item for group in groups for item in group["items"] if item["title"] == "Inbox")
    assert (inbox["badge"], inbox["link"]) == ("2", "/inbox/")


@pytest.mark.usefixtures("_served")
def test_a_superuser_who_is_nowhere_looks_and_takes_nothing(office: Office, now: datetime) -> None:
    request = office.ask(*TWO, now=now)
    nobody = signed_in(User.objects.create_superuser("nobody", "nobody@example.com", "x"))
    assert nobody.get(page(request)).status_code == 200
    assert nobody.get(reverse("admin:approvals_approvalrequest_bundle", args=[request.pk])).status_code == 403


@pytest.mark.browser
def test_pages_fit_a_phone(office: Office, now: datetime, visit: Any, opened: Any, live_server: Any) -> None:
    request = office.ask(*TWO, title="W" * 120, amount="123456789.1234", now=now)
    office.decide(request, "max", "changes", "x" * 300, now=now)
    amend(voice=office.voice("ann"), request_id=request.pk, title="Shorter", now=now)
    plan = {"levels": [{"name": "N" * 90, "approvers": ["a" * 60 + "@example.com"], "when": LONG}]}
    policy = create_policy(actor=office.actor("root"), name="P" * 100, plan=plan, now=now)
    session = staff(office, "root").cookies["sessionid"].value
    opened.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    opened.set_viewport_size({"width": 390, "height": 800})
    evidence = reverse("admin:approvals_approvalrequest_evidence", args=[request.pk])
    urls = [page(request), evidence, page(policy) + "?amount=5", act(policy, "edit"), listing(ApprovalRequest)]
    assert {url: overhang(visit(url)) for url in urls} == dict.fromkeys(urls, 0)


def test_a_long_request_costs_what_a_short_one_costs(root: Client, office: Office, now: datetime) -> None:
    request = office.ask({"name": "All", "approvers": ["finance", "cleo"], "mode": "all"}, now=now)
    office.decide(request, "cleo", "changes", now=now)

    def grow() -> None:
        for number in range(5):
            amend(voice=office.voice("ann"), request_id=request.pk, title=f"Title {number}", now=now)
            add_comment(voice=office.voice("ann"), request_id=request.pk, text="Please.", now=now)
            office.decide(request, "fay", now=now)
            office.decide(request, "finn", "changes", now=now)

    assert_fixed(root, page(request), grow)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL decides by the size of the tables")
@pytest.mark.parametrize(
    ("query", "index"), [("", "approval_request_newest"), ("?state=approved", "approval_request_by_state")]
)
def test_the_list_is_read_through_an_index(root: Client, office: Office, now: datetime, query: str, index: str) -> None:
    office.ask(*TWO, now=now)
    asked = queries(root, listing(ApprovalRequest) + query)
    [sql] = [each for each in asked if 'FROM "approval_requests"' in each and "LIMIT 51" in each]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert f"USING INDEX {index}" in plan
    assert "TEMP B-TREE" not in plan


def test_a_list_of_many_costs_what_a_list_of_two_costs(root: Client, office: Office, now: datetime) -> None:
    office.ask(*TWO, now=now)
    assert_fixed(root, listing(ApprovalRequest), lambda: [office.ask(*TWO, now=now) for _ in range(12)])
