from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.moments import Unit, moment, signed_moment, write_moment

MOMENTS = st.integers(0, 10**17).map(lambda micros: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros))
PRECISION = {
    "seconds": timedelta(seconds=1),
    "milliseconds": timedelta(milliseconds=1),
    "iso": timedelta(microseconds=1),
}


@given(MOMENTS, st.sampled_from(["seconds", "milliseconds", "iso"]))
def test_a_written_moment_reads_back(at: datetime, unit: Unit) -> None:
    back = signed_moment(write_moment(at, unit), unit)
    assert back is not None
    assert timedelta(0) <= at - back < PRECISION[unit]


@pytest.mark.parametrize("written", ["", "-1", "+1", "01", "1_000", " 1", "1\n", "1.5", "1e9", "١٢٣", "9" * 19, "0x10"])
def test_a_signed_moment_has_one_spelling(written: str) -> None:
    assert signed_moment(written) is None


def test_beyond_the_calendar_is_its_end() -> None:
    assert signed_moment("9" * 18) == datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1700000000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("1700000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (Decimal("1700000000.25"), datetime(2023, 11, 14, 22, 13, 20, 250000, tzinfo=UTC)),
        (1700000000123, datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)),
        ("2026-02-28T10:00:00Z", datetime(2026, 2, 28, 10, tzinfo=UTC)),
        ("2026-02-28T10:00:00+02:00", datetime(2026, 2, 28, 10, tzinfo=timezone(timedelta(hours=2)))),
        ("2026-02-28T10:00:00", datetime(2026, 2, 28, 10, tzinfo=UTC)),
        ("2026-02-28", datetime(2026, 2, 28, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        *[(value, None) for value in (None, True, "", "soon", "0001-01-01T00:00:00+23:00", 10**20, [], {})],
        *[(Decimal(value), None) for value in ("NaN", "sNaN", "Infinity", "1E+999999", "-1E+999999")],
    ],
)
def test_times_of_occurrence(value: Any, expected: datetime | None) -> None:
    assert moment(value) == expected
