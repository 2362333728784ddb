"""The first page: what needs somebody, today's numbers, the last day, what failed, what waits, and who works."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from opsflows.accounts.current import current_membership
from opsflows.admin_site.home.chart import chart
from opsflows.admin_site.home.failures import failures
from opsflows.admin_site.home.figures import figures
from opsflows.admin_site.home.first_steps import first_steps
from opsflows.admin_site.home.latest import newest_events, newest_runs
from opsflows.admin_site.home.needs_you import needs_you
from opsflows.admin_site.home.next_schedules import next_schedules
from opsflows.admin_site.home.numbers import numbers
from opsflows.admin_site.home.waiting import waiting
from opsflows.admin_site.home.workers import workers


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/index.html shows, each number and list read through an index and with an end.

    Numbers are an account's own: somebody who is in none sees what waits and who works, as far as they may look.
    """
    now = timezone.now()
    membership = current_membership(request)
    counted = figures(membership.account, now=now) if membership else None
    failed = failures(request, now=now)
    return {
        **context,
        "title": "Home",
        "steps": first_steps(request),
        "needs": needs_you(request, failed, now=now),
        "figures": counted,
        "numbers": numbers(counted, now=now) if counted else (),
        "chart": chart(counted) if counted else None,
        "failures": failed,
        "waiting": waiting(request, now=now),
        "workers": workers(now=now),
        "schedules": next_schedules(request),
        "newest_events": newest_events(request),
        "newest_runs": newest_runs(request),
        "public_url": settings.PUBLIC_URL,
    }
