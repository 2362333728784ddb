"""Two runs that failed for the same reason count together."""

from opsflows.insights.reasons import reason_of, sameness


def test_what_each_run_has_of_its_own_makes_no_other_reason() -> None:
    first = "Order 1234567 of 01a1f956-473d-744a-b3e2-0ade6e5be699 was refused at 2026-03-02T09:00:00Z."
    second = "Order 7654321 of 01a1f956-fed4-7925-9c6e-f7867480786a was refused at 2026-03-03T10:30:00Z."
    assert sameness(first) == sameness(second)
    assert sameness("The other side answered 404.") != sameness("The other side answered 500.")


def test_a_run_that_says_nothing_still_has_a_reason() -> None:
    assert reason_of(error=None, status="timeout") == "It took longer than it may."
    assert reason_of(error="No.", status="failed") == "No."
