"""Keeps the text that searches look through, beside what it is made of; and finds workflows by it."""

from collections.abc import Iterable

from django.db.models import QuerySet

from opsflows.queue.bulk import update_rows
from opsflows.workflows.models import Workflow
from opsflows.workflows.search_text import Piece, folded, pieces_of, search_text, words_of


def text_of(workflow: Workflow, *, tags: Iterable[str]) -> str:
    """What a search of `workflow`, as it is in memory, looks through."""
    return search_text(pieces(workflow, tags=tags))


def pieces(workflow: Workflow, *, tags: Iterable[str]) -> Iterable[Piece]:
    """The texts of `workflow`, each with its place."""
    return pieces_of(
        name=workflow.workflow_name,
        description=workflow.description,
        category=str(dict(Workflow.Category.choices).get(workflow.category, "")),
        tags=tags,
        workflow_data=workflow.workflow_data,
        settings=workflow.settings,
    )


def renew_search_text(workflow: Workflow, *, tags: Iterable[str]) -> None:
    """Write it for a workflow that the caller has locked; past the history, which knows what it is made of."""
    workflow.search_text = text_of(workflow, tags=tags)
    update_rows(Workflow, ("search_text",), [(workflow.pk, workflow.search_text)])


def searched(rows: QuerySet[Workflow], term: str) -> QuerySet[Workflow]:
    """Those of `rows` in which every word of `term` stands, wherever that is."""
    for word in words_of(term):
        rows = rows.filter(search_text__contains=word)
    return rows


def found_in(workflow: Workflow, term: str, *, tags: Iterable[str]) -> Piece | None:
    """Where a search found `workflow`: of its texts beside the name, the one with most of the words; None: by its name.

    Of a long text, the part around the word. A step's kind, which its place says already, only where nothing says more.
    """
    name = folded(workflow.workflow_name)
    missing = [word for word in words_of(term) if word not in name]
    if not missing:
        return None
    best, most = None, 0
    for piece in pieces(workflow, tags=tags):
        if piece.place == "Name":
            continue
        text = " ".join(piece.text.split())
        line = folded(text)
        places = [line.find(word) for word in missing if word in line]
        telling = 2 * len(places) - (text in piece.place)
        if places and telling > most:
            best, most = Piece(piece.place, _around(text, min(places))), telling
    return best


_BEFORE, _SHOWN = 40, 120


def _around(text: str, at: int) -> str:
    start = max(at - _BEFORE, 0)
    part = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{part}{'…' if start + _SHOWN < len(text) else ''}"
