"""All kinds of steps, in groups, for those who look for what they want to happen."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404

from opsflows.workflows.kinds import StepKind
from opsflows.workflows.registry import all_kinds

#: Groups in the order in which they are wanted, each with the rooms whose kinds are in it.
_GROUPS = (
    ("Tell people", ("opsflows.messages",)),
    ("Tasks and records", ("opsflows.records",)),
    ("Ask and wait", ("opsflows.approvals", "opsflows.runs.steps.delay", "opsflows.runs.steps.wait_for_event")),
    ("Decide and branch", ("opsflows.runs.steps.flow", "opsflows.runs.steps.foreach", "opsflows.runs.steps.parallel")),
    (
        "Other systems",
        (
            "opsflows.runs.steps.connectors",
            "opsflows.runs.steps.http",
            "opsflows.runs.steps.call_api",
            "opsflows.databases",
            "opsflows.files",
        ),
    ),
    (
        "Events and workflows",
        ("opsflows.runs.steps.events", "opsflows.runs.steps.workflows", "opsflows.runs.steps.sub"),
    ),
    ("Data", ("opsflows.lookups", "opsflows.runs.steps.data", "opsflows.runs.steps.state", "opsflows.scripting")),
)
_OTHERS = "More"
#: A condition is wanted in two ways, which differ in how it is joined.
_GATE = ("Go on only if…", "What follows happens only where a condition holds; else the run ends there.")
_FORK = ("If … else …", "One thing where a condition holds, another where it does not; then it goes on for both.")

#: From a kind, and whether its branches come together again, to where it is chosen.
Address = Callable[[str, bool], str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One kind to choose."""

    label: str
    icon: str
    line: str
    url: str

    @property
    def words(self) -> str:
        """What a search looks through."""
        return f"{self.label} {self.line}".lower()


def kind_groups(url: Address, *, search: str = "", doubled: bool = True) -> list[tuple[str, list[Choice]]]:
    """The kinds in their groups; with `search`, those that say all of its words."""
    groups: dict[str, list[Choice]] = {name: [] for name in (*(name for name, _ in _GROUPS), _OTHERS)}
    for kind in all_kinds().values():
        groups[_group(kind)] += _choices(kind, url, doubled=doubled)
    wanted = search.lower().split()
    found = {
        name: [each for each in kinds if all(word in each.words for word in wanted)] for name, kinds in groups.items()
    }
    return [(name, kinds) for name, kinds in found.items() if kinds]


def chosen_kind(name: str) -> StepKind:
    """The kind that an address names; 404 where there is none."""
    kind = all_kinds().get(name)
    if kind is None:
        raise Http404("There is no such kind of step.")
    return kind


def _choices(kind: StepKind, url: Address, *, doubled: bool) -> list[Choice]:
    if kind.kind == "condition" and doubled:
        return [
            Choice(_FORK[0], kind.icon, _FORK[1], url(kind.kind, True)),
            Choice(_GATE[0], "filter_alt", _GATE[1], url(kind.kind, False)),
        ]
    return [Choice(kind.label, kind.icon, kind.about, url(kind.kind, kind.step_type == "condition"))]


def _group(kind: StepKind) -> str:
    module = type(kind).__module__
    return next((name for name, rooms in _GROUPS if module.startswith(rooms)), _OTHERS)
