"""What belongs to no account is cleared away when it is old, and nothing else is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django_q.models import Task

from opsflows.accounts.models import PlatformAccount
from opsflows.queue.models import Job
from opsflows.upkeep import house
from tests.insights.past import do, id_at

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 3, 15, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=8), NOW - timedelta(days=6)


def job(at: datetime, **fields: Any) -> Job:
    values = {"kind": "insights.roll_up", "status": "completed", "created_at": at, "scheduled_at": at} | fields
    return Job.objects.create(id=id_at(at), key=str(Job.objects.count()), **values)


def test_old_rubbish_goes(account: PlatformAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "BATCH", 2)
    for number in range(5):
        Session.objects.create(session_key=f"old{number}", session_data="", expire_date=NOW - timedelta(seconds=1))
        job(OLD)
        Task.objects.create(id=f"old{number}", name="x", func="x", started=OLD, stopped=OLD, success=number > 2)
    Session.objects.create(session_key="young", session_data="", expire_date=NOW + timedelta(seconds=1))
    Task.objects.create(id="young", name="x", func="x", started=YOUNG, stopped=YOUNG)
    kept = {
        job(YOUNG).pk,
        job(OLD, status="queued", scheduled_at=NOW + timedelta(days=9)).pk,
        job(OLD, account=account).pk,
    }
    cleaning = do("house.clean", NOW)
    assert cleaning.result == {"sessions": 5, "jobs": 5, "task log": 5, "lists never started": 0, "rows of lists": 0}
    assert set(Job.objects.values_list("pk", flat=True)) == kept | {cleaning.pk}
    assert [Session.objects.get().session_key, Task.objects.get().pk] == ["young", "young"]
