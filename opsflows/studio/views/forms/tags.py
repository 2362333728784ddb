"""What the templates of forms need: the admin's own dress for inputs, and variables by their groups."""

from collections.abc import Iterable

from django import template
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

from opsflows.studio.variables.known import Variable

register = template.Library()

_LOOKS = {
    "input": " ".join(INPUT_CLASSES),
    "select": " ".join(SELECT_CLASSES),
    "area": " ".join(TEXTAREA_CLASSES),
}


@register.simple_tag
def look(name: str) -> str:
    """The classes of an input, a select or an area."""
    return _LOOKS[name]


@register.filter
def by_group(variables: Iterable[Variable]) -> list[tuple[str, list[Variable]]]:
    """The variables under the names of their groups, in their order."""
    groups: dict[str, list[Variable]] = {}
    for each in variables:
        groups.setdefault(each.group, []).append(each)
    return list(groups.items())
