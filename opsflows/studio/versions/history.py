"""The versions of a workflow, newest first: who, when, why, what became different, and when each listened."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from opsflows.runs.models import Execution
from opsflows.studio.versions.sides import between, version_side
from opsflows.workflows.models import Workflow, WorkflowActivation, WorkflowVersion
from opsflows.workflows.wording.differences import Difference

SIZE = 10
#: Times of listening that are read for a page, and told of a version; pausing and resuming makes many.
_SPANS, _TOLD = 200, 3
#: Of the newest runs it is told which version they took: what is counted has an end, whatever there is.
COUNTED = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """One version of the list. `differences` is None for the first, which has nothing before it."""

    version: WorkflowVersion
    is_live: bool
    differences: list[Difference] | None
    spans: Sequence[WorkflowActivation]
    more_spans: int
    runs: int


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """A page of versions. `older` is where the next begins, None at the end; `counted` runs were looked at."""

    rows: list[Listed]
    older: int | None
    counted: int


def versions_page(workflow: Workflow, *, older_than: int | None = None) -> VersionsPage:
    """At most `SIZE` versions with numbers below `older_than`: three queries, however many there are."""
    rows = workflow.versions.select_related("created_by").order_by("-number")
    if older_than is not None:
        rows = rows.filter(number__lt=older_than)
    # One more: what the last of them changed shows only beside the one before it.
    read = list(rows[: SIZE + 1])
    shown = read[:SIZE]
    spans = _spans(workflow, shown)
    newest = Execution.objects.filter(workflow=workflow).order_by("-pk").values_list("version_id", flat=True)
    runs = Counter(newest[:COUNTED])
    before: list[WorkflowVersion | None] = [*read[1:], None]
    return VersionsPage(
        rows=[
            Listed(
                version=version,
                is_live=workflow.is_active and version.pk == workflow.published_version_id,
                differences=between(version_side(previous), version_side(version)) if previous else None,
                spans=spans[version.pk][:_TOLD],
                more_spans=max(0, len(spans[version.pk]) - _TOLD),
                runs=runs[version.pk],
            )
            for version, previous in zip(shown, islice(before, len(shown)), strict=True)
        ],
        older=shown[-1].number if len(read) > SIZE else None,
        counted=runs.total(),
    )


def _spans(workflow: Workflow, versions: Sequence[WorkflowVersion]) -> dict[UUID, list[WorkflowActivation]]:
    """When each listened, newest first."""
    found: dict[UUID, list[WorkflowActivation]] = defaultdict(list)
    rows = WorkflowActivation.objects.filter(workflow=workflow, version__in=[version.pk for version in versions])
    for span in rows.order_by("-active_from")[:_SPANS]:
        found[span.version_id].append(span)
    return found
