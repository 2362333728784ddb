"""The figures of workflows: by day, and those that stand on the workflow itself. Written behind the engine, never by a
run, so no row is hot."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from opsflows.insights.models import WorkflowMetric, WorkflowTotal
from opsflows.insights.stretch import Stretch
from opsflows.insights.tally import Ended, Tally
from opsflows.queue.bulk import update_rows
from opsflows.workflows.models import Workflow

_Day = tuple[uuid.UUID, date]


class WorkflowFigures:
    """Runs that ended, to be added to their workflow and its day."""

    def __init__(self, zones: Mapping[Any, ZoneInfo]) -> None:
        self._zones = zones
        self._accounts: dict[uuid.UUID, uuid.UUID] = {}
        self._settled: dict[_Day, Ended] = defaultdict(Ended)
        self._passing: dict[_Day, Ended] = defaultdict(Ended)

    def add(self, stretch: Stretch, found: Tally, *, settled: bool) -> None:
        """Note what ended in `stretch`, counted for good or for the moment."""
        into = self._settled if settled else self._passing
        for (account_id, workflow_id), ended in found.ended.items():
            self._accounts[workflow_id] = account_id
            day = stretch.start.astimezone(self._zones[account_id]).date()
            into[workflow_id, day] += ended

    def write(self) -> None:
        """Every workflow of which a run ended lately; those that are left out stand as they were written last."""
        days = sorted({*self._settled, *self._passing}, key=str)
        if days:
            self._write_days(days)
            self._write_totals(days)

    def _write_days(self, days: list[_Day]) -> None:
        stored = WorkflowMetric.objects.filter(workflow__in=self._accounts, date__gte=min(day for _, day in days))
        known = {(row.workflow_id, row.date): row for row in stored}
        rows = []
        for key in days:
            workflow_id, day = key
            row = known.get(key) or WorkflowMetric(
                account_id=self._accounts[workflow_id], workflow_id=workflow_id, date=day
            )
            rows.append(self._shown(row, settled=self._settled[key], passing=self._passing[key]))
        WorkflowMetric.objects.bulk_create(
            rows,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["workflow", "date"],
            update_fields=[
                "executions",
                "successful_executions",
                "failed_executions",
                "avg_execution_time",
                "total_processing_time",
                "error_rate",
                "settled_executions",
                "settled_successful",
                "settled_failed",
                "settled_time",
            ],
        )

    def _shown(self, row: WorkflowMetric, *, settled: Ended, passing: Ended) -> WorkflowMetric:
        row.settled_executions += settled.executions
        row.settled_successful += settled.successful
        row.settled_failed += settled.failed
        row.settled_time += settled.milliseconds
        row.executions = row.settled_executions + passing.executions
        row.successful_executions = row.settled_successful + passing.successful
        row.failed_executions = row.settled_failed + passing.failed
        row.total_processing_time = row.settled_time + passing.milliseconds
        row.avg_execution_time = row.total_processing_time // max(row.executions, 1)
        row.error_rate = _of_a_hundred(row.failed_executions, row.executions)
        return row

    def _write_totals(self, days: list[_Day]) -> None:
        settled: dict[uuid.UUID, Ended] = defaultdict(Ended)
        passing: dict[uuid.UUID, Ended] = defaultdict(Ended)
        for key in days:
            settled[key[0]] += self._settled[key]
            passing[key[0]] += self._passing[key]
        known = WorkflowTotal.objects.in_bulk(list(settled))
        totals, shown = [], []
        for workflow_id in sorted(settled, key=str):
            total = known.get(workflow_id) or WorkflowTotal(workflow_id=workflow_id)
            ended, last = settled[workflow_id], passing[workflow_id]
            total.executions += ended.executions
            total.successful += ended.successful
            total.failed += ended.failed
            totals.append(total)
            successful = total.successful + last.successful
            rate = _of_a_hundred(successful, successful + total.failed + last.failed)
            last_at = last.last_at or ended.last_at
            shown.append((workflow_id, total.executions + last.executions, rate, last_at))
        WorkflowTotal.objects.bulk_create(
            totals,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["workflow"],
            update_fields=["executions", "successful", "failed"],
        )
        # Past the history: these columns are no part of it.
        update_rows(Workflow, ("execution_count", "success_rate", "last_executed"), shown)


def _of_a_hundred(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01")) if whole else Decimal(0)
