"""The pages of upkeep: what is periodic, jobs, retention, the summary; acts by POST, and only for those who may."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.audit.models import AuditEntry
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.models import Job
from opsflows.upkeep.models import RetentionPolicy, SummaryChoice
from opsflows.upkeep.table import TABLE
from tests.admin.addresses import act, page
from tests.admin.conftest import _served, admin, alpha, beta, root, signed_in, viewer
from tests.admin.world import World, person

__all__ = ["_served", "admin", "alpha", "beta", "root", "viewer"]

pytestmark = pytest.mark.django_db

JOBS = "/admin/queue/job/"
RETENTION = "/admin/upkeep/retentionpolicy/"
SUMMARY = "/admin/upkeep/summarychoice/summary/"
CHOOSE = "/admin/upkeep/summarychoice/choose/"


def say(client: Client, url: str, **data: Any) -> str:
    return client.post(url, data, follow=True).content.decode()


def house_job(**fields: Any) -> Job:
    job = enqueue_job(kind="house.clean", key="house.clean:x", now=timezone.now())
    Job.objects.filter(pk=job.pk).update(**fields)
    return job


def test_the_table_says_what_when_and_how_it_went(admin: Client, alpha: World) -> None:
    now = timezone.now()
    Job.objects.create(
        kind="retention.clean",
        account=alpha.account,
        key="x",
        status="completed",
        created_at=now,
        scheduled_at=now,
        started_at=now,
        finished_at=now,
        result={"runs": {"deleted": 1200, "spared": 0}},
    )
    house_job(status="failed", error_message="It broke.")
    html = admin.get(JOBS).content.decode()
    for entry in TABLE:
        assert entry.what.replace("'", "&#x27;") in html
    assert "1,200 rows deleted" in html
    assert "It broke." in html
    assert "Not done yet." in html


def test_the_list_shows_the_accounts_own_jobs_and_the_houses_on_request(
    admin: Client, alpha: World, beta: World
) -> None:
    mine = enqueue_job(kind="summary.daily", key="a", account_id=alpha.account.pk, now=timezone.now())
    theirs = enqueue_job(kind="summary.daily", key="b", account_id=beta.account.pk, now=timezone.now())
    house = house_job()
    assert list(admin.get(JOBS).context["cl"].result_list) == [mine]
    assert list(admin.get(JOBS, {"whose": "house"}).context["cl"].result_list) == [house]
    assert admin.get(page(house)).status_code == 200
    assert admin.get(page(theirs)).status_code == 302


def test_run_now_asks_first_and_then_once(admin: Client, alpha: World) -> None:
    url = f"{JOBS}now/retention.clean/"
    html = admin.get(url).content.decode()
    assert "It cannot be undone." in html
    assert "As of now, nothing is old enough to be deleted." in html
    assert not Job.objects.exists()
    assert "Asked for" in say(admin, url)
    assert "being done already" in say(admin, url)
    job = Job.objects.get()
    assert (job.kind, job.account, job.created_by_id) == ("retention.clean", alpha.account, alpha.admin.pk)
    assert AuditEntry.objects.filter(action="job.asked_for").count() == 1


@pytest.mark.parametrize("role", ["viewer", "editor", "operator"])
def test_who_may_not_finds_no_button_and_is_refused(alpha: World, role: str) -> None:
    client = signed_in(person(alpha.account, "pat", role))
    job = enqueue_job(kind="summary.daily", key="a", account_id=alpha.account.pk, now=timezone.now())
    assert "Run now" not in client.get(JOBS).content.decode()
    assert client.get(f"{JOBS}now/summary.daily/").status_code == 403
    assert client.post(f"{JOBS}now/summary.daily/").status_code == 403
    assert client.post(act(job, "stop")).status_code == 403
    policy = RetentionPolicy.id_of(alpha.account.pk, "runs")
    assert client.get(f"{RETENTION}{policy}/change/").status_code == 200
    assert client.post(f"{RETENTION}{policy}/decide/", {"keep_days": 9}).status_code == 403
    assert not RetentionPolicy.objects.exists()
    assert Job.objects.get().status == "queued"


@pytest.mark.parametrize(("kind", "status"), [("insights.roll_up", 403), ("nothing", 404)])
def test_what_is_the_houses_is_run_by_the_house(admin: Client, kind: str, status: int) -> None:
    assert admin.post(f"{JOBS}now/{kind}/").status_code == status
    assert not Job.objects.exists()


def test_stop_a_job(admin: Client, alpha: World) -> None:
    job = enqueue_job(kind="summary.daily", key="a", account_id=alpha.account.pk, now=timezone.now())
    assert "The job is stopped" in say(admin, act(job, "stop"))
    assert "This job is over: cancelled." in say(admin, act(job, "stop"))
    assert AuditEntry.objects.filter(action="job.stopped").count() == 1


def test_nobody_stops_a_job_of_the_house(admin: Client) -> None:
    job = house_job()
    assert "done for the whole house" in say(admin, act(job, "stop"))
    job.refresh_from_db()
    assert job.status == "queued"


def test_every_kind_stands_in_the_list_before_anybody_decided(admin: Client, alpha: World) -> None:
    html = admin.get(RETENTION).content.decode()
    for kind in RetentionPolicy.Kind:
        assert kind.label in html
    assert html.count("as OpsFlows ships") == len(RetentionPolicy.Kind)
    assert not RetentionPolicy.objects.exists()


def test_decide_how_long_something_is_kept(admin: Client, alpha: World) -> None:
    policy = RetentionPolicy.id_of(alpha.account.pk, "events")
    assert "Nothing is old enough to be deleted." in admin.get(f"{RETENTION}{policy}/change/").content.decode()
    url = f"{RETENTION}{policy}/decide/"
    assert "By what holds now" in admin.get(url).content.decode()
    answer = admin.post(url, {"keep_days": 5, "is_active": "on"})
    assert answer.status_code == 400
    assert "a copy that a vendor sends again" in answer.content.decode()
    assert "What is older than 60 days is deleted" in say(admin, url, keep_days=60, is_active="on")
    assert "kept from now on" in say(admin, url, keep_days=60)
    row = RetentionPolicy.objects.get()
    assert (row.pk, row.keep_days, row.is_active, row.history.count()) == (policy, 60, False, 2)


def test_a_policy_of_another_account_is_not_there(admin: Client, beta: World) -> None:
    other = RetentionPolicy.id_of(beta.account.pk, "events")
    assert admin.get(f"{RETENTION}{other}/change/").status_code == 302
    admin.post(f"{RETENTION}{other}/decide/", {"keep_days": 60})
    assert not RetentionPolicy.objects.exists()


@pytest.mark.parametrize("day", ["", "2026-03-09", "nonsense", "2099-01-01", "9999-12-31", "0001-01-01"])
def test_the_summary_of_a_day(admin: Client, alpha: World, day: str) -> None:
    alpha.run(alpha.workflow("Deals"), alpha.event(), status="failed")
    answer = admin.get(SUMMARY, {"day": day})
    assert answer.status_code == 200
    assert "Who gets it by mail" in answer.content.decode()


def test_a_person_stops_and_an_administrator_decides_for_others(admin: Client, viewer: Client, alpha: World) -> None:
    vera = alpha.account.memberships.get(user__username="vera").user
    assert "vera gets the summary every morning" in say(viewer, CHOOSE, user=str(vera.pk), wants="yes")
    assert "vera gets no summary any more" in say(admin, CHOOSE, user=str(vera.pk), wants="no")
    assert "account:manage" in say(viewer, CHOOSE, user=str(alpha.admin.pk), wants="no")
    assert SummaryChoice.objects.get().wants is False


def test_looking_at_the_summary_changes_nothing(admin: Client, alpha: World) -> None:
    admin.get(SUMMARY)
    assert admin.get(CHOOSE).status_code == 405
    assert not SummaryChoice.objects.exists()
