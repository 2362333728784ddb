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

#: The deepest branch that is indented further (studio_editor.css).
_DEEPEST = 8


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
    #: Where a step is put in at this place; of a step, its own page, below which its acts have theirs.
    url: str = ""
    #: Whether a form is open below the step that puts another behind one of its unused ways out.
    is_open_below: bool = False
    is_last: bool = False

    @property
    def indent(self) -> int:
        """How far it is indented; what lies deeper would leave no room for its words."""
        return min(self.entry.depth, _DEEPEST)

    @property
    def focus_key(self) -> str:
        """What the keyboard stands on, where this is a place."""
        return f"add-{self.key}"


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


def lines_of(workflow: Workflow, shape: Outline, found: Found, *, may_write: bool, where: str = "") -> list[Line]:
    """The outline, line by line; `where` a form is open. Whoever may not write sees all settings of a step instead."""
    return list(_Lines(workflow, shape, found, may_write, where).all())


def ways_of(workflow: Workflow, entry: Entry) -> list[dict[str, str]]:
    """The ways out of a step that lead nowhere yet, each with where a step is put in behind it."""
    return [{"words": words, "url": add_url(workflow, entry.node_id, way)} for way, words in entry.unused]


def place_key(node_id: str, handle: str) -> str:
    """What a place is called where it stands in the page."""
    # What names of ways out cannot hold, so that no two places are called the same.
    return f"{node_id}-{handle}".replace(",", "+").replace("*", "all").replace(" ", ".")


def add_url(workflow: Workflow, node_id: str, handle: str) -> str:
    """Where a step is put in at this place."""
    return f"{address('add', workflow)}?{urlencode({'after': node_id, 'handle': handle})}"


class _Lines:
    def __init__(self, workflow: Workflow, shape: Outline, found: Found, may_write: bool, where: str) -> None:
        self.document, self.shape, self.found = Document(workflow.workflow_data), shape, found
        self.may_write, self.where = may_write, where
        # Hundreds of lines, and all addresses begin the same.
        self.add, self.edit = address("add", workflow), address("edit", workflow)

    def all(self) -> Iterator[Line]:
        entries = self.shape.entries
        # What nothing leads to comes at the end, and no step that is added there would ever be reached.
        reached = next((index for index, entry in enumerate(entries) if entry.sort == "loose"), len(entries))
        places = [index for index, entry in enumerate(entries) if entry.sort == "place" and not entry.depth]
        last = max((index for index in places if index < reached), default=None)
        for index, entry in enumerate(entries):
            match entry.sort:
                case "place":
                    url = f"{self.add}?{urlencode({'after': entry.node_id, 'handle': entry.handle})}"
                    yield Line(entry, place_key(entry.node_id, entry.handle), url=url, is_last=index == last)
                case "step":
                    yield self._step(entry)
                case _:
                    yield Line(entry, f"{entry.sort}-{index}")

    def _step(self, entry: Entry) -> Line:
        node = _node(self.document, entry.node_id)
        config: Any = redact_value(node.config)
        is_condition = node.kind == CONDITION
        return Line(
            entry,
            entry.node_id,
            gist=trigger_in_words(node) if entry.is_trigger else "" if is_condition else _about(node, gist(config)),
            clause=clause_of(node) if is_condition and node.config else None,
            config=as_document(config) if config and not is_condition and not self.may_write else None,
            problems=self.found.steps.get(entry.node_id, []),
            url=f"{self.edit}steps/{entry.node_id}/",
            is_open_below=bool(self.where)
            and any(place_key(entry.node_id, way) == self.where for way, _ in entry.unused),
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
