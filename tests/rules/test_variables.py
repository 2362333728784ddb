"""The variables that pickers offer."""

from opsflows.rules import Calendar, Clock, compile_condition, compile_template, grouped_variables
from opsflows.rules.dates import NAMED_DATES
from tests.rules.values import CLOCK


def test_every_group_of_rules_is_there() -> None:
    groups = grouped_variables()
    assert {"Customer", "Offer", "Contract", "User", "Date"} <= set(groups)
    names = [variable.name for group in groups.values() for variable in group]
    assert len(names) == len(set(names))


def test_every_date_variable_that_is_offered_works(clock: Clock) -> None:
    for variable in grouped_variables()["Date"]:
        rendered = compile_template(f"{{{{{variable.name}}}}}").render({}, clock)
        assert variable.name in NAMED_DATES
        assert rendered.value == variable.example
        assert rendered.warnings == ()


def test_a_calendar_without_working_days_has_no_next_one() -> None:
    never = Clock(CLOCK.now, CLOCK.zone, Calendar(CLOCK.zone, is_holiday=lambda day: True))
    rendered = compile_template("Due {{next_business_day}}").render({}, never)
    assert rendered.value == "Due "
    assert rendered.warnings == ("next_business_day is not in the event; it was left empty",)
    for value in ("next_business_day", "{{next_business_day}}", "next_business_hour", "+1 business hour"):
        condition = compile_condition({"field": "due", "operator": "before", "value": value})
        assert not condition.matches({"due": "2026-01-01"}, never)
        assert not condition.explain({"due": "2026-01-01"}, never).truth
