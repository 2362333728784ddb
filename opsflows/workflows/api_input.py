"""What `POST` and `PUT` of a workflow take: a rule as in Rules, or the graph itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError

from opsflows.rules import Problem
from opsflows.workflows.change_parts import PART_KEYS, RULE_KEYS
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.rule_problems import in_graph_terms, in_rule_terms, rule_problems, rule_settings
from opsflows.workflows.tag_names import clean_tags

_PLAIN_KEYS = ("name", "description", "category", "tags", "active")
_KEYS = (*_PLAIN_KEYS, *PART_KEYS)
#: What a workflow is shown with and nobody sets: it may come back with the rest, and is passed over.
READ_ONLY_KEYS = (
    "id",
    "status",
    "version",
    "createdAt",
    "updatedAt",
    "unpublishedChanges",
    "approval",
    "problems",
    "warnings",
)
MAX_REVISION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Submitted:
    """A workflow as it was sent."""

    name: str
    description: str
    category: str
    tags: list[str]
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
    problems = [*_unknown_keys(document), *_plain_problems(document)]
    if document.get("name") is None:
        problems.append(Problem("name", "This field is required; say in a few words what the workflow does."))
    if "workflow_data" in document and (both := [key for key in RULE_KEYS if key in document]):
        problems.append(Problem("workflow_data", f"Says the same as {', '.join(both)}; send one or the other."))
    problems += rule_problems(document)
    if problems:
        raise InvalidDefinition(problems)
    is_graph = "workflow_data" in document
    return Submitted(
        name=document["name"],
        description=document.get("description") or "",
        category=document.get("category") or Workflow.Category.CUSTOM,
        tags=clean_tags(document.get("tags") or ()),
        active=document.get("active") or False,
        workflow_data=document["workflow_data"] if is_graph else to_graph(document),
        settings=rule_settings(document),
        rule=None if is_graph else document,
    )


@dataclass(frozen=True, slots=True)
class SubmittedChange:
    """Some fields of a workflow as they were sent; what is None, or no part, was not."""

    name: str | None
    description: str | None
    category: str | None
    tags: list[str] | None
    active: bool | None
    revision: int | None
    parts: Mapping[str, Any]


def read_change(document: object) -> SubmittedChange:
    """The change that `document` describes.

    Raises:
        InvalidDefinition: with everything whose shape is wrong, in the sender's terms.
    """
    if not isinstance(document, Mapping) or not document:
        raise InvalidDefinition([Problem("", "Send an object with at least one field to change.")])
    problems = [*_unknown_keys(document, (*_KEYS, "revision"), READ_ONLY_KEYS), *_plain_problems(document)]
    if "name" in document and document["name"] is None:
        problems.append(Problem("name", "Must be text."))
    revision = document.get("revision")
    if revision is not None and not _is_revision(revision):
        problems.append(Problem("revision", "Must be the number that the workflow was read with."))
    if problems:
        raise InvalidDefinition(problems)
    emptied = {"description": "", "category": Workflow.Category.CUSTOM.value}
    return SubmittedChange(
        **{key: document.get(key) or emptied[key] if key in document else None for key in emptied},
        name=document.get("name"),
        tags=clean_tags(document["tags"] or ()) if "tags" in document else None,
        active=document.get("active"),
        revision=revision,
        parts={key: document[key] for key in PART_KEYS if key in document},
    )


def _is_revision(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_REVISION


def _unknown_keys(
    document: Mapping[str, Any], keys: Sequence[str] = _KEYS, passed_over: Sequence[str] = ()
) -> Iterator[Problem]:
    for key in sorted(document.keys() - set(keys) - set(passed_over)):
        if key == "logic":
            yield Problem(key, 'Stands inside conditions: {"logic": "OR", "rules": [...]}.')
            continue
        close = get_close_matches(key, keys, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Known are: {', '.join(keys)}."
        yield Problem(key[:80], f"This field is not known here. {hint}")


def _plain_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    for key, kind, wanted in (("name", str, "text"), ("description", str, "text"), ("active", bool, "true or false")):
        if document.get(key) is not None and not isinstance(document[key], kind):
            yield Problem(key, f"Must be {wanted}.")
    category = document.get("category")
    if category is not None and (not isinstance(category, str) or category not in Workflow.Category.values):
        yield Problem("category", f"Must be one of {', '.join(Workflow.Category.values)}.")
    yield from _tag_problems(document.get("tags"))


def _tag_problems(tags: object) -> Iterator[Problem]:
    if tags is None:
        return
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        yield Problem("tags", 'Must be a list of texts, such as ["emea", "renewal"].')
        return
    try:
        clean_tags(tags)
    except ValidationError as error:
        yield Problem("tags", " ".join(error.messages))
