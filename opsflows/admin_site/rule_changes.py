"""What changed in the parts of rules that are kept as documents, in the rule's own words."""

from collections.abc import Iterator, Mapping
from typing import Any

from opsflows.workflows.wording.changed_conditions import changed_conditions
from opsflows.workflows.wording.changed_settings import changed_settings
from opsflows.workflows.wording.differences import differences

#: The fields that hold such parts, on whatever row.
_DEFINITION, _SETTINGS, _CONDITIONS = "workflow_data", "settings", "conditions"


def rule_changes(field: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """Each change as where it is (empty: the field itself) and what is told of it; nothing where the field is no part
    of a rule, or only its drawing changed."""
    if field == _DEFINITION:
        for each in differences(old, {}, new, {}):
            rest = each.sentence.removeprefix(each.place)
            yield (each.place, rest.lstrip(": ")) if rest != each.sentence else ("Steps", each.sentence)
    elif field == _SETTINGS and isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from (("", part.said) for part in changed_settings(old, new))
    elif field == _CONDITIONS:
        yield from (("", part.said) for part in changed_conditions(old, new))
