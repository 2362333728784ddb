"""The limit counts a minute, and forgets it with the next."""

from datetime import timedelta

from opsflows.approvals.links import too_often
from opsflows.approvals.links.too_often import Limiter
from tests.approvals.office import NOW


def test_a_minute_counts_by_itself() -> None:
    limiter = Limiter(2)
    assert [limiter.is_too_often("a", now=NOW) for _ in range(3)] == [False, False, True]
    assert not limiter.is_too_often("b", now=NOW)
    assert not limiter.is_too_often("a", now=NOW + timedelta(minutes=1))


def test_it_does_not_grow_without_end(monkeypatch: object) -> None:
    monkeypatch.setattr(too_often, "_MOST_NAMES", 3)  # type: ignore[attr-defined]
    limiter = Limiter(5)
    assert [limiter.is_too_often(str(number), now=NOW) for number in range(5)] == [False, False, False, True, True]
    assert not limiter.is_too_often("0", now=NOW)
