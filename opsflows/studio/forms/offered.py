"""What fields offer to choose from: the names that the account knows, each list read once and only if it is needed."""

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final

from django.db.models import Q

from opsflows.accounts.models import Recipient, Team, User
from opsflows.approvals.models import ApprovalPolicy
from opsflows.databases.models import Database, Statement
from opsflows.events.models import EventType
from opsflows.lookups.find import lists_of
from opsflows.lookups.models import LookupTable, Segment
from opsflows.messages.find_template import templates_of
from opsflows.records.models import Record
from opsflows.studio.forms.around import Around
from opsflows.studio.variables.known import EVENT_GROUP, Variable
from opsflows.studio.variables.of_events import variables_of_events
from opsflows.workflows import field_looks as looks
from opsflows.workflows.models import Workflow

Choice = tuple[str, str]

_USUAL_RECORDS: Final = ("contact", "contract", "customer", "deal")
#: Of one list; whoever has more types the name.
MOST: Final = 200
VARIABLES, PATHS, LISTS, DATES, SEGMENTS, NAMED_LISTS = (
    "variables",
    "paths",
    "lists",
    "dates",
    "segments",
    "named_lists",
)
ROLES: Final = (("role:admin", "Everybody who is an administrator"), ("manager", "The manager of whoever asks"))
#: Of each field its kind, by which comparisons are offered.
KINDS: Final = "kinds"
_DURATIONS: Final = ("15 minutes", "1 hour", "4 business hours", "1 day", "2 business days", "1 week", "30 days")
_DATES: Final = (
    "today",
    "tomorrow",
    "+7 days",
    "+3 business days",
    "end_of_month",
    "end_of_quarter",
    "next_business_day",
)


class Offered:
    """The choices of one form; `prefix` tells its lists from those of other forms on the page."""

    def __init__(self, around: Around, prefix: str = "") -> None:
        self.around, self.prefix = around, prefix
        #: The event whose fields conditions read, where that is not what the run reads.
        self.event = ""
        self.account_id = around.workflow.account_id
        self._read: dict[str, Sequence[Choice]] = {}
        self._used: dict[str, None] = {}

    def choices(self, name: str) -> Sequence[Choice]:
        """What there is of `name`: value and label."""
        if name not in self._read:
            read = _READERS.get(name)
            self._read[name] = read(self) if read else ()
        return self._read[name]

    @cached_property
    def fields(self) -> Sequence[Variable]:
        """What conditions and names of fields may read."""
        if not self.event:
            return self.around.variables
        return variables_of_events(account_id=self.account_id, events={self.event}).get(self.event, ())

    def suggest(self, name: str) -> str:
        """The id of the list of suggestions called `name`; empty where there is nothing to suggest."""
        if not self.choices(name):
            return ""
        self._used[name] = None
        return f"studio-offers-{self.prefix}{name}"

    def called(self, name: str, text: str) -> str:
        """What `text`, which is not among the choices of `name`, is called: a workflow's name for its id."""
        if name != looks.WORKFLOW or not text:
            return ""
        try:
            wanted = uuid.UUID(text)
        except ValueError:
            return ""
        rows = Workflow.objects.filter(account=self.account_id, pk=wanted)
        return rows.values_list("workflow_name", flat=True).first() or ""

    def lists(self) -> list[tuple[str, Sequence[Choice]]]:
        """The lists of suggestions that were asked for, with their ids."""
        return [(f"studio-offers-{self.prefix}{name}", self.choices(name)) for name in self._used]


def _names(model: Any) -> Callable[[Offered], Sequence[Choice]]:
    return lambda offered: _named(model.objects.filter(account=offered.account_id))


def _named(rows: Any) -> Sequence[Choice]:
    # What the account has and the house has as well is there once.
    names = rows.order_by("name").values_list("name", flat=True).distinct()
    return [(name, name) for name in names[:MOST]]


def _switched(name: str, is_active: bool) -> str:
    return name if is_active else f"{name} (switched off)"


def _databases(offered: Offered) -> Sequence[Choice]:
    rows = Database.objects.filter(account=offered.account_id).order_by("name")
    return [(name, _switched(name, on)) for name, on in rows.values_list("name", "is_active")[:MOST]]


def _people(offered: Offered) -> Sequence[Choice]:
    people = User.objects.filter(memberships__account=offered.account_id, is_active=True).order_by("username")
    found = [(each.username, each.get_full_name() or each.username) for each in people.defer("password")[:MOST]]
    return [*_names(Recipient)(offered), *_names(Team)(offered), *found]


