"""The cards of the editor: what starts it, what must hold, and the lines of the outline."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.safestring import SafeString

from opsflows.admin_site.document import document as as_document
from opsflows.events.models import EventType
from opsflows.outbound import redact_value
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.outline import Entry, Outline
from opsflows.studio.views.editor.problems import Found
from opsflows.studio.views.frame import address
from opsflows.workflows.graph import CONDITION, Node
from opsflows.workflows.models import Workflow
from opsflows.workflows.wording.clauses import Clause, clause_of, in_words
from opsflows.workflows.wording.places import place_of
from opsflows.workflows.wording.steps import gist, step_in_words, trigger_in_words


@dataclass(frozen=True, slots=True)
class Card:
    """The head of the workflow: what starts it, or what must hold for that."""

    sentence: str = ""
    description: str = ""
    clause: Clause | None = None
    is_disabled: bool = False
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the outline, with what a step of it is about and what can be done there."""

    entry: Entry
    key: str
    gist: str = ""
    clause: Clause | None = None
    config: SafeString | None = None
    problems: list[str] = field(default_factory=list)
    add_url: str = ""
    ways: list[dict[str, str]] = field(default_factory=list)
    #: Under which keys a form may be open that puts a step behind one of `ways`.
    way_keys: tuple[str, ...] = ()
    is_last: bool = False


def trigger_card(workflow: Workflow, shape: Outline, found: Found) -> Card:
    """What starts it."""
    if shape.trigger is None:
        return Card(problems=[])
    node = _node(Document(workflow.workflow_data), shape.trigger)
    event = str(node.config.get("event") or "") if node.kind == "event" else ""
    return Card(trigger_in_words(node), _described(workflow, event), problems=found.steps.get(shape.trigger, []))


def entry_card(workflow: Workflow, shape: Outline, found: Found) -> Card | None:
    """What must hold; None: nothing."""
    if shape.entry is None:
        return None
    document = Document(workflow.workflow_data)
    clause = in_words(document.config(shape.entry).get("conditions"))
    is_off = document.facts(shape.entry).get("disabled") is True
    return Card(clause=clause, is_disabled=is_off, problems=found.steps.get(shape.entry, []))


def lines_of(workflow: Workflow, shape: Outline, found: Found) -> list[Line]:
    """The outline, line by line."""
    document = Document(workflow.workflow_data)
    return list(_lines(workflow, document, shape, found))


def place_key(node_id: str, handle: str) -> str:
    """What a place is called where it stands in the page."""
    return f"{node_id}-{handle}".replace(",", "-").replace("*", "all").replace(" ", "_")


def add_url(workflow: Workflow, node_id: str, handle: str) -> str:
    """Where a step is put in at this place."""
    return f"{address('add', workflow)}?{urlencode({'after': node_id, 'handle': handle})}"


def _lines(workflow: Workflow, document: Document, shape: Outline, found: Found) -> Iterator[Line]:
    places = [index for index, entry in enumerate(shape.entries) if entry.sort == "place" and not entry.depth]
    for index, entry in enumerate(shape.entries):
        match entry.sort:
            case "place":
                yield Line(
                    entry,
                    place_key(entry.node_id, entry.handle),
                    add_url=add_url(workflow, entry.node_id, entry.handle),
                    is_last=bool(places) and index == places[-1],
                )
            case "step":
                yield _step_line(workflow, document, entry, found)
            case _:
                yield Line(entry, f"{entry.sort}-{index}")


def _step_line(workflow: Workflow, document: Document, entry: Entry, found: Found) -> Line:
    node = _node(document, entry.node_id)
    config: Any = redact_value(node.config)
    return Line(
        entry,
        entry.node_id,
        gist="" if node.kind == CONDITION else _about(node, gist(config)),
        clause=clause_of(node) if node.kind == CONDITION and node.config else None,
        config=as_document(config) if config and node.kind != CONDITION else None,
        problems=found.steps.get(entry.node_id, []),
        ways=[{"words": words, "url": add_url(workflow, entry.node_id, way)} for way, words in entry.unused],
        way_keys=tuple(place_key(entry.node_id, way) for way, _ in entry.unused),
    )


def _node(document: Document, node_id: str) -> Node:
    facts = document.facts(node_id)
    return Node(
        id=node_id,
        type=str(document.nodes[node_id].get("type") or ""),
        kind=document.kind_name(node_id),
        label=str(facts.get("label") or ""),
        config=document.config(node_id),
    )


def _about(node: Node, said: str) -> str:
    """To whom, and what: `to #deals: Big win`."""
    label = place_of(node).label
    told = step_in_words(node).removeprefix(label).strip()
    return f"{told}: {said}" if told.startswith("to ") and said else said or told


def _described(workflow: Workflow, event: str) -> str:
    if not event:
        return ""
    rows = EventType.objects.filter(Q(account=workflow.account_id) | Q(account=None), event_name=event)
    return next((row.description for row in sorted(rows, key=lambda row: row.account_id is None)), "")
