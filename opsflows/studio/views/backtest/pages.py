"""The page of a workflow's backtests: ask for one, watch it, read what came of it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone

from opsflows.studio.backtest.ask import KEPT, ask_backtest
from opsflows.studio.backtest.look import backtests_of
from opsflows.studio.backtest.refusal import AllOver, NothingToTest, UnderWay, WrongPeriod
from opsflows.studio.backtest.stop import stop_backtest
from opsflows.studio.models import Backtest
from opsflows.studio.versions.before_publishing import in_words_of
from opsflows.studio.views.backtest.period_form import PeriodForm
from opsflows.studio.views.backtest.result import earlier_of, progress_of, result_of
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import EVENT
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph


@workflow_page
def backtest(studio: Studio, workflow: Workflow) -> HttpResponseBase:
    """The form, and the newest of its backtests; a POST asks for another one."""
    if studio.request.method == "POST":
        return _ask(studio, workflow)
    rows = backtests_of(actor=studio.actor, workflow=workflow)
    return _show(studio, workflow, rows.select_related("account", "version", "created_by").first())


@workflow_page
def run(studio: Studio, workflow: Workflow, backtest_id: uuid.UUID) -> HttpResponseBase:
    """One of them."""
    found = _found(studio, workflow, backtest_id)
    return _show(studio, workflow, found) if found else _gone(studio, workflow)


@workflow_page
def progress(studio: Studio, workflow: Workflow, backtest_id: uuid.UUID) -> HttpResponseBase:
    """How far it is, for HTMX; where it is over, the whole page is asked for anew."""
    found = _found(studio, workflow, backtest_id)
    if found is None or not studio.wants_part:
        return HttpResponseRedirect(address("backtest", workflow))
    shown = progress_of(found, workflow, now=timezone.now())
    answer = studio.part("backtest/progress.html", {"progress": shown, "workflow": workflow})
    if shown is None:
        answer["HX-Refresh"] = "true"
    return answer


@workflow_page
def stop(studio: Studio, workflow: Workflow, backtest_id: uuid.UUID) -> HttpResponseBase:
    """Stop it; by POST alone."""
    if studio.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if _found(studio, workflow, backtest_id) is None:
        return _gone(studio, workflow)
    try:
        stop_backtest(actor=studio.actor, backtest_id=backtest_id, now=timezone.now())
    except AllOver as error:
        messages.info(studio.request, str(error))
    else:
        messages.success(studio.request, "Stopped. What was counted so far is below.")
    return HttpResponseRedirect(address("backtest-run", workflow, backtest_id=backtest_id))


def _ask(studio: Studio, workflow: Workflow) -> HttpResponse:
    form = _form(studio.request, workflow, studio.request.POST)
    if not form.is_valid():
        return _show(studio, workflow, None, form=form, status=422)
    since, until = form.period()
    try:
        asked = ask_backtest(actor=studio.actor, workflow=workflow, since=since, until=until, now=timezone.now())
    except WrongPeriod as error:
        form.add_error(error.field, str(error))
    except UnderWay as error:
        messages.info(studio.request, str(error))
        return HttpResponseRedirect(address("backtest-run", workflow, backtest_id=error.backtest.pk))
    except NothingToTest as error:
        form.add_error(None, str(error))
    except InvalidDefinition as error:
        for problem in in_words_of(workflow, error.problems):
            form.add_error(None, f"{problem.place}: {problem.message}")
    else:
        return HttpResponseRedirect(address("backtest-run", workflow, backtest_id=asked.pk))
    return _show(studio, workflow, None, form=form, status=422)


def _show(
    studio: Studio, workflow: Workflow, found: Backtest | None, *, form: PeriodForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    shown = progress_of(found, workflow, now=now) if found else None
    context: dict[str, Any] = {
        "form": form or _form(studio.request, workflow),
        "trigger": _trigger(workflow),
        "backtest": found,
        "progress": shown,
        "result": result_of(found, workflow, studio.request.GET) if found and shown is None else None,
        "earlier": earlier_of(backtests_of(actor=studio.actor, workflow=workflow), workflow, found),
        "kept": KEPT,
    }
    return studio.show(
        f"Backtest “{workflow.workflow_name}”", "backtest/page.html", context, status=status, row=workflow
    )


def _form(request: HttpRequest, workflow: Workflow, data: Any = None) -> PeriodForm:
    return PeriodForm(data, zone=workflow.account.zone, now=timezone.now())


def _trigger(workflow: Workflow) -> str:
    """The kind of the draft's trigger; empty where it cannot be read."""
    try:
        graph = read_graph(workflow.workflow_data)
    except InvalidDefinition:
        return ""
    return (graph.triggers[0].kind or EVENT) if len(graph.triggers) == 1 else ""


def _found(studio: Studio, workflow: Workflow, backtest_id: uuid.UUID) -> Backtest | None:
    rows = backtests_of(actor=studio.actor, workflow=workflow).filter(pk=backtest_id)
    return rows.select_related("account", "version", "created_by").first()


def _gone(studio: Studio, workflow: Workflow) -> HttpResponse:
    messages.warning(studio.request, f"That backtest is not there any more; the newest {KEPT} of a workflow are kept.")
    return HttpResponseRedirect(address("backtest", workflow))