def _events(offered: Offered) -> Sequence[Choice]:
    known = EventType.objects.filter(Q(account=offered.account_id) | Q(account=None)).order_by("event_name")
    names = dict.fromkeys(known.values_list("event_name", flat=True)[: 2 * MOST])
    return [(name, "") for name in names]


def _workflows(offered: Offered) -> Sequence[Choice]:
    rows = Workflow.objects.filter(account=offered.account_id).exclude(pk=offered.around.workflow.pk)
    found = list(rows.order_by("workflow_name").values_list("pk", "workflow_name")[:MOST])
    if len(found) < MOST:
        return [(str(pk), name) for pk, name in found]
    # Where there are too many to choose from, the name is typed; its id only where several have it.
    count = Counter(name for _, name in found)
    return [(name if count[name] == 1 else str(pk), "" if count[name] == 1 else name) for pk, name in found]


def _statements(offered: Offered) -> Sequence[Choice]:
    rows = Statement.objects.filter(account=offered.account_id).order_by("name").select_related("database")
    found: dict[str, list[Statement]] = {}
    for row in rows[:MOST]:
        found.setdefault(row.name, []).append(row)
    return [(name, _statement_label(name, same)) for name, same in found.items()]


def _statement_label(name: str, same: Sequence[Statement]) -> str:
    databases = ", ".join(row.database.name for row in same)
    return _switched(f"{name} ({databases})", any(row.is_active for row in same))


def _record_types(offered: Offered) -> Sequence[Choice]:
    # Of the newest: to ask all of a million what they are would take too long.
    newest = Record.objects.filter(account=offered.account_id).order_by("-pk").values_list("type", flat=True)[:500]
    return [(name, "") for name in sorted({*newest, *_USUAL_RECORDS})]


def _channels(offered: Offered) -> Sequence[Choice]:
    """The channels that workflows of the account write to already; nobody is asked outside."""
    found: dict[str, None] = {}
    rows = Workflow.objects.filter(account=offered.account_id).order_by("-updated_at")
    for document in rows.values_list("workflow_data", flat=True)[:50]:
        for node in document.get("nodes", ()) if isinstance(document, dict) else ():
            data = node.get("data") if isinstance(node, dict) else None
            config = data.get("config") if isinstance(data, dict) else None
            channel = config.get("channel") if isinstance(config, dict) else None
            if isinstance(channel, str) and channel:
                found[channel] = None
    return [(name, "") for name in found]


def _fewer(variables: Sequence[Variable]) -> Sequence[Variable]:
    """As many as one list takes: of an event of very many fields the first, so that the rest has room."""
    if len(variables) <= MOST:
        return variables
    others = [each for each in variables if each.group != EVENT_GROUP][: MOST // 2]
    return [*[each for each in variables if each.group == EVENT_GROUP][: MOST - len(others)], *others]


def _variables(offered: Offered) -> Sequence[Choice]:
    known = _fewer(offered.around.variables)
    return [(f"{{{{{each.path}}}}}", each.label or each.example) for each in known]


def _paths(offered: Offered) -> Sequence[Choice]:
    return [(each.path, each.label or each.example) for each in _fewer(offered.fields)]


def _lists(offered: Offered) -> Sequence[Choice]:
    known = [each for each in offered.around.variables if each.kind in ("list", "anything")]
    return [(f"{{{{{each.path}}}}}", each.label or each.example) for each in known[:MOST]]


_READERS: Final[dict[str, Callable[[Offered], Sequence[Choice]]]] = {
    looks.PEOPLE: _people,
    looks.PERSON_OR_TEAM: _people,
    "approvers": lambda offered: [*ROLES, *offered.choices(looks.PEOPLE)],
    looks.EVENT: _events,
    looks.WORKFLOW: _workflows,
    looks.MESSAGE_TEMPLATE: lambda offered: _named(templates_of(offered.account_id)),
    looks.LOOKUP_TABLE: _names(LookupTable),
    looks.APPROVAL_POLICY: _names(ApprovalPolicy),
    looks.DATABASE: _databases,
    looks.STATEMENT: _statements,
    looks.RECORD_TYPE: _record_types,
    looks.CHANNEL: _channels,
    looks.DURATION: lambda offered: [(each, "") for each in _DURATIONS],
    looks.MOMENT: lambda offered: [(each, "") for each in _DATES],
    DATES: lambda offered: [(each, "") for each in _DATES],
    VARIABLES: _variables,
    PATHS: _paths,
    KINDS: lambda offered: [(each.path, each.kind) for each in offered.fields],
    LISTS: _lists,
    SEGMENTS: _names(Segment),
    NAMED_LISTS: lambda offered: _named(lists_of(offered.account_id)),
}
