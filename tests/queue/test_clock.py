"""Workers on machines whose clocks disagree agree on the time."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from opsflows.queue import clock


@pytest.fixture(autouse=True)
def _uncompared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_ahead", timedelta(0))
    monkeypatch.setattr(clock, "_compared", None)


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("skew", [timedelta(minutes=-3), timedelta(hours=2)])
def test_a_wrong_clock_is_set_right_by_the_database(skew: timedelta) -> None:
    with time_machine.travel(datetime.now(UTC) + skew):
        clock.compare()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            told = cursor.fetchone()[0]
        assert abs(clock.now() - told) < timedelta(seconds=1)
        assert abs(timezone.now() - told) > timedelta(minutes=2)


@pytest.mark.django_db
def test_without_a_comparison_the_machine_s_own_clock_counts() -> None:
    assert abs(clock.now() - timezone.now()) < timedelta(seconds=1)
