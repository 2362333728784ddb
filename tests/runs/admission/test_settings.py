"""What a workflow's settings may say about its limits, and how a mistake is told."""

import pytest

from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.settings import parse_settings


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"maxExecutionsPerHour": 0}, "settings.maxExecutionsPerHour: "),
        ({"maxExecutionsPerHour": "many"}, "settings.maxExecutionsPerHour: "),
        ({"throttleAction": "later"}, "settings.throttleAction: "),
        ({"concurrency": 3}, "settings.concurrency: "),
        ({"concurrency": {"limit": 0}}, "settings.concurrency.limit: "),
        ({"concurrency": {"limit": 2000}}, "settings.concurrency.limit: "),
        ({"concurrency": {"limit": 1, "per": "customer"}}, "settings.concurrency.per: "),
        ({"concurrency": {"key": "{{customerId"}}, "settings.concurrency.key: "),
        ({"concurrency": {"key": 7}}, "settings.concurrency.key: "),
    ],
)
def test_a_mistake_is_named(settings: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        parse_settings(settings)
    [problem] = refused.value.problems
    assert str(problem).startswith(said)


def test_what_is_said_is_kept() -> None:
    settings = parse_settings({"concurrency": {"limit": 2, "key": " {{customerId}} "}})
    assert settings.concurrency is not None
    assert (settings.concurrency.limit, settings.concurrency.key) == (2, "{{customerId}}")
    assert settings.limits_starts
    assert parse_settings({"concurrency": {}}).concurrency is not None
    assert not parse_settings({"throttleAction": "drop"}).limits_starts
