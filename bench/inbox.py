"""What the inbox's pages cost with a thousand decided requests in the database, and with very many.

Run as ``python -m bench.inbox``. A person with a hundred open tasks asks for each page, through Django's test client
and so without a web server; the time of a page is the median of some. The limit is 1.3 times the cost: no page of the
inbox grows with history.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from bench.places import add_database_option, chosen, place

SMALL = 1_000
OPEN = 100
ROUNDS = 15
PORTION = 5_000
PAGES = ("/inbox/", "/inbox/requested/", "/inbox/team/", "/inbox/done/", "request")


def measure(vendor: str, requests: int) -> None:
    with place(vendor) as stack:
        stack.run("manage.py", "migrate", "--verbosity", "0")
        stack.run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        costs: dict[int, dict[str, float]] = {}
        for size in (min(SMALL, requests), requests):
            costs[size] = json.loads(stack.run("-m", "bench.inbox", "--inside", "--requests", str(size)))
        few, many = costs
        for page, small in costs[few].items():
            large = costs[many][page]
            print(f"  {page:<18} {small:6.1f} ms with {few:,}   {large:6.1f} ms with {many:,}   {large / small:.2f}")
        worst = max(costs[many][page] / costs[few][page] for page in costs[few])
        print(f"  {vendor}: the worst grows to {worst:.2f} (aim: at most 1.3)")


def inside(requests: int) -> None:
    """In a process with the database's settings: write until there are so many, and print what each page costs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from opsflows.accounts.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    account, person = _office()
    _write(account, person, requests)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(User.objects.get(pk=person.pk))
    last = _latest(person)
    paths = {page: f"/inbox/{last}/" if page == "request" else page for page in PAGES}
    print(json.dumps({page: _cost(lambda path=path: client.get(path)) for page, path in paths.items()}))  # type: ignore[misc]


def _cost(ask: Callable[[], Any]) -> float:
    """Milliseconds; the median, after two that do not count."""
    found = []
    for _ in range(ROUNDS + 2):
        began = time.perf_counter()
        response = ask()
        found.append((time.perf_counter() - began) * 1000)
        assert response.status_code == 200, response.status_code
    return statistics.median(found[2:])


def _office() -> tuple[Any, Any]:
    from opsflows.accounts.models import Membership, PlatformAccount, User

    account, is_new = PlatformAccount.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    person, _ = User.objects.get_or_create(username="pat", defaults={"email": "pat@bench.example"})
    if is_new:
        Membership.objects.create(account=account, user=person, role="viewer")
    return account, person


def _write(account: Any, person: Any, upto: int) -> None:
    from opsflows.approvals.models import ApprovalRequest

    there = ApprovalRequest.objects.filter(closed_at__isnull=False).count()
    if not there:
        _portion(account, person, OPEN, is_open=True)
    for first in range(there, upto, PORTION):
        _portion(account, person, min(PORTION, upto - first), is_open=False)


def _portion(account: Any, person: Any, count: int, *, is_open: bool) -> None:
    """Requests of one level and one task each, asked by and of the same person, which no verb would do."""
    from opsflows.approvals.models import (
        ApprovalDecision,
        ApprovalLevel,
        ApprovalRequest,
        ApprovalRound,
        ApprovalTask,
    )
    from opsflows.queue.ids import new_id

    now, closed = datetime.now(UTC), {} if is_open else {"closed_at": datetime.now(UTC)}
    state = "waiting" if is_open else "approved"
    content = {"title": "Spend", "summary": "", "amount": None, "currency": "", "details": [], "attachments": []}
    requests = [
        ApprovalRequest(
            account=account,
            subject="step",
            origin_key=str(new_id()),
            title=f"Spend {number}",
            requester=person,
            requester_name="Pat",
            state=state,
            created_at=now,
            plan={"levels": [{"approvers": ["pat"]}]},
            **closed,
        )
        for number in range(count)
    ]
    rounds = [
        ApprovalRound(request=each, number=1, content=content, content_hash="0" * 64, opened_at=now)
        for each in requests
    ]
    levels = [
        ApprovalLevel(
            round=each,
            position=0,
            stage=0,
            name="Pat",
            state="open" if is_open else "approved",
            opened_at=now,
            **closed,
        )
        for each in rounds
    ]
    tasks = [
        ApprovalTask(
            account=account,
            request=level.round.request,
            round=level.round,
            level=level,
            user=person,
            name="Pat",
            state="open" if is_open else "approved",
            asked_at=now,
            **closed,
        )
        for level in levels
    ]
    decisions = [
        ApprovalDecision(
            task=task,
            verdict="approve",
            user=person,
            name="Pat",
            door="page",
            identity="login",
            content_hash="",
            at=now,
        )
        for task in tasks
        if not is_open
    ]
    for model, rows in (
        (ApprovalRequest, requests),
        (ApprovalRound, rounds),
        (ApprovalLevel, levels),
        (ApprovalTask, tasks),
        (ApprovalDecision, decisions),
    ):
        model._default_manager.bulk_create(rows)  # type: ignore[arg-type]


def _latest(person: Any) -> Any:
    from opsflows.approvals.models import ApprovalTask

    return ApprovalTask.objects.filter(user=person).values_list("request_id", flat=True).latest("id")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    add_database_option(parser)
    options = parser.parse_args(arguments)
    if options.inside:
        inside(options.requests)
        return
    for vendor in chosen(options.database):
        measure(vendor, options.requests)


if __name__ == "__main__":
    main()
