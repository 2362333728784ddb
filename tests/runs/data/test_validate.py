"""An object is checked, and all that is wrong is told."""

from decimal import Decimal
from typing import Any

import pytest

from tests.runs.data.asking import ask, failed, problems


def wrong(scope: dict[str, Any], **config: Any) -> list[tuple[str, str]]:
    outcome: Any = ask("validate", scope, **config)
    assert outcome.handle == ("valid" if outcome.output["valid"] else "invalid")
    found = [(problem["field"], problem["message"]) for problem in outcome.output["problems"]]
    assert (outcome.output["count"], outcome.output["valid"]) == (len(found), not found)
    return found


def of(value: Any, **rule: Any) -> list[str]:
    return [message for _, message in wrong({"v": value}, fields=[{"field": "v", **rule}])]


def test_a_post_before_it_is_published() -> None:
    """Patterns, 13."""
    fields = [{"field": name, "required": True} for name in ("title", "body", "featured_image", "seo.description")]
    conditions = [
        {
            "conditions": {"field": "publish_date", "operator": "before", "value": "today"},
            "message": "It is not time yet.",
            "field": "publish_date",
        }
    ]
    post = {
        "title": "How to", "body": "x", "featured_image": "https://x.example/i.png", "seo": {"description": "d"},
        "publish_date": "2025-01-02",
    }  # fmt: skip
    assert wrong({"post": post}, input="{{post}}", fields=fields, conditions=conditions) == []
    post |= {"seo": {}, "title": "", "publish_date": "2027-01-02"}
    assert wrong({"post": post}, input="{{post}}", fields=fields, conditions=conditions) == [
        ("title", "This field is required."),
        ("seo.description", "This field is required."),
        ("publish_date", "It is not time yet."),
    ]


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("text", ["a", "1"], [1, True, [1]]),
        ("number", [1, "1.5", Decimal("0.1")], ["1,5", True, [1]]),
        ("integer", [1, "2", Decimal("3.0")], [1.5, "x"]),
        ("boolean", [True, False, "true"], ["yes", 1]),
        ("date", ["2026-03-31"], ["2026-03-31T10:00:00Z", "31.3.2026", 5]),
        ("datetime", ["2026-03-31T10:00:00Z"], ["2026-03-31", "now"]),
        ("email", ["ada@example.com"], ["ada", "ada@", 5, "Ada <ada@example.com>"]),
        ("url", ["https://example.com/x?y=1"], ["example.com", "ftp://x.example", "https://", 5]),
        ("list", [[1]], ["a", {"a": 1}]),
        ("object", [{"a": 1}], [[1], "a"]),
    ],
)
def test_types(type_: str, good: list[Any], bad: list[Any]) -> None:
    assert [of(value, type=type_) for value in good] == [[]] * len(good)
    assert [len(of(value, type=type_)) for value in bad] == [1] * len(bad)
    # What is not there is no wrong type; only required says that it must be.
    assert of(None, type=type_) == []


@pytest.mark.parametrize(
    ("value", "rule", "message"),
    [
        (5, {"min": 6}, "Must be at least 6, and is 5."),
        ("7", {"max": 6}, 'Must be at most 6, and is "7".'),
        (6, {"min": 6, "max": 6}, None),
        (0, {"min": 1, "required": True}, "Must be at least 1, and is 0."),
        ("x", {"min": 1}, '"x" cannot be compared with 1.'),
        ("2026-03-19", {"min": "today"}, 'Must be at least today, and is "2026-03-19".'),
        ("2026-03-20", {"min": "today", "max": "+7 days"}, None),
        ("abc", {"max_length": 2}, "Must have at most 2 characters, and has 3."),
        ([1], {"min_length": 2}, "Must have at least 2 items, and has 1."),
        ("AB-12", {"pattern": r"[A-Z]{2}-\d+"}, None),
        ("xAB-12", {"pattern": r"[A-Z]{2}-\d+"}, '"xAB-12" does not have the form that is asked for.'),
        ("a\n", {"pattern": "a|b"}, '"a\n" does not have the form that is asked for.'),
        ("aws", {"one_of": ["aws", "azure"]}, None),
        ("1", {"one_of": [1, 2]}, None),
        ("gcp", {"one_of": ["aws", "azure"]}, 'Must be one of "aws", "azure"; it is "gcp".'),
        ("gcp", {"one_of": ["aws"], "min_length": 9, "message": "Choose a marketplace."}, "Choose a marketplace."),
    ],
)
def test_limits(value: Any, rule: dict[str, Any], message: str | None) -> None:
    assert of(value, **rule) == ([] if message is None else [message])


def test_conditions_compare_fields_of_the_object_and_with_the_run() -> None:
    row = {
        "conditions": {"field": "end", "operator": "after", "value": "{{item.start}}"},
        "message": "The end is first.",
    }
    limit = {"conditions": {"field": "n", "operator": "less_than", "value": "{{limit}}"}, "message": "Too many."}
    scope = {"x": {"start": "2026-01-02", "end": "2026-01-01", "n": 5}, "start": "2020-01-01", "limit": 5}
    assert wrong(scope, input="{{x}}", conditions=[row, limit]) == [("", "The end is first."), ("", "Too many.")]
    scope["x"] = {"start": "2026-01-02", "end": "2026-01-03", "n": 4}
    assert wrong(scope, input="{{x}}", conditions=[row, limit]) == []


def test_what_is_no_object() -> None:
    assert "must be an object" in failed(
        "validate", {"x": [1]}, input="{{x}}", fields=[{"field": "a", "required": True}]
    )
    assert "nothing to work on" in failed("validate", {}, input="{{x}}", fields=[{"field": "a", "required": True}])


def test_problems_name_their_place() -> None:
    def rule(**rest: Any) -> set[str]:
        found = problems("validate", fields=[{"field": "a", **rest}])
        return {place.removeprefix("fields[0].") for place in found}

    assert problems("validate").keys() == {"fields"}
    assert rule() == {"field"}
    assert rule(required=True) == set()
    assert rule(type="money") == {"type"}
    assert rule(pattern="(") == {"pattern"}
    assert rule(min="soon") == {"min"}
    assert rule(min=5, max=1) == {"min"}
    assert rule(min_length=5, max_length=1) == {"min_length"}
    assert rule(field="{{a}}", required=True) == {"field"}
    assert problems("validate", conditions=[{"conditions": {}, "message": " ", "field": "a."}]).keys() == {
        "conditions[0].conditions", "conditions[0].message", "conditions[0].field",
    }  # fmt: skip
