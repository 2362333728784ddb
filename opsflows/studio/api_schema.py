"""How the API shows a backtest, and what OpenAPI says of it."""

from typing import Any

from opsflows.studio.backtest.ask import MOST_DAYS
from opsflows.studio.backtest.standing import standing_of
from opsflows.studio.backtest.tally import UNREADABLE, every_day, failing_in
from opsflows.studio.backtest.words import sentence_of
from opsflows.studio.models import Backtest, BacktestEvent

#: Events of each kind that are named; its page lists more.
MOST_NAMED = 100

_TEXT = {"type": "string"}
_ID = {"type": "string", "format": "uuid"}
_COUNT = {"type": "integer", "minimum": 0}
_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NONE = {"type": ["string", "null"], "format": "date-time"}
_IDS = {"type": "array", "items": _ID, "maxItems": MOST_NAMED}


def backtest_document(backtest: Backtest) -> dict[str, Any]:
    """A backtest as JSON. A fixed number of queries."""
    standing = standing_of(backtest)
    kinds = BacktestEvent.Kind
    return {
        "id": backtest.pk,
        "workflowId": backtest.workflow_id,
        "version": backtest.version.number if backtest.version else None,
        "contentHash": backtest.content_hash,
        "status": standing.state.value,
        "since": backtest.since,
        "until": backtest.until,
        "sentence": sentence_of(backtest),
        "total": backtest.expected,
        "events": backtest.seen,
        "unreadable": backtest.unreadable,
        "draft": backtest.fired_draft,
        "published": backtest.fired_published,
        "both": backtest.fired_both,
        "failing": failing_in(backtest),
        "days": [_day(name, counts) for name, counts in every_day(backtest, backtest.account.zone)],
        "newlyCaught": _ids(backtest, kinds.NEW),
        "noLongerCaught": _ids(backtest, kinds.LOST),
        "sent": [_sent(line) for line in backtest.sent],
        "rehearsed": backtest.rehearsed,
        "error": standing.error or None,
        "createdAt": backtest.created_at,
        "endedAt": backtest.ended_at,
    }


def _day(name: str, counts: list[int]) -> dict[str, Any]:
    events, draft, published, both = counts[:UNREADABLE]
    return {"day": name, "events": events, "draft": draft, "published": published, "both": both}


def _ids(backtest: Backtest, kind: BacktestEvent.Kind) -> list[Any]:
    rows = BacktestEvent.objects.filter(backtest=backtest, kind=kind).order_by("-event_id")
    return list(rows.values_list("event_id", flat=True)[:MOST_NAMED])


def _sent(line: list[Any]) -> dict[str, Any]:
    kind, label, to, problem, draft, published = line
    return {"kind": kind, "step": label, "to": to, "problem": problem, "draft": draft, "published": published}


def components() -> dict[str, Any]:
    """JSON schemas by name."""
    day = _whole({"day": {**_TEXT, "format": "date"}} | dict.fromkeys(("events", "draft", "published", "both"), _COUNT))
    sent = _whole(
        dict.fromkeys(("kind", "step", "to"), _TEXT)
        | {"problem": {**_TEXT, "description": "Why the step would fail; empty where it would not."}}
        | dict.fromkeys(("draft", "published"), _COUNT)
    )
    return {
        "NewBacktest": {
            "type": "object",
            "examples": [{"days": 30}],
            "properties": {
                "days": {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "description": "The last so many."},
                "since": {**_TIME, "description": "Instead of days, with until."},
                "until": {**_TIME, "description": "Events of this moment and later are not in it."},
            },
            "additionalProperties": False,
        },
        "Backtest": _whole(
            {
                "id": _ID,
                "workflowId": _ID,
                "version": {"type": ["integer", "null"], "description": "What was published when it was asked for."},
                "contentHash": {**_TEXT, "description": "Of the draft that was tried."},
                "status": {"enum": list(Backtest.State.values)},
                "since": _TIME,
                "until": _TIME,
                "sentence": {**_TEXT, "description": "What came of it, for people."},
                "total": {"type": ["integer", "null"], "minimum": 0, "description": "Events to look at, once counted."},
                "events": {**_COUNT, "description": "Events looked at so far."},
                "unreadable": {**_COUNT, "description": "Of these, events whose payload is kept no more."},
                "draft": {**_COUNT, "description": "Events that the draft would have caught."},
                "published": {**_COUNT, "description": "Those that the published version would have."},
                "both": {**_COUNT, "description": "Those that both would have."},
                "failing": {
                    **_COUNT,
                    "description": "Events that would have started a run that fails, since the published version "
                    "cannot be read any more; these are in none of the other counts.",
                },
                "days": {"type": "array", "items": day, "description": "By the account's days."},
                "newlyCaught": {**_IDS, "description": "The newest events that the draft alone catches."},
                "noLongerCaught": {**_IDS, "description": "The newest that the published version alone catches."},
                "sent": {"type": "array", "items": sent, "description": "What would have been done, and to whom."},
                "rehearsed": {**_COUNT, "description": "For so many of the newest events `sent` was found out."},
                "error": {"type": ["string", "null"], "description": "Why it broke off."},
                "createdAt": _TIME,
                "endedAt": _TIME_OR_NONE,
            }
        ),
    }


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
