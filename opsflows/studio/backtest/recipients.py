"""Of a step that would act: to whom or to what it would go, as its page shows it, secrets masked."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from opsflows.rules.text import to_text
from opsflows.runs.rehearsal.tried import TriedStep
from opsflows.workflows.kinds import PureKind
from opsflows.workflows.registry import all_kinds

#: What names a recipient, the first that the step has; of mails all who get them.
_PEOPLE = ("to", "cc", "bcc")
_ONE = ("channel", "assignTo", "owner", "policy", "event", "project", "database", "name", "recordType", "table")
_LONGEST = 120
_MOST = 20
#: Steps that would be carried out, by what a rehearsal says of them.
_ACTS = frozenset({"would_run", "pinned", "unknown", "would_wait"})


def acts(step: TriedStep) -> bool:
    """Whether the step would send something or write something."""
    kind = all_kinds().get(step.kind)
    return step.status in _ACTS and kind is not None and not isinstance(kind, PureKind)


def fails(step: TriedStep) -> bool:
    """Whether it would fail, as far as that can be told."""
    return step.status == "would_fail"


def recipients_of(step: TriedStep) -> list[str]:
    """To whom it goes, each once; one empty text where that is not said."""
    shown = step.input if isinstance(step.input, Mapping) else {}
    return list(dict.fromkeys(each[:_LONGEST] for each in _named(shown) if each))[:_MOST] or [""]


def _named(shown: Mapping[str, Any]) -> Iterator[str]:
    people = [each for key in _PEOPLE for each in _texts(shown.get(key))]
    if people:
        yield from people
        return
    for key in _ONE:
        if found := list(_texts(shown.get(key))):
            yield from found
            return
    if isinstance(url := shown.get("url"), str):
        yield _host(url, str(shown.get("method") or ""))
    levels = shown.get("levels")
    for level in levels if isinstance(levels, list) else ():
        yield from _texts(level.get("approvers") if isinstance(level, Mapping) else None)


def _texts(value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list | tuple) else [value]:
        if isinstance(each, str | int) and not isinstance(each, bool):
            yield to_text(each)


def _host(url: str, method: str) -> str:
    """Without the path, which differs from event to event and may hold a key."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return f"{method} {host}".strip()
