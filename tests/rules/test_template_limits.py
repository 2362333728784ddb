"""Hostile texts end quickly, with an error in words."""

import tracemalloc
from decimal import Decimal
from typing import Any

import pytest

from opsflows.rules import Clock, RenderError, RuleError, compile_template, compile_value
from opsflows.rules.templates.limits import MAX_OUTPUT, MAX_SOURCE

HOSTILE: dict[str, Any] = {
    "big": "a" * 200_000,
    "mega": "x" * 1_000_000,
    "list": list(range(9999)),
    "lists": [["x" * 1000] * 100] * 90,
    "objects": [{"a": n} for n in range(5000)],
    "huge": Decimal("1E1000"),
    "digits": "9" * 120,
}

BOMBS = {
    "nested loops": "{% for i in (1..100) %}" * 3 + "x" + "{% endfor %}" * 3,
    "loops in a row": "{% for i in (1..9999) %}{% endfor %}" * 900,
    "a long body": "{% for i in (1..9999) %}" + "{{a}}" * 1900 + "{% endfor %}",
    "many cases": "{% for i in (1..9000) %}{% case 1 %}" + "{% when 2 %}" * 1800 + "{% endcase %}{% endfor %}",
    "a long condition": "{% for i in (1..9000) %}{% if " + " or ".join("a" * 150) + " %}{% endif %}{% endfor %}",
    "an endless range": "{% for i in (1..100000000000) %}x{% endfor %}",
    "an endless range backwards": "{% for i in (1..100000000000) reversed %}x{% endfor %}",
    "an endless range skipped": "{% for i in (1..100000000000) offset: 10000000000 %}x{% endfor %}",
    "a range out of the event": "{% for i in (1..digits) %}x{% endfor %}",
    "a range in a filter": "{{ (1..1000000000) | join: 'a' }}",
    "each in each": "{{#each objects}}{{#each objects}}x{{/each}}{{/each}}",
    "a loop over too much": "{{#each mega_list}}x{{/each}}",
    "join": "{{ list | join: big }}",
    "replace": "{{ big | replace: 'a', big }}",
    "replace again and again": "{{ 'aaaaaaaaaa' " + "| replace: 'a', 'aaaaaaaaaa' " * 20 + "}}",
    "append": "{{ big | append: big }}",
    "split": "{{ mega | split: '' }}",
    "long filters in a loop": "{% for i in (1..9000) %}{{ big | upcase | size }}{% endfor %}",
    "lists in a loop": "{{#each objects}}{{ objects | where: 'a', 3 | size }}{{/each}}",
    "comparisons in a loop": "{% for i in (1..9000) %}{% if lists == lists %}x{% endif %}{% endfor %}",
    "searches in a loop": "{% for i in (1..9000) %}{% if mega contains big %}x{% endif %}{% endfor %}",
    "output in a loop": "{% for i in (1..9000) %}" + "x" * 1000 + "{% endfor %}",
    "a long field": "{{mega}}",
    "long fields": "{{big}}{{big}}",
    "a wide date": "{{ 'today' | date: '%99999999d' }}",
    "a number beyond all": "{{ huge " + "| times: huge " * 60 + "}}",
    "url encoding": "{{ mega | url_encode | url_encode }}",
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS)
def test_a_bomb_does_not_go_off(clock: Clock, source: str) -> None:
    event = {**HOSTILE, "mega_list": [0] * 20_000}
    template = compile_template(source)
    tracemalloc.start()
    try:
        with pytest.raises(RenderError):
            template.render(event, clock)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "source",
    [
        "{{" * 30_000,
        "{%" * 30_000,
        "{{a}}" * 3000,
        "{% if a %}" * 30 + "{% endif %}" * 30,
        "{% if " + "(" * 400 + "a" + ")" * 400 + " %}{% endif %}",
        "{{ a" + "[a" * 450 + "]" * 450 + " }}",
        "{{ " + "(" * 450 + ".. }}",
        "x" * (MAX_SOURCE + 1),
        "é" * (MAX_SOURCE // 2 + 1),
    ],
)
def test_a_monster_is_not_compiled(source: str) -> None:
    with pytest.raises(RuleError):
        compile_template(source + "{{a}}")


def test_output_up_to_the_limit_is_fine(clock: Clock) -> None:
    assert (
        len(compile_template("{{a}}{{b}}").render({"a": "x" * (MAX_OUTPUT - 1), "b": "y"}, clock).value) == MAX_OUTPUT
    )


def test_all_texts_of_a_value_share_one_limit(clock: Clock) -> None:
    template = compile_value(["{{a}}!"] * 3)
    with pytest.raises(RenderError, match="256 KiB"):
        template.render({"a": "x" * 100_000}, clock)


def test_what_is_only_handed_on_costs_nothing(clock: Clock) -> None:
    assert compile_value("{{mega}}").render(HOSTILE, clock).value == HOSTILE["mega"]


def test_the_names_of_missing_fields_stay_short(clock: Clock) -> None:
    (warning,) = compile_template("{{ a[mega] }}").render(HOSTILE, clock).warnings
    assert len(warning) < 300


@pytest.mark.parametrize("value", [[["x"] * 3000] * 3, {"a": "{{" + "a" * 2000 + "}}"}])
def test_values_are_limited_as_well(value: Any) -> None:
    with pytest.raises(RuleError):
        compile_value(value)


def test_depth_of_values_is_limited() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(RuleError, match="nested deeper"):
        compile_value(deep)
