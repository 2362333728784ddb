"""How a field of a step's configuration is shown to people who write steps: a small closed vocabulary.

It is carried beside the field's title and description, `Field(title=…, json_schema_extra=looks.PEOPLE)`, so that one
declaration gives validation, the form and the API's schema. Most fields need none: their type says it (`look_of`).
"""

from collections.abc import Mapping
from typing import Any, Final

#: The keys under which a JSON schema carries it; `x-` is what readers who do not know it pass over.
LOOK, MORE, LABELS = "x-look", "x-more", "x-labels"

Look = dict[str, Any]

#: One line, and several lines, both with variables.
TEMPLATE, LONG_TEXT = "template", "long_text"
#: A name or a key that holds no variables.
TEXT = "text"
#: A number, true, false, a text or a variable.
VALUE = "value"
CHOICE, SWITCH, NUMBER = "choice", "switch", "number"
PEOPLE, PERSON_OR_TEAM = "people", "person_or_team"
EVENT, WORKFLOW, MESSAGE_TEMPLATE, LOOKUP_TABLE = "event", "workflow", "message_template", "lookup_table"
APPROVAL_POLICY, DATABASE, STATEMENT, RECORD_TYPE = "approval_policy", "database", "statement", "record_type"
CHANNEL, DURATION, MOMENT = "channel", "duration", "moment"
#: One variable that is a list; the name of a field of an event or an object, without braces.
LIST_PATH, PATH = "list_path", "path"
CONDITION = "condition"
#: Names with values; the same where a dot in a name goes deeper; what is a text, or such a document.
PAIRS, DOCUMENT, CONTENT = "pairs", "document", "content"
TEXTS, ROWS, PART = "texts", "rows", "part"
LEVELS = "approval_levels"
CODE = "code"

LOOKS: Final = frozenset({
    TEMPLATE, LONG_TEXT, TEXT, VALUE, CHOICE, SWITCH, NUMBER, PEOPLE, PERSON_OR_TEAM, EVENT, WORKFLOW,
    MESSAGE_TEMPLATE, LOOKUP_TABLE, APPROVAL_POLICY, DATABASE, STATEMENT, RECORD_TYPE, CHANNEL, DURATION, MOMENT,
    LIST_PATH, PATH, CONDITION, PAIRS, DOCUMENT, CONTENT, TEXTS, ROWS, PART, LEVELS, CODE,
})  # fmt: skip


def look(name: str = "", *, more: bool = False, labels: Mapping[str, str] | None = None) -> Look:
    """What a field's `json_schema_extra` says: how it is shown (empty: as its type says), whether it is folded away
    because few need it, and what its choices are called.

    Raises:
        ValueError: there is no such look.
    """
    if name and name not in LOOKS:
        raise ValueError(f"There is no look called {name!r}.")
    said: Look = {LOOK: name} if name else {}
    if more:
        said[MORE] = True
    return said | ({LABELS: dict(labels)} if labels else {})
