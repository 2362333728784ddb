"""What is different between the settings of two definitions, and how a step handles its failures, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from opsflows.workflows.graph import Node
from opsflows.workflows.handling import write_handling
from opsflows.workflows.settings import RunSettings
from opsflows.workflows.wording.changed_values import changed_fields
from opsflows.workflows.wording.parts import Part, turned
from opsflows.workflows.wording.titles import Titles, schema_of
from opsflows.workflows.wording.values import value_in_words

#: What the settings are called where their schema has no titles of its own.
_TITLES = {
    "timeout": "Time limit",
    "errorHandling": "When a step fails",
    "onError": "What happens",
    "retryCount": "Tried again at most (times)",
    "retryDelay": "Seconds before it is tried again",
    "notifyOnFailure": "Who is told",
    "errorWorkflow": "Workflow that is started",
    "maxExecutionsPerHour": "Runs in an hour at most",
    "throttleAction": "Runs over that",
    "concurrency": "Runs at once",
    "limit": "At most",
    "key": "Counted by",
    "exits": "What ends a waiting run",
    "fourEyes": "Publishing needs a second pair of eyes",
    "stepTimeout": "Longest it may take",
    "critical": "Its failure ends the run",
}
_WORDS = {
    "onError": {
        "stop": "the run stops",
        "continue": "the run goes on",
        "retry": "it is tried again",
        "branch": "it goes on by the way out for failures",
    },
    "throttleAction": {"queue": "wait for room", "delay": "are spread over the hour", "drop": "are left out"},
}
UNSAID = "as the settings say"


def changed_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Part]:
    """What differs, setting by setting."""
    yield from changed_fields(old, new, _Called(schema_of(RunSettings)), _say)


def changed_handling(old: Node, new: Node) -> Iterator[Part]:
    """What differs in what two steps say about their failures and their time."""
    before, after = (_handling(node) for node in (old, new))
    for key in [*after, *(key for key in before if key not in after)]:
        if before.get(key) != after.get(key):
            title = "If it fails" if key == "onError" else _TITLES.get(key, key)
            yield turned(title, _said(key, before.get(key)), _said(key, after.get(key)))


class _Called(Titles):
    """Titles of settings: their own where the schema has them, else those of this file."""

    def of(self, key: str) -> str:
        found = super().of(key)
        return found if self._is_titled(key) else _TITLES.get(key, found)

    def below(self, key: str) -> "Titles":
        return _Called(self._root, self._property(key) or {})

    def _is_titled(self, key: str) -> bool:
        title = str((self._property(key) or {}).get("title", ""))
        return bool(title) and title.lower().replace(" ", "") != key.lower()


def _handling(node: Node) -> dict[str, Any]:
    critical = {} if node.critical is None else {"critical": node.critical}
    return {**write_handling(node.handling), **critical}


def _said(key: str, value: Any) -> str:
    if value is None:
        return UNSAID
    return f"{value_in_words(value)} s" if key == "stepTimeout" else _say(key, value) or value_in_words(value)


def _say(key: str, value: Any) -> str | None:
    if value is None:
        return "not set"
    known = _WORDS.get(key, {})
    return known.get(value) if isinstance(value, str) else None
