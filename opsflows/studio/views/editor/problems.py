"""What stands in the way of publishing, in plain words, each beside the step that it is about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from opsflows.rules import Problem
from opsflows.studio.drafts.document import Document
from opsflows.workflows.models import Workflow
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.validate import publish_problems

_PLACE = re.compile(r"(?:nodes|edges)\[([A-Za-z0-9_-]{1,255})[\]:](.*)", re.DOTALL)
_FIELD = re.compile(r"\]?\.config\.([A-Za-z_]+)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """All problems: of steps by their id, of the settings, and of the whole."""

    steps: Mapping[str, list[str]]
    settings: list[str]
    whole: list[str]

    @property
    def count(self) -> int:
        return sum(map(len, self.steps.values())) + len(self.settings) + len(self.whole)


def found_problems(workflow: Workflow) -> Found:
    """What `publish` would refuse."""
    problems = publish_problems(workflow.workflow_data, workflow.settings, account_id=workflow.account_id)
    document = Document(workflow.workflow_data)
    steps: dict[str, list[str]] = {}
    settings: list[str] = []
    whole: list[str] = []
    for problem in problems:
        # Backticks are for those who read messages as Markdown.
        problem = Problem(problem.path, problem.message.replace("`", ""))
        place = _PLACE.match(problem.path)
        if place is not None and place[1] in document.nodes:
            steps.setdefault(place[1], []).append(_sentence(document, place[1], place[2], problem))
        elif problem.path.startswith("settings"):
            field = problem.path.removeprefix("settings").strip(".")
            settings.append(f"{_spelled(field)}: {problem.message}" if field else problem.message)
        else:
            whole.append(problem.message)
    return Found(steps, settings, whole)


def _sentence(document: Document, node_id: str, rest: str, problem: Problem) -> str:
    field = _FIELD.match(f"]{rest}" if rest.startswith(".") else rest)
    if field is None or document.is_trigger(node_id):
        return problem.message
    kind = all_kinds().get(document.kind_name(node_id))
    known = kind.Config.model_fields.get(field[1]) if kind else None
    title = known.title if known and known.title else _spelled(field[1])
    if problem.message == "This field is required.":
        return f"{title} is still missing."
    return f"{title}{_where(field[2])}: {problem.message}"


def _where(rest: str) -> str:
    """The place within a field that is a list: the second entry is number 2 for people."""
    number = re.match(r"(?:\.rules)?\[(\d+)\]", rest)
    return f", entry {int(number[1]) + 1}" if number else ""


def _spelled(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower()
    return f"{words[:1].upper()}{words[1:]}"
