"""What fields offer to choose from: the names that the account knows, each list read once and only if it is needed."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db.models import Q

from opsflows.accounts.models import Recipient, Team, User
from opsflows.approvals.models import ApprovalPolicy
from opsflows.databases.models import Database, Statement
from opsflows.events.models import EventType
from opsflows.lookups.models import LookupTable, NamedList, Segment
from opsflows.messages.models import MessageTemplate
from opsflows.records.models import Record
from opsflows.studio.forms.around import Around
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
    """The choices of one form."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.account_id = around.workflow.account_id
        self._read: dict[str, Sequence[Choice]] = {}
        self._used: dict[str, None] = {}

    def choices(self, name: str) -> Sequence[Choice]:
        """What there is of `name`: value and label."""
        if name not in self._read:
            read = _READERS.get(name)
            self._read[name] = read(self) if read else ()
        return self._read[name]

    def suggest(self, name: str) -> str:
        """The id of the list of suggestions called `name`; empty where there is nothing to suggest."""
        if not self.choices(name):
            return ""
        self._used[name] = None
        return f"studio-offers-{name}"

    def lists(self) -> list[tuple[str, Sequence[Choice]]]:
        """The lists of suggestions that were asked for, with their ids."""
        return [(f"studio-offers-{name}", self.choices(name)) for name in self._used]


def _names(model: Any) -> Callable[[Offered], Sequence[Choice]]:
    def read(offered: Offered) -> Sequence[Choice]:
        rows = model.objects.filter(account=offered.account_id).order_by("name")
        return [(name, name) for name in rows.values_list("name", flat=True)[:MOST]]

    return read


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
    found = rows.order_by("workflow_name").values_list("pk", "workflow_name")[:MOST]
    return [(str(pk), name) for pk, name in found]


def _statements(offered: Offered) -> Sequence[Choice]:
    rows = Statement.objects.filter(account=offered.account_id).order_by("name").select_related("database")
    return list({row.name: (row.name, f"{row.name} ({row.database.name})") for row in rows[:MOST]}.values())


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


def _variables(offered: Offered) -> Sequence[Choice]:
    known = offered.around.variables[:MOST]
    return [(f"{{{{{each.path}}}}}", each.label or each.example) for each in known]


def _paths(offered: Offered) -> Sequence[Choice]:
    return [(each.path, each.label or each.example) for each in offered.around.variables[:MOST]]


def _lists(offered: Offered) -> Sequence[Choice]:
    known = [each for each in offered.around.variables if each.kind in ("list", "anything")]
    return [(f"{{{{{each.path}}}}}", each.label or each.example) for each in known[:MOST]]


_READERS: Final[dict[str, Callable[[Offered], Sequence[Choice]]]] = {
    looks.PEOPLE: _people,
    looks.PERSON_OR_TEAM: _people,
    "approvers": lambda offered: [*ROLES, *offered.choices(looks.PEOPLE)],
    looks.EVENT: _events,
    looks.WORKFLOW: _workflows,
    looks.MESSAGE_TEMPLATE: _names(MessageTemplate),
    looks.LOOKUP_TABLE: _names(LookupTable),
    looks.APPROVAL_POLICY: _names(ApprovalPolicy),
    looks.DATABASE: _names(Database),
    looks.STATEMENT: _statements,
    looks.RECORD_TYPE: _record_types,
    looks.CHANNEL: _channels,
    looks.DURATION: lambda offered: [(each, "") for each in _DURATIONS],
    looks.MOMENT: lambda offered: [(each, "") for each in _DATES],
    DATES: lambda offered: [(each, "") for each in _DATES],
    VARIABLES: _variables,
    PATHS: _paths,
    LISTS: _lists,
    SEGMENTS: _names(Segment),
    NAMED_LISTS: _names(NamedList),
}
