"""Change a definition part by part, in Rules' words: what is named is changed, the rest is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.jsontext import canonical_json
from opsflows.rules import Problem
from opsflows.workflows.errors import InvalidDefinition, NotARule
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph, to_rule
from opsflows.workflows.rule_problems import in_graph_terms, in_rule_terms, rule_problems

RULE_KEYS = ("trigger", "conditions", "actions", "triggerStep", "conditionsStep")
PART_KEYS = (*RULE_KEYS, "settings", "errorHandling", "workflow_data")
#: Together they are a whole rule, which can stand for any graph.
_WHOLE = frozenset({"trigger", "conditions", "actions"})


@dataclass(frozen=True, slots=True)
class Definition:
    """A draft as it is to become. What is None stays as it is."""

    workflow_data: Mapping[str, Any] | None
    settings: Mapping[str, Any] | None
    #: The same as a rule, where it was written as one or can be read as one: problems are then named in its terms.
    rule: Mapping[str, Any] | None

    @property
    def is_changed(self) -> bool:
        """Whether anything of it becomes different."""
        return self.workflow_data is not None or self.settings is not None

    def named(self, problems: Iterable[Problem]) -> list[Problem]:
        """`problems` of the definition at places as whoever wrote the parts calls them."""
        return in_graph_terms(problems) if self.rule is None else in_rule_terms(problems, self.rule)


def named(problems: Iterable[Problem], workflow: Workflow) -> list[Problem]:
    """`problems` of the draft at places as it is shown: as a rule where one says the same."""
    rule = to_rule(workflow.workflow_data)
    if rule is None:
        return in_graph_terms(problems)
    return in_rule_terms(problems, {**rule, "errorHandling": workflow.settings.get("errorHandling")})


def shown_parts(workflow: Workflow) -> dict[str, Any]:
    """The draft's parts as they are shown, those of a rule as null where no rule says the same."""
    rule = to_rule(workflow.workflow_data) or {}
    return {
        **{key: rule.get(key) for key in RULE_KEYS},
        "settings": workflow.settings,
        "errorHandling": workflow.settings.get("errorHandling"),
        "workflow_data": workflow.workflow_data,
    }


def changed_definition(workflow: Workflow, parts: Mapping[str, Any]) -> Definition:
    """What `workflow`'s draft becomes with `parts` (of `PART_KEYS`) in it.

    A part that says what the draft says already changes nothing: a document may come back as it was read, with one
    thing in it changed.

    Raises:
        InvalidDefinition: the parts have a wrong shape, or contradict each other.
        NotARule: parts of a rule are given, and the draft is a graph that no rule can say.
    """
    shown = shown_parts(workflow)
    changed = {key: value for key, value in parts.items() if not _same(value, shown[key])}
    settings = _settings(shown, changed)
    given = [key for key in RULE_KEYS if key in changed]
    if "workflow_data" in changed:
        if given:
            message = f"Says the same as {', '.join(given)}; send one or the other."
            raise InvalidDefinition([Problem("workflow_data", message)])
        return Definition(changed["workflow_data"], settings, None)
    if not given:
        rule = to_rule(workflow.workflow_data)
        return Definition(None, settings, rule and _with_handling(rule, shown, changed))
    rule = _merged(workflow, parts, changed)
    if problems := rule_problems(rule):
        raise InvalidDefinition(problems)
    return Definition(_placed(to_graph(rule), workflow.workflow_data), settings, _with_handling(rule, shown, changed))


def _same(value: Any, other: Any) -> bool:
    # As texts: for Python true and 1 are equal.
    return canonical_json(value) == canonical_json(other)


def _merged(workflow: Workflow, parts: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """The rule with what is changed in it; a part that is null is taken out."""
    rule = to_rule(workflow.workflow_data)
    if rule is None:
        if workflow.workflow_data.get("nodes") and not parts.keys() >= _WHOLE:
            raise NotARule(
                "This workflow is a graph with branches, which trigger, conditions and actions cannot say. Send the "
                "graph as workflow_data, or all three of them to put a rule in its place."
            )
        rule = {}
    rule |= {key: value for key, value in changed.items() if key in RULE_KEYS}
    if rule.get("conditions") is None and "conditionsStep" not in changed:
        rule.pop("conditionsStep", None)
    return {"trigger": None, "actions": [], **{key: value for key, value in rule.items() if value is not None}}


def _settings(shown: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any] | None:
    """Error handling stands in the settings and beside them; settings that do not mention it leave it as it is."""
    if not changed.keys() & {"settings", "errorHandling"}:
        return None
    settings = changed.get("settings", shown["settings"])
    settings = {} if settings is None else settings
    if not isinstance(settings, Mapping):
        raise InvalidDefinition([Problem("settings", "Must be an object.")])
    handling = changed.get("errorHandling", shown["errorHandling"])
    if "settings" in changed and settings.get("errorHandling") is not None:
        if "errorHandling" in changed and not _same(handling, settings["errorHandling"]):
            message = "Says something else than the one in settings; keep one of them."
            raise InvalidDefinition([Problem("errorHandling", message)])
        handling = settings["errorHandling"]
    rest = {key: value for key, value in settings.items() if key != "errorHandling"}
    return rest if handling is None else {**rest, "errorHandling": handling}


def _with_handling(rule: Mapping[str, Any], shown: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """The rule with its error handling beside it, so that problems of it are named there."""
    if "errorHandling" in changed or ("settings" not in changed and shown["errorHandling"] is not None):
        return {**rule, "errorHandling": changed.get("errorHandling", shown["errorHandling"])}
    return dict(rule)


def _placed(workflow_data: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The boxes where they lay, if they are the same ones; laid out anew otherwise."""
    lay = {node.get("id"): node.get("position") for node in before.get("nodes", ())}
    if lay.keys() != {node["id"] for node in workflow_data["nodes"]} or not all(lay.values()):
        return workflow_data
    return {**workflow_data, "nodes": [{**node, "position": lay[node["id"]]} for node in workflow_data["nodes"]]}
