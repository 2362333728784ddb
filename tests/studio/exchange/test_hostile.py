"""Documents that are broken, or meant to do harm: a message names place and fix, quickly, and nothing else happens."""

import time

import pytest

from opsflows.studio.exchange.faults import Unreadable
from opsflows.studio.exchange.read import MAX_BYTES, read_document
from opsflows.studio.exchange.read_yaml import read_yaml

_GOOD = "opsflows: 1\nname: A flow\ntrigger: order.paid\nactions: []\n"
_BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [*{chr(97 + at)}, *{chr(97 + at)}]\n" for at in range(20)
)


def refusal(text: str | bytes, form: str = "yaml") -> str:
    began = time.perf_counter()
    with pytest.raises(Unreadable) as caught:
        read_document(text, format=form)  # type: ignore[arg-type]
    assert time.perf_counter() - began < 2
    return "; ".join(map(str, caught.value.faults))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_BOMB, "line 1: Has an anchor"),
        (f"{_GOOD}name: Another\n", "line 5: The key 'name' stands here twice"),
        ("!!python/object/apply:os.system [ls]", "line 1: Names a type"),
        ("name: !!str x", "line 1: Names a type"),
        ("[" * 100_000, "nested deeper than 64"),
        ("- " * 3000, "nested deeper than 64"),
        ("x" * (MAX_BYTES + 1), "larger than 1024 KB. Split it"),
        (_GOOD.encode("utf-16"), "not UTF-8: byte 0"),
        ("name: é".encode("latin-1"), "Save it with the encoding UTF-8"),
        ("name: \x07", "cannot stand in YAML"),
        ('name: "\\0"', "U+0000"),
        ('name: "\\ud800"', "line 1"),
        ("name: [1, 2", "Not valid YAML"),
        ("? [a]\n: b", "A key must be a word"),
        ("a: 1e99999", "out of range"),
        ("", "There is no workflow in it"),
        ("just a text", "Must be a mapping with name, trigger and actions"),
        ("- 1\n- 2", "line 2: Must be a mapping"),
        ("---\n".join([_GOOD] * 201), "at most 200"),
    ],
)
def test_refused_with_a_reason(text: str | bytes, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"name": 1, "name": 2}', "'name' stands twice"),
        ('{"name": NaN}', "NaN is not JSON"),
        ("{", "line 1, column 2"),
        ("[" * 100_000, "nested deeper"),
        ('{"name": "\\u0000"}', "U+0000"),
        ("[]", "There is no workflow in it"),
    ],
)
def test_json_is_held_to_the_same(text: str, said: str) -> None:
    assert said in refusal(text, "json")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("opsflows: 1", "opsflows: 2"), "line 1: opsflows: Must be 1"),
        (("name: A flow", "name: 7"), "line 2: name: Must be a text"),
        (("name: A flow", "nmae: A flow"), "line 2: nmae: Is not known here"),
        (("name: A flow", "name: A flow\ncategory: fun"), "line 3: category: Must be one of marketing"),
        (("name: A flow", "name: A flow\ntags: vip"), "tags: Must be a list of texts"),
        (("name: A flow", "name: A flow\ntags: ['a, b']"), "tags: A comma stands between two tags"),
        (("name: A flow", "name: A flow\ntemplate: yes"), "template: Must be true or false"),
        (("name: A flow", "name: A flow\nsettings: fast"), "settings: Must be"),
        (("actions: []", "actions: {}"), "line 4: actions: Must be a list"),
        (("actions: []", "actions:\n- type: email\n- to: x"), "line 6: actions[1].type: This field is required"),
        (("actions: []", "actions: []\nsteps: []"), "actions: Stands beside steps"),
    ],
)
def test_wrong_types_are_named_with_their_line(changed: tuple[str, str], said: str) -> None:
    assert said in refusal(_GOOD.replace(*changed))


def _steps(steps: str) -> str:
    return f"opsflows: 1\nname: A flow\nsteps:\n{steps}"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("- 7", "line 4: steps[0]: Must be a mapping"),
        ("- id: 7\n  kind: email", "line 4: steps[0].id: Must be a text; put it in quotes"),
        ("- id: a\n  kind: email\n- id: a\n  kind: email", "line 6: steps[1].id: Another step is called 'a'"),
        ("- id: a\n  kind: email\n  to: x", "line 6: steps[0].to: Is not known here"),
        ("- id: a\n  next: [1]", "line 5: steps[0].next: Must be the id of a step"),
    ],
)
def test_steps_are_judged_one_by_one(steps: str, said: str) -> None:
    assert said in refusal(_steps(steps))


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_nothing_but_blanks_holds_no_workflow(form: str) -> None:
    assert "There is no workflow in it" in refusal(" \n\t \n" if form == "json" else " \n\n", form)


def test_too_many_are_refused_before_they_are_looked_at() -> None:
    assert "It holds 100000 workflows" in refusal("- 1\n" * 100_000)
    assert "It holds 100000 workflows" in refusal(f"[{'1,' * 99_999}1]", "json")
    steps = "".join(f"- {{id: a{at}, kind: email, next: a{at + 1}}}\n" for at in range(501))
    assert "steps: Has 501 steps; at most 500 are possible" in refusal(_steps(steps))


def test_a_long_key_does_not_fill_the_memory() -> None:
    (read,) = read_yaml(f"? {'k' * 100_000}\n: [{'1,' * 20_000}1]\n")
    assert len(read.value["k" * 100_000]) == 20_001
    assert sum(map(len, read.lines)) < 1_000
