"""The bench asks the same as the bare loop that it is held against."""

import pytest

from bench.explain import bare, events_of, explained, rates, seed

pytestmark = pytest.mark.django_db


def test_both_ways_count_the_same() -> None:
    account_id = seed(30, 4)
    counts = [explained(account_id, each, 30) for each in events_of(account_id)]
    assert counts == [bare(each, 30) for each in events_of(account_id)]
    assert any(counts)
    assert all(rate > 0 for rate in rates(account_id, 30).values())
