"""What docs/steps/data.md shows can be published as it stands."""

import re

import pytest

from opsflows.jsontext import parse_json
from tests.house.project import ROOT
from tests.runs.data.asking import problems

TEXT = (ROOT / "docs" / "steps" / "data.md").read_text()
EXAMPLES = [parse_json(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
KINDS = {"transform", "merge", "filter", "sort", "take", "calculate", "score", "text", "json", "validate"}


def test_every_kind_has_an_example() -> None:
    assert {example["type"] for example in EXAMPLES} == KINDS


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["type"] for example in EXAMPLES])
def test_examples_can_be_published(example: dict[str, object]) -> None:
    kind = str(example["type"])
    assert problems(kind, **{key: value for key, value in example.items() if key != "type"}) == {}
