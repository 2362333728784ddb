"""What somebody reads before a rule goes live: what it does from then on, and what becomes different."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from opsflows.approvals.content import MAX_DETAILS, MAX_SUMMARY, MAX_TITLE, Content
from opsflows.approvals.publications.trial import trial_of
from opsflows.workflows.asked_for import fits_draft
from opsflows.workflows.models import PublishRequest, Workflow
from opsflows.workflows.wording.differences import Difference, differences

_LONGEST = 2000
#: How the place of a whole step goes on.
_BECOMES = {"added": " is new", "removed": " is taken out", "moved": " is moved"}


def publication_content(request: PublishRequest) -> Content:
    """The request as approvers are shown it; secrets in it are masked. It is bound to what would go live, exactly."""
    workflow = request.workflow
    if fits_draft(request, workflow):
        return _content(workflow, request.note, _of_draft(workflow), request.content_hash, trial_of(workflow))
    published = workflow.published_version
    said = "The definition stays; what it names (texts, segments, lists …) is brought up to date."
    details = [{"label": "Definition", "value": f"stays as in version {published.number if published else 0}"}]
    return _content(workflow, request.note, (said, details), request.content_hash)


def draft_content(workflow: Workflow, *, note: str = "") -> Content:
    """What approvers would be shown if the draft were asked for now."""
    return _content(workflow, note, _of_draft(workflow), "", trial_of(workflow))


def _of_draft(workflow: Workflow) -> tuple[str, list[dict[str, str]]]:
    published = workflow.published_version
    if published is None:
        details = list(_differences({}, {}, workflow.workflow_data, workflow.settings))
        return "It is published for the first time.", details
    versions = published.workflow_data, published.settings, workflow.workflow_data, workflow.settings
    named = {"label": "Definition", "value": "the same; what it names is brought up to date, or who is meant"}
    said = f"It takes the place of version {published.number}; below is what becomes different."
    return said, list(_differences(*versions)) or [named]


def _content(
    workflow: Workflow, note: str, told: tuple[str, list[dict[str, str]]], subject_hash: str, tried: str = ""
) -> Content:
    said, details = told
    if len(details) > MAX_DETAILS:
        more = {"label": "And more", "value": f"{len(details) - MAX_DETAILS + 1} further changes; read the workflow."}
        details = [*islice(details, MAX_DETAILS - 1), more]
    return Content(
        title=f"Publish “{workflow.workflow_name}”"[:MAX_TITLE],
        summary="\n\n".join(filter(None, [note.strip(), said]))[:MAX_SUMMARY],
        details=[{**each, "field": ""} for each in [*_facts(workflow, tried), *details]][:MAX_DETAILS],
        subject_hash=subject_hash,
    )


def _facts(workflow: Workflow, tried: str) -> Iterator[dict[str, str]]:
    if workflow.description.strip():
        yield {"label": "Description", "value": _short(workflow.description.strip())}
    if tried:
        yield {"label": "Tried on past events", "value": _short(tried)}


def _differences(old_data: Any, old_settings: Any, data: Any, settings: Any) -> Iterator[dict[str, str]]:
    """Each thing that becomes different: its place, and what it says before and after."""
    for each in differences(old_data, old_settings, data, settings):
        becomes = _BECOMES.get(each.kind, "") if _is_whole(each) else ""
        yield {"label": f"{each.place}{becomes}"[:200], "value": _short(_value(each))}


def _is_whole(each: Difference) -> bool:
    """Whether it is about a step as a whole, and not about something in it."""
    return each.sentence.startswith(f"{each.kind}: ")


def _value(each: Difference) -> str:
    """What is read behind the place. Of a new step, all that it says, since nobody has read it before."""
    if not _is_whole(each):
        return each.sentence.removeprefix(each.place).lstrip(": ")
    said = each.sentence.removeprefix(f"{each.kind}: ")
    return f"{said}. {each.more}" if each.kind == "added" and each.more else said


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
