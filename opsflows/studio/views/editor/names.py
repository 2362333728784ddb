"""What steps are called in sentences: by their number and label."""

from collections.abc import Mapping
from typing import Any

from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.outline import Outline, outline
from opsflows.studio.drafts.places import AFTER_ALL
from opsflows.studio.drafts.shape import Shape
from opsflows.studio.drafts.words import heading


def names_of(workflow_data: Mapping[str, Any]) -> dict[str, str]:
    """Every step by its id: `step 3, “Send a Slack message”`."""
    shape = outline(workflow_data)
    named = {
        each.node_id: "the trigger that stands there besides"
        if each.is_trigger
        else f"step {each.number}, “{each.name.label}”"
        for each in shape.steps
        if each.name
    }
    if shape.entry:
        named[shape.entry] = "the condition under “Only if”"
    return named


def places_in_words(workflow_data: Mapping[str, Any], shape: Outline) -> list[tuple[str, str, str]]:
    """Where a step can go: behind which step, by which way out, and that in words."""
    document = Document(workflow_data)
    found, names = Shape(document), names_of(workflow_data)
    places = []
    for place in shape.places:
        after, handle = place.node_id, place.handle
        if after in (shape.trigger, shape.entry):
            words = "At the beginning"
        elif handle == AFTER_ALL:
            words = f"After {names[after]}, whichever way it went"
        elif handle == found.way_on(after) and not found.branches(after):
            words = f"After {names[after]}"
        else:
            words = f"In {names[after]}, under “{heading(document, after, tuple(handle.split(',')))}”, first"
        places.append((after, handle, f"{'… ' * place.depth}{words}"))
    return places
