"""`POST /api/workflows/:id/backtests`: try the draft on events that came in. `GET …/:backtestId`: what came of it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, ref
from opsflows.api.problems import conflict, invalid
from opsflows.studio.api_schema import backtest_document
from opsflows.studio.backtest.ask import MOST_DAYS, ask_backtest
from opsflows.studio.backtest.look import backtests_of
from opsflows.studio.backtest.refusal import NothingToTest, UnderWay, WrongPeriod
from opsflows.workflows.api.refusals import refusing
from opsflows.workflows.change_parts import named
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow

_KEYS = ("days", "since", "until")
_USUAL_DAYS = 30


class AskBacktestView(APIView):
    """202 with the backtest: it is under way within seconds."""

    @operation(
        "ask_backtest",
        "Try a workflow's draft on events that came in",
        tag="Workflows",
        description="Beside it, what is published is asked about the same events. Nothing is sent and nothing started. "
        "Ask for it again to see how far it is. A workflow has one under way at a time.",
        body=ref("NewBacktest"),
        body_required=False,
        answers={202: ref("Backtest")},
        refusals=(404, 409),
        headers={"Location": [202]},
    )
    def post(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        now = timezone.now()
        since, until = _period(request.data, now)
        workflow = get_object_or_404(Workflow.objects.filter(account_id=actor.account_id), pk=workflow_id)
        with refusing():
            try:
                asked = ask_backtest(actor=actor, workflow=workflow, since=since, until=until, now=now)
            except WrongPeriod as error:
                raise invalid(str(error), field=error.field) from None
            except (NothingToTest, UnderWay) as error:
                raise conflict(str(error)) from None
            except InvalidDefinition as error:
                raise InvalidDefinition(named(error.problems, workflow)) from None
        location = f"{request.path.rstrip('/')}/{asked.pk}"
        return Response(backtest_document(asked), status=202, headers={"Location": location})


class BacktestView(APIView):
    """One backtest, as far as it has come."""

    @operation(
        "get_backtest", "What came of a backtest", tag="Workflows", answers={200: ref("Backtest")}, refusals=(404,)
    )
    def get(self, request: Request, workflow_id: uuid.UUID, backtest_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        workflow = get_object_or_404(Workflow.objects.filter(account_id=actor.account_id), pk=workflow_id)
        rows = backtests_of(actor=actor, workflow=workflow).select_related("account", "version")
        return Response(backtest_document(get_object_or_404(rows, pk=backtest_id)))


def _period(document: Any, now: datetime) -> tuple[datetime, datetime]:
    if not isinstance(document, dict):
        raise invalid("Send an object with days, or with since and until.")
    if unknown := sorted(document.keys() - set(_KEYS)):
        raise invalid(f"This field is not known here. Known are: {', '.join(_KEYS)}.", field=unknown[0][:80])
    days = document.get("days")
    if days is not None and ("since" in document or "until" in document):
        raise invalid("Send either days, or since and until.", field="days")
    if "since" in document or "until" in document:
        return _moment(document, "since"), _moment(document, "until")
    if days is None:
        days = _USUAL_DAYS
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= MOST_DAYS:
        raise invalid(f"Must be a whole number from 1 to {MOST_DAYS}.", field="days")
    return now - timedelta(days=days), now


def _moment(document: dict[str, Any], field: str) -> datetime:
    text = document.get(field)
    try:
        moment = parse_datetime(text) if isinstance(text, str) and "\x00" not in text else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid('Must be a time with its offset, such as "2026-03-01T00:00:00Z".', field=field)
    return moment
