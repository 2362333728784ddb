"""The API's map, included at `/api`: every path works with a slash at its end and without."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path, re_path

from opsflows.api.docs import SchemaView, docs
from opsflows.api.errors import no_id, not_found
from opsflows.api.rendering import hand_on_chunked
from opsflows.api.token import TokenView
from opsflows.approvals.api import (
    ApprovalsView,
    ApprovalView,
    CommentsView,
    DecideView,
    DelegationsView,
    DelegationView,
    ReassignView,
    RecallView,
)
from opsflows.events.api import AcknowledgementView, EventsView, ExplanationView, InboxView
from opsflows.runs.api import (
    BatchView,
    DryRunView,
    ExecutionsView,
    ExecutionView,
    JobView,
    RetryManyView,
    RetryView,
    StartBatchView,
    StartView,
)
from opsflows.schedules.api import SchedulesView, ScheduleView
from opsflows.studio.api import AskBacktestView, BacktestView
from opsflows.workflows.api import DuplicateView, VersionsView, WorkflowsView, WorkflowView


def endpoint(route: str, view: Callable[..., HttpResponseBase], name: str, **kwargs: Any) -> list[URLPattern]:
    """`view` at `route` (no slash at its end) and at `route/`; reversing `name` gives the one without."""
    view = hand_on_chunked(view)
    return [path(f"{route}/", view, kwargs), path(route, view, kwargs, name=name)]


app_name = "api"
urlpatterns = [
    *endpoint("schema", SchemaView.as_view(), "schema"),
    path("docs", docs, name="docs"),
    path("docs/", docs),
    *endpoint("token", TokenView.as_view(), "token"),
    *endpoint("events", EventsView.as_view(), "events"),
    *endpoint("events/<uuid:event_id>/explain", ExplanationView.as_view(), "explain-event"),
    *endpoint("inbox", InboxView.as_view(), "inbox"),
    *endpoint("inbox/<event_id>/ack", AcknowledgementView.as_view(), "acknowledge"),
    *endpoint("workflows", WorkflowsView.as_view(), "workflows"),
    *endpoint("workflows/<uuid:workflow_id>", WorkflowView.as_view(), "workflow"),
    *endpoint("workflows/<uuid:workflow_id>/duplicate", DuplicateView.as_view(), "duplicate"),
    *endpoint("workflows/<uuid:workflow_id>/versions", VersionsView.as_view(), "versions"),
    *endpoint("workflows/<uuid:workflow_id>/test", DryRunView.as_view(), "dry-run"),
    *endpoint("workflows/<uuid:workflow_id>/run", StartView.as_view(), "start"),
    *endpoint("workflows/<uuid:workflow_id>/batch", StartBatchView.as_view(), "start-batch"),
    *endpoint("workflows/<uuid:workflow_id>/backtests", AskBacktestView.as_view(), "ask-backtest"),
    *endpoint("workflows/<uuid:workflow_id>/backtests/<uuid:backtest_id>", BacktestView.as_view(), "backtest"),
    *endpoint("workflows/<uuid:workflow_id>/executions", ExecutionsView.as_view(), "executions"),
    *endpoint("workflows/<uuid:workflow_id>/executions/<uuid:execution_id>", ExecutionView.as_view(), "execution"),
    *endpoint("workflows/<text>", no_id, "no-workflow"),
    re_path(
        r"^workflows/(?P<text>[^/]+)/(?:duplicate|versions|test|run|batch|backtests|executions)/?$",
        no_id,
        name="no-workflow-part",
    ),
    re_path(r"^workflows/[^/]+/executions/(?P<text>[^/]+)/?$", no_id, name="no-execution"),
    re_path(r"^workflows/[^/]+/backtests/(?P<text>[^/]+)/?$", no_id, name="no-backtest"),
    *endpoint("batches/<uuid:batch_id>", BatchView.as_view(), "batch"),
    *endpoint("batches/<text>", no_id, "no-batch"),
    *endpoint("executions/retry", RetryManyView.as_view(), "retry-many"),
    *endpoint("executions/<uuid:execution_id>/retry", RetryView.as_view(), "retry"),
    re_path(r"^executions/(?P<text>[^/]+)/retry/?$", no_id, name="no-run-to-retry"),
    *endpoint("jobs/<uuid:job_id>", JobView.as_view(), "job"),
    *endpoint("jobs/<text>", no_id, "no-job"),
    *endpoint("schedules", SchedulesView.as_view(), "schedules"),
    *endpoint("schedules/<uuid:schedule_id>", ScheduleView.as_view(), "schedule"),
    *endpoint("schedules/<text>", no_id, "no-schedule"),
    *endpoint("approvals", ApprovalsView.as_view(), "approvals"),
    *endpoint("approvals/<uuid:approval_id>", ApprovalView.as_view(), "approval"),
    *endpoint("approvals/<uuid:approval_id>/decide", DecideView.as_view(), "decide"),
    *endpoint("approvals/<uuid:approval_id>/recall", RecallView.as_view(), "recall"),
    *endpoint("approvals/<uuid:approval_id>/reassign", ReassignView.as_view(), "reassign"),
    *endpoint("approvals/<uuid:approval_id>/comments", CommentsView.as_view(), "approval-comments"),
    *endpoint("approvals/<text>", no_id, "no-approval"),
    re_path(r"^approvals/(?P<text>[^/]+)/(?:decide|recall|reassign|comments)/?$", no_id, name="no-approval-part"),
    *endpoint("delegations", DelegationsView.as_view(), "delegations"),
    *endpoint("delegations/<uuid:delegation_id>", DelegationView.as_view(), "delegation"),
    *endpoint("delegations/<text>", no_id, "no-delegation"),
    # Last: whatever is not above is answered in the API's own shape.
    re_path(r"", not_found, name="unknown"),
]
