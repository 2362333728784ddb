"""The step kind that draws up an offer from a contract."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from opsflows.records.create_record import create_record, find_record
from opsflows.records.draft_offer import BadAdjustment, discount_of, draft_offer
from opsflows.records.models import Record
from opsflows.records.steps.base import Doing, RecordsKind, Refusal
from opsflows.records.steps.target import RecordNames, named_record
from opsflows.rules import Problem
from opsflows.rules.text import to_text
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext
from opsflows.workflows.registry import register

CURRENT = "current_contract"
CONTRACT, OFFER = "contract", "offer"


class CreateDraftOfferConfig(StepConfig):
    basedOn: str = Field(  # noqa: N815  (Rules' spelling)
        default=CURRENT,
        title="Based on",
        description=f"`{CURRENT}`: the one that the event is about. Otherwise a contract's key or its id here.",
    )
    adjustments: dict[str, Any] = Field(
        default_factory=dict,
        title="What differs",
        description="What differs from the contract, such as duration; discount is taken off the value, in per cent.",
        json_schema_extra=looks.look(looks.PAIRS),
    )
    title: str = Field(default="", title="Title", description="What people call the offer.")


@register
class CreateDraftOfferKind(RecordsKind):
    """Draws up an offer, as a record in the state of a draft, from a contract."""

    kind = "create_draft_offer"
    label = "Draw up an offer"
    about = "Draws up an offer from a contract, with what is to be different."
    icon = "request_quote"
    Config = CreateDraftOfferConfig

    def check(self, config: CreateDraftOfferConfig, *, path: str) -> list[Problem]:
        problems = []
        if not config.basedOn.strip():
            problems.append(Problem(f"{path}.basedOn", f"Name a contract, or {CURRENT}."))
        discount = config.adjustments.get("discount")
        try:
            if "{{" not in str(discount):
                discount_of(discount)
        except BadAdjustment as error:
            problems.append(Problem(f"{path}.adjustments.{error.field}", error.message))
        return problems

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        config: CreateDraftOfferConfig = step.config
        event = step.event_data if isinstance(step.event_data, Mapping) else {}
        record, fields = _contract(config, step, event)
        try:
            data = draft_offer(fields, config.adjustments)
        except BadAdjustment as error:
            raise Refusal(f"adjustments.{error.field}: {error.message}") from None
        offer = create_record(
            actor=doing.actor,
            record_type=OFFER,
            title=config.title.strip() or _title(data, record),
            data=data,
            based_on=record,
            cause=doing.cause,
            now=doing.now,
        )
        return {
            "record_id": str(offer.pk),
            "title": offer.title,
            "data": offer.data,
            "contract_id": str(record.pk) if record else None,
            "created": True,
        }


def _contract(
    config: CreateDraftOfferConfig, step: StepContext, event: Mapping[str, Any]
) -> tuple[Record | None, dict[str, Any]]:
    """The contract's record, if there is one, and its fields; those that the record lacks come from the event."""
    if config.basedOn.strip() != CURRENT:
        record = _named(config.basedOn.strip(), step)
        if record is None:
            raise Refusal(f"basedOn: there is no contract {config.basedOn[:60]!r}, neither by key nor by id.")
        return record, {"contractId": record.key, **record.data}
    key = to_text(event.get("contractId"))
    record = find_record(account_id=step.account_id, record_type=CONTRACT, key=key)
    if record is None and not event:
        raise Refusal(f"basedOn: the event tells of no contract; name one instead of {CURRENT}.")
    return record, {**event, **(record.data if record else {})}


def _named(name: str, step: StepContext) -> Record | None:
    found = find_record(account_id=step.account_id, record_type=CONTRACT, key=name)
    found = found or named_record(RecordNames(recordId=name), step) if name else None
    return found if found is not None and found.type == CONTRACT else None


def _title(data: Mapping[str, Any], record: Record | None) -> str:
    customer = to_text(data.get("customerName")) or (record.title if record else "")
    product = to_text(data.get("productName"))
    return "Offer: " + (" - ".join(filter(None, (customer, product))) or to_text(data.get("contractId")) or "draft")
