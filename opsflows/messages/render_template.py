"""From the texts of a template to a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from opsflows.rules import Clock, Problem, RuleError, Template, compile_template

#: What mail programs and servers take without cutting it.
MAX_SUBJECT = 900


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered text; `warnings` say which variables were not there."""

    subject: str
    body: str
    warnings: tuple[str, ...]


def render_template(content: Mapping[str, Any], scope: Mapping[str, Any], clock: Clock) -> Message:
    """The message that `content` (`subject` and `body`) makes of what is in `scope`.

    Raises:
        RuleError: a text is broken.
        RenderError: a text cannot be made of this scope.
    """
    subject = _compiled(content["subject"]).render(scope, clock)
    body = _compiled(content["body"]).render(scope, clock)
    warnings = tuple(dict.fromkeys((*subject.warnings, *body.warnings)))
    return Message(one_line(subject.value), body.value, warnings)


def template_problems(content: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the texts, by `subject` and `body`."""
    problems = []
    for field in ("subject", "body"):
        try:
            compile_template(content[field], path=field)
        except RuleError as error:
            problems += error.problems
    return problems


def one_line(subject: str) -> str:
    """A subject as it can be sent: on one line, and not too long."""
    return " ".join(subject.split())[:MAX_SUBJECT]


@lru_cache(maxsize=512)
def _compiled(source: str) -> Template:
    return compile_template(source)
