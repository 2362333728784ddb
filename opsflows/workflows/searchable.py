"""Keeps the text that searches look through, beside what it is made of; and finds workflows by it."""

from collections.abc import Iterable

from django.db.models import QuerySet

from opsflows.queue.bulk import update_rows
from opsflows.workflows.models import Workflow
from opsflows.workflows.search_text import Piece, pieces_of, search_text, words_of


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
    """Where a search found `workflow`: the first text with one of its words that is not the name; None: by its name.

    Of a long text, the part around the word.
    """
    name = workflow.workflow_name.casefold()
    missing = [word for word in words_of(term) if word not in name]
    if not missing:
        return None
    for piece in pieces(workflow, tags=tags):
        text = " ".join(piece.text.split())
        folded = text.casefold()
        at = min((folded.find(word) for word in missing if word in folded), default=-1)
        if at >= 0 and piece.place != "Name":
            return Piece(piece.place, _around(text, at))
    return None


_BEFORE, _SHOWN = 40, 120


def _around(text: str, at: int) -> str:
    start = max(at - _BEFORE, 0)
    part = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{part}{'…' if start + _SHOWN < len(text) else ''}"
