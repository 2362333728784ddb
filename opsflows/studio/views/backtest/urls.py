"""The addresses of backtests."""

from django.urls import URLPattern, path

from opsflows.studio.views.backtest.event_page import event
from opsflows.studio.views.backtest.pages import backtest, progress, run, stop

_ALL = "<uuid:workflow_id>/backtest/"
_ONE = f"{_ALL}<uuid:backtest_id>/"

urlpatterns: list[URLPattern] = [
    path(_ALL, backtest, name="backtest"),
    path(_ONE, run, name="backtest-run"),
    path(f"{_ONE}progress/", progress, name="backtest-progress"),
    path(f"{_ONE}stop/", stop, name="backtest-stop"),
    path(f"{_ONE}events/<uuid:event_id>/", event, name="backtest-event"),
]
