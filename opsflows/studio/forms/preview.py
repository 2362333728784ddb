"""What a step comes to for a sample: its texts as they come out, its conditions with what they saw.

Only the fields are rendered; the step itself is not asked, so nothing is sent, written or waited for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from opsflows.accounts.calendars import account_clock
from opsflows.messages.find_template import TEMPLATE
from opsflows.messages.render_template import render_template
from opsflows.outbound import redact_value
from opsflows.outbound.redact import MASK
from opsflows.rules import Clock, RenderError, RuleError, compile_condition, compile_value
from opsflows.rules.text import to_text
from opsflows.runs.engine.load import facts
from opsflows.studio.explain.shown import explained
from opsflows.studio.forms.around import Around
from opsflows.studio.forms.masks import masked
from opsflows.studio.forms.shapes import Shape
from opsflows.studio.forms.step_form import StepForm
from opsflows.studio.variables.before import steps_before
from opsflows.workflows import field_looks as looks
from opsflows.workflows.named_conditions import expand, names_in
from opsflows.workflows.references import Reference, UnknownReference, resolve

_MOST = 60
_LONGEST = 2000
#: Texts that are shown even where they hold no variable.
_TEXTS = frozenset({looks.TEMPLATE, looks.LONG_TEXT})
#: Kinds whose conditions look at something else than what the run reads, and what that is.
_ELSEWHERE = {
    "wait_for_event": "It is asked when the event comes.",
    "approval": "It is asked when the request is made.",
    "filter": "It is asked for each item of the list.",
}
_HIDDEN: Final = "What is secret is hidden from this preview, so a run may come to something else."


@dataclass(frozen=True, slots=True)
class Line:
    """A text of the step as it comes out; what is wrong with it for this sample."""

    label: str
    text: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition, or a part of it, holds, and why."""

    holds: bool
    sentence: str
    parts: tuple["Verdict", ...] = ()


@dataclass(slots=True)
class Preview:
    """All that there is to show."""

    lines: list[Line] = field(default_factory=list)
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def preview_step(form: StepForm, *, now: datetime) -> Preview:
    """What the step that `form` says comes to for the sample around it."""
    preview = Preview()
    kind, config = form.kind, form.node_data().get("config") or {}
    if kind is None or not isinstance(config, Mapping):
        return preview
    scene = _Scene(form.around, now)
    for shape in form.shapes:
        if shape.key not in config:
            continue
        value = config[shape.key]
        if shape.key not in kind.raw_fields:
            preview.lines += scene.lines(shape, value)
        if shape.look == looks.MESSAGE_TEMPLATE:
            preview.lines += scene.template(shape, value, config)
        for label, tree in _conditions(shape, value):
            if (why := _ELSEWHERE.get(kind.kind)) or _has_own_input(config):
                preview.notes.append(f"{label}: {why or 'It looks at what the step is given, when it is run.'}")
            else:
                scene.judge(preview, label, tree)
    del preview.lines[_MOST:]
    return preview


def preview_condition(around: Around, tree: Any, *, now: datetime) -> Preview:
    """Whether a condition holds for the sample."""
    preview = Preview()
    if tree not in (None, {}, []):
        _Scene(around, now).judge(preview, "Only if", tree)
    return preview


