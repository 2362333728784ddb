"""Every field of every kind is one that people can read: titled, with a look that there is, and a label."""

import json
from collections.abc import Iterator

import pytest

from opsflows.studio.forms.offered import Offered
from opsflows.studio.forms.shapes import Shape, shapes_of
from opsflows.studio.forms.step_form import step_form
from opsflows.workflows import field_looks as looks
from opsflows.workflows.action_schema import action_components
from opsflows.workflows.registry import all_kinds
from tests.studio.forms.page import around, step_page

KINDS = sorted(all_kinds())


def all_shapes(shapes: tuple[Shape, ...]) -> Iterator[Shape]:
    for shape in shapes:
        yield shape
        yield from all_shapes(shape.inner)
        for inner in shape.sorts.values():
            yield from all_shapes(inner)


@pytest.mark.parametrize("name", KINDS)
def test_every_field_has_a_title_a_look_and_a_help(name: str) -> None:
    kind = all_kinds()[name]
    for field, info in kind.Config.model_fields.items():
        assert info.title, f"{name}.{field} has no title; give it one: Field(title=…)"
        assert info.description, f"{name}.{field} has no description"
    for shape in all_shapes(shapes_of(kind.Config)):
        assert shape.look in looks.LOOKS, f"{name}.{shape.key}"
        assert shape.title
        assert shape.help, f"{name}: {shape.key} has no description"


@pytest.mark.parametrize("name", KINDS)
def test_every_field_is_drawn_with_a_label_of_its_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Offered, "choices", lambda self, name: [("known", "Known")])
    kind = all_kinds()[name]
    rows: dict[str, list[dict[str, object]]] = {}
    for shape in shapes_of(kind.Config):
        if shape.look == looks.ROWS:
            sorts = [{shape.sort_key: sort} for sort in shape.sorts]
            rows[shape.key] = sorts or [{}, {}]
    form = step_form(around=around(), node_data={"kind": name, "config": rows})
    page = step_page(form)
    assert page.unlabelled == []
    assert len(page.ids) == len(set(page.ids)), sorted(each for each in page.ids if page.ids.count(each) > 1)
    for shape in shapes_of(kind.Config):
        assert any(sent.startswith(f"step-{shape.key}") for sent, _ in page.sent), shape.key


def test_a_look_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no look called 'colour'"):
        looks.look("colour")


def test_the_api_carries_looks_under_names_that_others_pass_over() -> None:
    text = json.dumps(action_components())
    assert '"x-look": "people"' in text
    assert '"look"' not in text
