"""What `POST /api/workflows` takes: a rule as in Rules, or the graph itself."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from opsflows.rules import Problem
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.rule_problems import in_graph_terms, in_rule_terms, rule_problems, rule_settings

_RULE_KEYS = ("trigger", "conditions", "actions", "triggerStep", "conditionsStep")
_KEYS = ("name", "description", "category", "active", "settings", "errorHandling", "workflow_data", *_RULE_KEYS)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A workflow as it was sent."""

    name: str
    description: str
    category: str
    active: bool
    workflow_data: dict[str, Any]
    settings: dict[str, Any]
    #: What was sent, where it was a rule: problems are then named in its terms.
    rule: Mapping[str, Any] | None

    def named(self, problems: Iterable[Problem]) -> list[Problem]:
        """`problems` of the definition with the places called as the sender calls them."""
        return in_graph_terms(problems) if self.rule is None else in_rule_terms(problems, self.rule)


def read_submitted(document: object) -> Submitted:
    """The workflow that `document` describes.

    Raises:
        InvalidDefinition: with everything whose shape is wrong, in the sender's terms.
    """
    if not isinstance(document, Mapping):
        raise InvalidDefinition([Problem("", "Send an object with name, trigger and actions.")])
    problems = [*_unknown_keys(document), *_plain_problems(document), *rule_problems(document)]
    if problems:
        raise InvalidDefinition(problems)
    is_graph = "workflow_data" in document
    return Submitted(
        name=document["name"],
        description=document.get("description") or "",
        category=document.get("category") or Workflow.Category.CUSTOM,
        active=document.get("active") or False,
        workflow_data=document["workflow_data"] if is_graph else to_graph(document),
        settings=rule_settings(document),
        rule=None if is_graph else document,
    )


def _unknown_keys(document: Mapping[str, Any]) -> Iterator[Problem]:
    for key in sorted(document.keys() - set(_KEYS)):
        if key == "logic":
            yield Problem(key, 'Stands inside conditions: {"logic": "OR", "rules": [...]}.')
            continue
        close = get_close_matches(key, _KEYS, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Known are: {', '.join(_KEYS)}."
        yield Problem(key[:80], f"This field is not known here. {hint}")


def _plain_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    for key, kind, wanted in (("name", str, "text"), ("description", str, "text"), ("active", bool, "true or false")):
        if document.get(key) is not None and not isinstance(document[key], kind):
            yield Problem(key, f"Must be {wanted}.")
    if document.get("name") is None:
        yield Problem("name", "This field is required; say in a few words what the workflow does.")
    if document.get("category") not in (None, *Workflow.Category.values):
        yield Problem("category", f"Must be one of {', '.join(Workflow.Category.values)}.")
    if "workflow_data" in document and (both := [key for key in _RULE_KEYS if key in document]):
        yield Problem("workflow_data", f"Says the same as {', '.join(both)}; send one or the other.")
