"""From a document's text to workflows that could be brought in, or to everything that is wrong with it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from opsflows.jsontext import JsonError, parse_json
from opsflows.rules import Problem
from opsflows.studio.exchange.faults import Fault, Unreadable, line_of, located
from opsflows.studio.exchange.read_yaml import Read, read_yaml
from opsflows.studio.exchange.steps_form import in_steps_terms, steps_problems, to_workflow_data
from opsflows.studio.exchange.write import VERSION, Format
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.rule_problems import in_rule_terms, rule_problems, rule_settings
from opsflows.workflows.save_draft import MAX_NAME
from opsflows.workflows.tag_names import clean_tags

MAX_BYTES = 1024 * 1024
MAX_WORKFLOWS = 200
_ABOUT = ("opsflows", "name", "description", "category", "tags", "template", "settings")
_RULE = ("trigger", "triggerStep", "conditions", "conditionsStep", "actions", "errorHandling")
_KEYS = frozenset({*_ABOUT, *_RULE, "steps"})


@dataclass(frozen=True)
class Imported:
    """One workflow, shaped as a draft. `document` is what it was read from, `lines` where the places in it stand."""

    name: str
    description: str
    category: str
    tags: tuple[str, ...]
    is_template: bool
    workflow_data: dict[str, Any]
    settings: dict[str, Any]
    document: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)

    def faults(self, problems: Iterable[Problem]) -> list[Fault]:
        """Problems of the draft with the places called as in the document, each with its line."""
        if "steps" in self.document:
            named: Iterable[Problem] = in_steps_terms(problems, self.document["steps"])
        else:
            named = in_rule_terms(problems, self.document)
        return located(named, self.lines)


def read_document(text: bytes | str, *, format: Format) -> list[Imported]:  # noqa: A002  (the studio's name for it)
    """The workflows in `text`; whether they are sound is for validation to say.

    Raises:
        Unreadable: naming each place, its line, and what would be right.
    """
    documents = _documents(_decoded(text), format)
    if not documents:
        raise Unreadable([Fault("", "There is no workflow in it. Export one to see what a document looks like.")])
    faults, found = [], []
    for document in documents:
        try:
            found.append(_imported(document))
        except Unreadable as error:
            faults += error.faults
    if faults:
        raise Unreadable(faults)
    return found


def _decoded(text: bytes | str) -> str:
    if len(text) > MAX_BYTES:
        raise Unreadable([Fault("", f"It is larger than {MAX_BYTES // 1024} KB. Split it into several files.")])
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            [Fault("", f"It is not UTF-8: byte {error.start} cannot be read. Save it with the encoding UTF-8.")]
        ) from None


def _documents(text: str, form: Format) -> list[Read]:
    if form == "yaml":
        reads = read_yaml(text)
    else:
        try:
            reads = [Read(parse_json(text))] if text.strip() else []
            json.loads(text if text.strip() else "null", object_pairs_hook=_once)
        except JsonError as error:
            raise Unreadable([Fault("", str(error))]) from None
    count = sum(len(read.value) if isinstance(read.value, list) else 1 for read in reads)
    if count > MAX_WORKFLOWS:
        raise Unreadable([Fault("", f"It holds {count} workflows; at most {MAX_WORKFLOWS} are taken at once.")])
    return [each for read in reads for each in _one_by_one(read)]


def _one_by_one(read: Read) -> Iterator[Read]:
    if not isinstance(read.value, list):
        yield read
        return
    for at, value in enumerate(read.value):
        start = f"[{at}]"
        lines = ((place, line) for place, line in read.lines.items() if place.startswith(start))
        yield Read(value, {place.removeprefix(start).removeprefix("."): line for place, line in lines})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable([Fault("", f"The key {key[:60]!r} stands twice in one object; keep one of them.")])
        found[key] = value
    return found


def _imported(read: Read) -> Imported:
    document = read.value
    if not isinstance(document, dict):
        message = "Must be a mapping with name, trigger and actions, as an export writes it."
        raise Unreadable([Fault("", message, line_of("", read.lines))])
    problems = [*_about_problems(document), *_definition_problems(document)]
    if problems:
        raise Unreadable(located(problems, read.lines))
    has_steps = "steps" in document
    return Imported(
        name=document["name"].strip(),
        description=document.get("description") or "",
        category=document.get("category") or Workflow.Category.CUSTOM.value,
        tags=tuple(clean_tags(document.get("tags") or ())),
        is_template=document.get("template") is True,
        workflow_data=to_workflow_data(document["steps"]) if has_steps else to_graph(document),
        settings=(document.get("settings") or {}) if has_steps else rule_settings(document),
        document=document,
        lines=read.lines,
    )


def _about_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    if document.get("opsflows") != VERSION or isinstance(document.get("opsflows"), bool):
        yield Problem("opsflows", f"Must be {VERSION}: it says which form of document this is.")
    for key in sorted(document.keys() - _KEYS):
        yield Problem(key[:80], f"Is not known here. Known are: {', '.join((*_ABOUT, *_RULE[:-1], 'steps'))}.")
    name = document.get("name")
    if not isinstance(name, str) or not name.strip() or len(name.strip()) > MAX_NAME:
        yield Problem("name", f"Must be a text of 1 to {MAX_NAME} characters: what the workflow is called.")
    if not isinstance(document.get("description") or "", str):
        yield Problem("description", "Must be a text; put it in quotes.")
    category = document.get("category")
    if category is not None and (not isinstance(category, str) or category not in Workflow.Category.values):
        yield Problem("category", f"Must be one of {', '.join(Workflow.Category.values)}.")
    if not isinstance(document.get("template"), bool | None):
        yield Problem("template", "Must be true or false.")
    yield from _tag_problems(document.get("tags"))
    if not isinstance(document.get("settings") or {}, Mapping):
        yield Problem("settings", "Must be a mapping, such as {priority: high}.")


def _tag_problems(tags: Any) -> Iterator[Problem]:
    if tags is None:
        return
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        yield Problem("tags", "Must be a list of texts, such as [finance, vip].")
        return
    try:
        clean_tags(tags)
    except ValidationError as error:
        yield Problem("tags", " ".join(error.messages))


def _definition_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    if "steps" in document:
        yield from steps_problems(document["steps"])
        for key in _RULE:
            if key in document:
                yield Problem(key, "Stands beside steps, which say all of it; keep one of the two.")
        return
    if not isinstance(document.get("settings") or {}, Mapping):
        return
    yield from rule_problems(document)
