"""Thirty days of office life on a frozen clock: holidays, absences, deadlines, reminders; nothing is forgotten."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from opsflows.accounts.change_calendar import create_calendar
from opsflows.accounts.models import PlatformAccount
from opsflows.approvals.models import ApprovalMessage, ApprovalRequest, ApprovalTask
from opsflows.approvals.people.delegate import delegate
from opsflows.approvals.sweep import sweep
from tests.approvals.office import Office, assert_replays, fresh

BERLIN = ZoneInfo("Europe/Berlin")
#: The clocks go forward on 29 March 2026; Good Friday is 3 April, Easter Monday the 6th.
START = datetime(2026, 3, 16, 0, 0, tzinfo=BERLIN)
MANAGER = {
    "name": "Manager",
    "approvers": ["manager"],
    "timeout": "2 business days",
    "onTimeout": "escalate",
    "escalateTo": ["cleo.acme"],
    "remindEvery": "1 business day",
}
FINANCE = {"name": "Finance", "approvers": ["finance"], "timeout": "24 hours", "onTimeout": "reject"}


def test_a_month(office: Office) -> None:
    PlatformAccount.objects.filter(pk=office.account.pk).update(timezone="Europe/Berlin")
    office.account.refresh_from_db()
    holidays(office)
    delegate(
        actor=office.actor("max"),
        person_id=office.people["max"].pk,
        stand_in_id=office.people["bob"].pk,
        starts_at=START + timedelta(days=7),
        ends_at=START + timedelta(days=14),
        now=START.astimezone(UTC),
    )
    asked: list[ApprovalRequest] = []
    for hour in range(30 * 24):
        now = (START.astimezone(UTC)) + timedelta(hours=hour)
        local = now.astimezone(BERLIN)
        if local.hour == 10 and local.weekday() < 5:
            asked.append(office.ask(MANAGER, FINANCE, amount=100 * local.day, now=now))
        sweep(now=now)
        if local.hour == 15 and local.weekday() < 5:
            work(office, now, local)
    end = START.astimezone(UTC) + timedelta(days=45)
    for day in range(15):
        sweep(now=end - timedelta(days=15 - day))
    for request in asked:
        assert_replays(request)
    states = Counter(fresh(request).state for request in asked)
    assert not states["waiting"]
    assert states["approved"] > 0
    assert states["rejected"] > 0
    # While Max was away, Bob was asked in his place, and nobody else was asked twice.
    stood_in = ApprovalTask.objects.filter(why="delegated", user=office.people["bob"])
    assert stood_in.count() >= 5
    assert all(START + timedelta(days=7) <= task.asked_at < START + timedelta(days=14) for task in stood_in)


def work(office: Office, now: datetime, local: datetime) -> None:
    """Max answers on Tuesdays and Thursdays, Bob and Cleo daily, finance on all days but Fridays."""
    at_work = {"bob", "cleo"} | ({"max"} if local.weekday() in (1, 3) else set())
    at_work |= {"fay"} if local.weekday() != 4 else set()
    for name in sorted(at_work):
        tasks = ApprovalTask.objects.filter(user=office.people[name], state="open").select_related("request")
        for task in list(tasks):
            if fresh(task.request).state == "waiting":
                office.decide(task.request, name, now=now)


def test_business_days_pass_by_easter(office: Office) -> None:
    """Asked on Maundy Thursday at noon: two business days on is Wednesday at noon."""
    PlatformAccount.objects.filter(pk=office.account.pk).update(timezone="Europe/Berlin")
    office.account.refresh_from_db()
    holidays(office)
    thursday = datetime(2026, 4, 2, 12, 0, tzinfo=BERLIN)
    request = office.ask(MANAGER, now=thursday)
    level = request.rounds.get().levels.get()
    assert level.due_at == datetime(2026, 4, 8, 12, 0, tzinfo=BERLIN)
    for hour in range(6 * 24 + 1):
        sweep(now=thursday + timedelta(hours=hour))
    reminders = ApprovalMessage.objects.filter(purpose="remind").order_by("id")
    days = [message.created_at.astimezone(BERLIN).day for message in reminders]
    assert days[:1] == [7]
    assert office.waiting(request) == {"cleo"}


def holidays(office: Office) -> None:
    actor = office.actor("root", door="admin")
    create_calendar(actor=actor, name="Office", country="DE", subdivision="BE", is_default=True, now=START)
