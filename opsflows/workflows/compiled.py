"""A definition made ready to run: kinds looked up, templates and conditions compiled, edges as a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from opsflows.jsontext import dump_json
from opsflows.rules import Clock, Condition, Problem, RuleError, ValueTemplate, compile_value
from opsflows.rules.text import to_text
from opsflows.workflows.bodies import Home
from opsflows.workflows.errors import InvalidDefinition, problems_of, unknown_fields, wrong_values
from opsflows.workflows.exits import CompiledExit
from opsflows.workflows.graph import Node, StepHandling
from opsflows.workflows.kinds import ForkKind, StepConfig, StepKind
from opsflows.workflows.references import Frozen
from opsflows.workflows.registry import UnknownKind, step_kind
from opsflows.workflows.settings import RunSettings


class ConfigError(Exception):
    """A step's configuration, rendered, is not what its kind takes; the message names the field."""


@dataclass(slots=True)
class CompiledNode:
    """One step, ready."""

    id: str
    kind: StepKind
    label: str
    #: True: its failure ends the run; False: never; None: as the workflow's error handling says.
    critical: bool | None
    #: What the step says about its own failures; None: all as the workflow's error handling says.
    handling: StepHandling | None
    handles: Mapping[str, str]
    #: The ways out that lead into branches.
    bodies: frozenset[str]
    #: The forks around it, from the outside in; the graph as a whole says so.
    home: Home
    compiled: Any
    _template: ValueTemplate
    _raw: Mapping[str, Any]
    #: The whole configuration where it holds no template.
    _constant: StepConfig | None
    #: Fields that are text, and fields whose values are texts under names: there, a lone {{path}} becomes text, too.
    _texts: frozenset[str]
    _text_maps: frozenset[str]

    def render(self, scope: Mapping[str, Any], clock: Clock) -> tuple[Any, tuple[str, ...]]:
        """The configuration for this run, validated, and the warnings of its templates.

        Raises:
            ConfigError: a rendered value is not what the kind takes.
            RenderError: a template hit one of its limits.
        """
        if self._constant is not None:
            return self._constant, ()
        rendered = self._template.render(scope, clock)
        values = {**{name: self._fit(name, value) for name, value in rendered.value.items()}, **self._raw}
        try:
            return self.kind.Config.model_validate(values), rendered.warnings
        except ValidationError as error:
            reasons = "; ".join(str(problem) for problem in problems_of(error, values))
            is_left_empty = rendered.warnings and any(item["input"] is None for item in error.errors())
            hint = " A variable that it needs is not in the event." if is_left_empty else ""
            raise ConfigError(f"{reasons}{hint}") from None

    def _fit(self, name: str, value: Any) -> Any:
        if name in self._texts:
            return to_text(value)
        if name in self._text_maps and isinstance(value, Mapping):
            return {key: to_text(item) for key, item in value.items()}
        return value


@dataclass(slots=True)
class CompiledGraph:
    """A whole definition, ready."""

    trigger_event: str | None
    trigger_id: str
    #: The condition right behind the trigger that has no way for "false": where it does not hold, no run starts.
    entry: Condition | None
    entry_id: str | None
    #: The node a run starts with; None when nothing follows the trigger.
    start: str | None
    nodes: dict[str, CompiledNode]
    settings: RunSettings
    references: Frozen
    #: Forks whose branches are the items of a list.
    iterating: frozenset[str] = frozenset()
    has_forks: bool = False
    #: What ends a run that waits, at any point.
    exits: tuple[CompiledExit, ...] = ()
    #: Whether an event may end the run, or a wait of it.
    listens: bool = False

    @property
    def timeout(self) -> timedelta:
        """How long a run may take in all."""
        return self.settings.timeout


@dataclass(frozen=True, slots=True)
class ExaminedNode:
    """What there is to say about one step: `broken` refuses even a draft, `unfinished` only publishing."""

    kind: StepKind | None
    broken: list[Problem]
    unfinished: list[Problem]
    #: The configuration as its author wrote it, where it is valid.
    config: StepConfig | None = None
    compiled: Any = None
    template: ValueTemplate | None = None


def examine_node(node: Node) -> ExaminedNode:
    """Look the step's kind up, validate its configuration, compile what can be compiled."""
    path, document = f"{node.path}.config", node.config
    try:
        kind = step_kind(node.kind)
    except UnknownKind as error:
        return ExaminedNode(None, [Problem(f"{node.path}.kind", str(error))], [])
    broken: list[Problem] = []
    unfinished: list[Problem] = []
    config: StepConfig | None = None
    compiled: Any = None
    try:
        config = kind.Config.model_validate(document)
    except ValidationError as error:
        broken += unknown_fields(error, document, prefix=path)
        unfinished += wrong_values(error, document, prefix=path)
    else:
        compiled = _collect(broken, kind.compile, config, path=path)
    template = _collect(broken, compile_value, _templated(kind, document), path=path)
    return ExaminedNode(kind, broken, unfinished, config, compiled, template)


def compile_node(node: Node, handles: Mapping[str, str], *, written: Node | None = None) -> CompiledNode:
    """The step, ready to run. `written` is what its author wrote, where `node` has what names in it stand for.

    Raises:
        InvalidDefinition: with every problem found.
    """
    examined = examine_node(node)
    kind, template = examined.kind, examined.template
    if examined.broken or examined.unfinished or kind is None or template is None:
        raise InvalidDefinition([*examined.broken, *examined.unfinished])
    # A run shows the names: what they stand for may be long, and is in the explanation where it matters.
    shown = written or node
    config = examined.config if shown.config is node.config else kind.Config.model_validate(shown.config)
    return CompiledNode(
        id=node.id,
        kind=kind,
        label=node.label or kind.label,
        critical=node.critical,
        handling=node.handling,
        handles=handles,
        bodies=frozenset(kind.bodies(examined.config)) if isinstance(kind, ForkKind) else frozenset(),
        home=(),
        compiled=examined.compiled,
        _template=template,
        _raw={key: shown.config[key] for key in kind.raw_fields if key in shown.config},
        _constant=None if _has_templates(_templated(kind, node.config)) else config,
        _texts=_fields_of(kind.Config, str),
        _text_maps=_fields_of(kind.Config, dict[str, str]),
    )


def _fields_of(config: type[StepConfig], annotation: object) -> frozenset[str]:
    return frozenset(name for name, field in config.model_fields.items() if field.annotation == annotation)


def _templated(kind: StepKind, config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key not in kind.raw_fields}


def _has_templates(value: Mapping[str, Any]) -> bool:
    # Not `template.variables`: a text such as {{ "+7 days" | date }} reads no variable and still differs by the day.
    text = dump_json(value)
    return "{{" in text or "{%" in text


def _collect(problems: list[Problem], compile_part: Callable[..., Any], value: Any, *, path: str) -> Any:
    try:
        return compile_part(value, path=path)
    except RuleError as error:
        problems.extend(error.problems)
        return None
