"""The flows that the product brings: documents as an export writes them, and beside each what it is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from opsflows.studio.exchange.read import read_document
from opsflows.studio.exchange.read_yaml import read_yaml
from opsflows.studio.picture.draw import draw
from opsflows.workflows.triggers import in_words


@dataclass(frozen=True)
class Entry:
    """One flow. `audience` says for whom, `needs` what has to be there, `sample` what an event of it carries.

    `answers` are what test runs take for answers of other systems, by the step's id: so it can be tried at once.
    """

    slug: str
    name: str
    description: str
    category: str
    starts: str
    audience: str
    needs: Sequence[str]
    sample: Mapping[str, Any]
    answers: Mapping[str, Any]
    workflow_data: Mapping[str, Any]
    settings: Mapping[str, Any]
    picture: SafeString

    @property
    def words(self) -> str:
        """What a search looks at, in small letters."""
        return " ".join([self.name, self.description, self.audience, self.starts, *self.needs]).lower()

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
    """Every flow, in the order of their names; read once, since they come with the release."""
    return tuple(sorted(map(_entry, sorted(folder().glob("*.yaml"))), key=lambda entry: entry.name))


def entry_of(slug: str) -> Entry:
    """The flow of this name. Raises `NoSuchFlow`."""
    found = next((entry for entry in entries() if entry.slug == slug), None)
    if found is None:
        raise NoSuchFlow(f"The gallery has no flow {slug[:80]!r}.")
    return found


def _entry(path: Path) -> Entry:
    (imported,) = read_document(path.read_bytes(), format="yaml")
    (about,) = read_yaml((path.parent / "about" / path.name).read_text(encoding="utf-8"))
    trigger = next(node for node in imported.workflow_data["nodes"] if node["type"] == "trigger")["data"]
    return Entry(
        slug=path.stem,
        name=imported.name,
        description=imported.description,
        category=imported.category,
        starts=in_words(trigger["kind"], trigger["config"]),
        audience=about.value["audience"],
        needs=about.value["needs"],
        sample=about.value.get("sample", {}),
        answers=about.value.get("answers", {}),
        workflow_data=imported.workflow_data,
        settings=imported.settings,
        picture=draw(imported.workflow_data, title=f"The flow of {imported.name}"),
    )
