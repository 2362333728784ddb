"""An offer drawn up from a contract: exact, adjusted, and linked back."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.accounts.actor import Actor
from opsflows.records.create_record import create_record
from opsflows.records.draft_offer import BadAdjustment, draft_offer
from opsflows.records.models import Record
from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONTRACT = {
    "contractId": "contract_88",
    "customerName": "Acme",
    "productName": "Data Platform",
    "value": 120000,
    "duration": 24,
    "endDate": "2026-12-31",
    "daysUntilExpiry": 90,
    "status": "active",
}
DRAFT = {"type": "create_draft_offer", "basedOn": "current_contract", "adjustments": {"duration": 12, "discount": 0}}


@pytest.mark.parametrize(
    ("value", "discount", "rest"),
    [
        (120000, 0, "120000"),
        (120000, 10, "108000"),
        (100, Decimal("12.5"), "87.5"),
        ("99.99", 7, "92.9907"),
        (Decimal("100.00"), 10, "90.00"),
        (Decimal("0.10"), 50, "0.05"),
        (100, 100, "0"),
        (12345678901234567890, 1, "12222222112222222211.1"),
    ],
)
def test_a_discount_is_exact(value: Any, discount: Any, rest: str) -> None:
    assert str(draft_offer({"value": value}, {"discount": discount})["value"]) == rest


amounts = st.decimals(min_value=0, max_value=10**12, places=2)
percents = st.decimals(min_value=0, max_value=100, places=2)


@given(amounts, percents)
def test_discount_and_rest_are_the_whole(value: Decimal, discount: Decimal) -> None:
    rest = Decimal(draft_offer({"value": value}, {"discount": discount})["value"])
    assert rest + value * discount / 100 == value


@pytest.mark.parametrize("discount", [-1, 101, "much", True, [10]])
def test_what_is_no_discount_is_refused(discount: Any) -> None:
    with pytest.raises(BadAdjustment, match="from 0 to 100"):
        draft_offer({"value": 1}, {"discount": discount})


@pytest.mark.parametrize("contract", [{}, {"value": "a lot"}])
def test_nothing_to_take_off_from_is_said(contract: dict[str, Any]) -> None:
    with pytest.raises(BadAdjustment, match="no value"):
        draft_offer(contract, {"discount": 5})
    assert draft_offer(contract, {"discount": 0})["status"] == "draft"


def test_what_an_offer_says() -> None:
    assert draft_offer(CONTRACT, {"duration": 12, "discount": 10, "note": "early"}) == {
        "contractId": "contract_88",
        "customerName": "Acme",
        "productName": "Data Platform",
        "value": 108000,
        "contractValue": 120000,
        "contractEndDate": "2026-12-31",
        "duration": 12,
        "discount": 10,
        "note": "early",
        "status": "draft",
    }


@pytest.mark.django_db(transaction=True)
class TestStep:
    def test_from_the_contract_that_the_event_names(
        self, engine: Engine, live: Callable[..., Workflow], actor: Actor
    ) -> None:
        contract = create_record(
            actor=actor, record_type="contract", key="contract_88", title="Acme 2026", data={"value": 90000}, now=NOW
        )
        live("contract.expiring", DRAFT)
        engine.emit("contract.expiring", **CONTRACT)
        engine.settle()
        offer = Record.objects.get(type="offer")
        assert (offer.based_on, offer.title) == (contract, "Offer: Acme - Data Platform")
        # The record knows better than the event; what it lacks, the event says.
        assert (offer.data["value"], offer.data["duration"], offer.data["customerName"]) == (90000, 12, "Acme")
        assert offer.data["status"] == "draft"

    def test_from_the_event_where_there_is_no_such_record(self, engine: Engine, live: Callable[..., Workflow]) -> None:
        live("contract.expiring", DRAFT)
        engine.emit("contract.expiring", **CONTRACT)
        engine.settle()
        offer = Record.objects.get()
        assert (offer.type, offer.based_on, offer.data["contractId"]) == ("offer", None, "contract_88")

    @pytest.mark.parametrize("by", ["key", "id"])
    def test_from_a_contract_by_name(
        self, engine: Engine, live: Callable[..., Workflow], actor: Actor, by: str
    ) -> None:
        contract = create_record(
            actor=actor, record_type="contract", key="k7", title="Seven", data={"value": 10}, now=NOW
        )
        name = "k7" if by == "key" else str(contract.pk)
        live("deal.won", {**DRAFT, "basedOn": name, "adjustments": {"discount": "{{off}}"}})
        engine.emit("deal.won", off=50, customerName="Not this one")
        engine.settle()
        offer = Record.objects.get(type="offer")
        assert (offer.data["value"], offer.based_on, "customerName" in offer.data) == (5, contract, False)

    @pytest.mark.parametrize(
        ("based_on", "data", "reason"),
        [
            ("gone", {}, "no contract 'gone'"),
            ("current_contract", {}, "tells of no contract"),
            ("current_contract", {"value": 1, "off": 400}, "adjustments.discount"),
        ],
    )
    def test_what_cannot_be_is_said(
        self,
        engine: Engine,
        live: Callable[..., Workflow],
        based_on: str,
        data: dict[str, Any],
        reason: str,
    ) -> None:
        live("deal.won", {**DRAFT, "basedOn": based_on, "adjustments": {"discount": "{{off}}"}})
        engine.emit("deal.won", **data)
        engine.settle()
        assert engine.run().execution_status == Execution.Status.FAILED
        assert reason in (engine.run().error_message or "")
        assert not Record.objects.exists()