class _Scene:
    """What a step reads when it is run for the sample."""

    def __init__(self, around: Around, now: datetime) -> None:
        self.around = around
        self.clock: Clock = account_clock(around.workflow.account, now=now)
        workflow = around.workflow
        before = steps_before(workflow.workflow_data, around.node_id) if around.node_id else None
        self.labels = {step.id: step.label for step in before.steps} if before else {}
        self.sets = frozenset(before.sets) if before else frozenset()
        outputs = {
            step.id: {"output": redact_value(step.pinned.get("output")), "handle": step.pinned.get("handle") or "done"}
            for step in (before.steps if before else ())
            if step.pinned
        }
        sample = around.sample
        name = workflow.trigger_config.get("event")
        known = facts(sample.id if sample and sample.id else None, name, now, "preview", None)
        self.scope: dict[str, Any] = {**known, **(sample.data if sample else {}), "steps": outputs}

    def lines(self, shape: Shape, value: Any) -> Iterator[Line]:
        """The texts of one field."""
        try:
            rendered = compile_value(value).render(self.scope, self.clock)
        except (RuleError, RenderError) as error:
            yield Line(shape.title, "", (str(error),))
            return
        warnings = tuple(self._warning(each) for each in rendered.warnings)
        for path, written, comes_out in _texts(value, rendered.value, ""):
            if "{{" in written or "{%" in written or (shape.look in _TEXTS and not path and written.strip()):
                label = f"{shape.title}: {path}" if path else shape.title
                name = path.rpartition(".")[2] or shape.key
                text = masked(to_text(comes_out), name)[:_LONGEST]
                yield Line(label, text, tuple(each for each in warnings if _is_about(each, written)))

    def template(self, shape: Shape, name: Any, config: Mapping[str, Any]) -> Iterator[Line]:
        """What the template called `name` comes to, as far as the step has no texts of its own."""
        if not isinstance(name, str) or not name.strip() or "{{" in name:
            return
        label = f"{shape.title} “{name}”"
        try:
            found = resolve([Reference(TEMPLATE, name, shape.key)], account_id=self.around.workflow.account_id)
            wanted = {part: "" if config.get(part) else text for part, text in found[TEMPLATE][name].items()}
            message = render_template(wanted, self.scope, self.clock)
        except (UnknownReference, RuleError, RenderError) as error:
            yield Line(label, "", (str(error),))
            return
        warnings = tuple(self._warning(each) for each in message.warnings)
        for part, written, text in (
            ("subject", wanted["subject"], message.subject),
            ("text", wanted["body"], message.body),
        ):
            if written:
                about = tuple(each for each in warnings if _is_about(each, written))
                yield Line(f"{label}: {part}", masked(text)[:_LONGEST], about)

    def judge(self, preview: Preview, label: str, tree: Any) -> None:
        """Whether the condition holds, with the values that it saw."""
        try:
            references = resolve(names_in(tree), account_id=self.around.workflow.account_id)
            condition = compile_condition(expand(tree, references, path=""))
        except UnknownReference as error:
            preview.notes.append(f"{label}: {error}")
        except RuleError:
            preview.notes.append(f"{label}: it is not finished yet.")
        else:
            found = explained(condition, self.scope, self.clock)
            preview.verdicts.append((label, _verdict(found)))
            if _is_hidden(found):
                preview.notes.append(f"{label}: {_HIDDEN}")

    def _warning(self, text: str) -> str:
        path = text.partition(" ")[0]
        parts = path.split(".")
        if parts[0] == "steps" and len(parts) > 1:
            who = self.labels.get(parts[1], parts[1])
            return f"{path} is what “{who}” answers when it is really run; here it is empty."
        if parts[0] in self.sets:
            return f"{path} is set by a step before when it is really run; here it is empty."
        return text


def _is_about(warning: str, written: str) -> bool:
    path = warning.partition(" ")[0]
    return path in written or path.rpartition(".")[2] in written


def _texts(written: Any, rendered: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    """Every text that was written, with its place and what came of it."""
    if isinstance(written, str):
        yield path, written, rendered
    elif isinstance(written, Mapping) and isinstance(rendered, Mapping):
        for key, inner in written.items():
            yield from _texts(inner, rendered.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(written, list | tuple) and isinstance(rendered, list | tuple):
        for number, (inner, comes_out) in enumerate(zip(written, rendered, strict=False), 1):
            yield from _texts(inner, comes_out, f"{path}.{number}" if path else str(number))


def _conditions(shape: Shape, value: Any, label: str = "") -> Iterator[tuple[str, Any]]:
    """Every condition in a field, with what it is called."""
    title = f"{label}, {shape.title.lower()}" if label else shape.title
    if shape.look == looks.CONDITION:
        if value not in (None, {}, []):
            yield title, value
    elif shape.look == looks.ROWS and isinstance(value, list):
        for number, row in enumerate(value, 1):
            for inner in shape.inner:
                if isinstance(row, Mapping) and inner.key in row:
                    yield from _conditions(inner, row[inner.key], f"{shape.title} {number}")


def _is_hidden(found: Mapping[str, Any]) -> bool:
    return found.get("seen") == MASK or any(map(_is_hidden, found.get("children", ())))


def _has_own_input(config: Mapping[str, Any]) -> bool:
    return config.get("input") is not None


def _verdict(explained: Mapping[str, Any]) -> Verdict:
    parts = tuple(_verdict(each) for each in explained.get("children", ()))
    sentence = str(explained["sentence"])
    return Verdict(bool(explained["truth"]), sentence, parts)
