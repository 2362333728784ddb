"""The flows that the product brings: documents as an export writes them, and beside each what it is for."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from opsflows.studio.exchange.read import read_document
from opsflows.studio.exchange.read_yaml import read_yaml
from opsflows.studio.picture.draw import draw
from opsflows.workflows.models import Workflow
from opsflows.workflows.search_text import pieces_of, search_text
from opsflows.workflows.triggers import in_words

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One flow. `audience` says for whom, `needs` what has to be there, `sample` what an event of it carries.

    `fill_in` says what a person decides before it is published, beside the placeholders that stand in it. `answers`
    are what test runs take for answers of other systems, by the step's id: so it can be tried at once.
    """

    slug: str
    name: str
    description: str
    category: str
    tags: tuple[str, ...]
    starts: str
    audience: str
    needs: Sequence[str]
    fill_in: Sequence[str]
    sample: Mapping[str, Any]
    answers: Mapping[str, Any]
    workflow_data: Mapping[str, Any]
    settings: Mapping[str, Any]
    picture: SafeString
    #: What a search looks through, folded.
    words: str

    @property
    def draft(self) -> dict[str, Any]:
        """The definition with the answers pinned to their steps."""
        nodes = [
            {**node, "data": {**node["data"], "pinned": self.answers[node["id"]]}}
            if node["id"] in self.answers
            else node
            for node in self.workflow_data["nodes"]
        ]
        return {**self.workflow_data, "nodes": nodes}


class NoSuchFlow(LookupError):  # noqa: N818  (reads as the answer it becomes)
    """The gallery has nothing of this name."""


def folder() -> Path:
    """Where the documents lie, what is said of them below `about`."""
    return Path(settings.BASE_DIR) / "fixtures" / "gallery"


@cache
def entries() -> tuple[Entry, ...]:
    """Every flow, in the order of their names; read once, since they come with the release.

    One that cannot be read is left out and logged: the others are worth showing without it.
    """
    return tuple(sorted(_readable(sorted(folder().glob("*.yaml"))), key=lambda entry: entry.name.casefold()))


def entry_of(slug: str) -> Entry:
    """The flow of this name. Raises `NoSuchFlow`."""
    found = next((entry for entry in entries() if entry.slug == slug), None)
    if found is None:
        raise NoSuchFlow(f"The gallery has no flow {slug[:80]!r}.")
    return found


def _readable(paths: Sequence[Path]) -> Iterator[Entry]:
    for path in paths:
        try:
            yield _entry(path)
        except (OSError, LookupError, TypeError, ValueError) as error:
            logger.error("The gallery leaves %s out: %s", path.name, str(error)[:500])


def _entry(path: Path) -> Entry:
    (imported,) = read_document(path.read_bytes(), format="yaml")
    (read,) = read_yaml((path.parent / "about" / path.name).read_text(encoding="utf-8"))
    about = read.value
    trigger = next((node["data"] for node in imported.workflow_data["nodes"] if node["type"] == "trigger"), None)
    if trigger is None:
        raise ValueError("nothing starts it")
    starts = in_words(trigger["kind"], trigger["config"])
    told = search_text(
        pieces_of(
            name=imported.name,
            description=imported.description,
            category=str(Workflow.Category(imported.category).label),
            tags=imported.tags,
            workflow_data=imported.workflow_data,
        )
    )
    return Entry(
        slug=path.stem,
        name=imported.name,
        description=imported.description,
        category=imported.category,
        tags=imported.tags,
        starts=starts,
        audience=about["audience"],
        needs=about["needs"],
        fill_in=about.get("fill_in", ()),
        sample=about.get("sample", {}),
        answers=about.get("answers", {}),
        workflow_data=imported.workflow_data,
        settings=imported.settings,
        picture=draw(imported.workflow_data, title=f"The flow of {imported.name}"),
        words="\n".join([told, *(text.casefold() for text in (about["audience"], starts, *about["needs"]))]),
    )
