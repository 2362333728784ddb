"""What stands around every page: the content policy, the account's time zone, the sidebar."""

import re

from django.test import Client

from opsflows.accounts.models import User
from opsflows.runs.models import Execution
from tests.admin.addresses import page
from tests.admin.conftest import signed_in
from tests.admin.world import PASSWORD, World


def policy(client: Client, url: str) -> str:
    return client.get(url)["Content-Security-Policy"]


def test_only_the_admin_may_evaluate(admin: Client) -> None:
    assert "'unsafe-eval'" in policy(admin, "/admin/")
    assert "'unsafe-eval'" in policy(Client(), "/admin/login/")
    assert "unsafe" not in policy(admin, "/healthz")
    assert "http" not in policy(admin, "/admin/")


def test_nothing_comes_from_another_host(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event())
    for url in ("/admin/", "/admin/runs/execution/", page(run)):
        html = admin.get(url).content.decode()
        assert re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?(?:https?:)?//""", html) == []


def test_times_are_in_the_zone_of_the_account(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event())
    Execution.objects.filter(pk=run.pk).update(started_at="2026-07-01T12:00:00Z")
    assert "Wed 1 Jul 2026, 14:00:00 CEST" in admin.get(page(run)).content.decode()


def titles(client: Client) -> list[str]:
    return [item["title"] for group in client.get("/admin/").context["sidebar_navigation"] for item in group["items"]]


def test_the_sidebar_follows_the_event(admin: Client, viewer: Client, alpha: World) -> None:
    way = ["Home", "Inbox", "Notifications", "Sources", "Rejections", "Events", "Catalog", "Set aside"]
    way += ["Workflows", "Gallery", "Runs", "Batches", "Schedules", "Business hours", "Needs attention"]
    way += ["Message templates", "Segments", "Lists", "Lookup tables", "Kept values"]
    approvals = ["Policies", "Request forms"]
    work = ["Tasks", "Records", "Files"]
    upkeep = ["Upkeep", "Daily summary", "Retention"]
    access = ["People", "Teams", "Recipients", "API keys", "Accounts", "Sign-ins", "Audit"]
    all_approvals = ["Requests", *approvals, "Delegations", "Channels"]
    assert titles(admin) == [*way, *all_approvals, *work, "Databases", "Statements", *upkeep, *access, "Workers"]
    assert titles(viewer) == [*way, *approvals, *work, *upkeep, "Teams", "Recipients", "Workers"]


def test_the_sidebar_says_how_much_needs_somebody(admin: Client, alpha: World) -> None:
    for number in range(3):
        alpha.run(alpha.workflow(f"w{number}"), alpha.event(), status="needs_attention")
    groups = admin.get("/admin/").context["sidebar_navigation"]
    badges = {item["title"]: item.get("badge") for group in groups for item in group["items"]}
    assert (badges["Needs attention"], badges["Set aside"]) == ("3", None)


def test_a_sign_in_form_stands_before_everything(alpha: World) -> None:
    assert Client().get("/admin/runs/execution/").status_code == 302
    alpha.admin.is_active = False
    User.objects.filter(pk=alpha.admin.pk).update(is_active=False)
    assert signed_in(alpha.admin).get("/admin/").status_code == 302


def test_signing_in_leads_to_the_first_page(alpha: World) -> None:
    answer = Client().post("/admin/login/", {"username": alpha.admin.username, "password": PASSWORD})
    assert answer["Location"] == "/admin/"


def test_first_steps_are_for_those_who_may_take_them(admin: Client, viewer: Client) -> None:
    assert "First steps" in admin.get("/admin/").content.decode()
    html = viewer.get("/admin/").content.decode()
    assert "First steps" not in html
    assert "/admin/accounts/apikey/" not in html
