"""Salesforce: outbound messages, SOAP without any signature; proven by a key in the URL and the organisation's id."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from connectors.base import InboundEvent, InboundRequest, Preset, Refusal, Refused, Reply, Sample, require_match
from connectors.moments import moment
from connectors.options import Option
from connectors.places import text
from connectors.xml_tree import Element, parse_xml

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_OUTBOUND: Final = "http://soap.sforce.com/2005/09/outbound"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_MOST: Final = 100
_KEY: Final = re.compile(r"[A-Za-z0-9._~-]{1,100}\Z")
_ORGANIZATION: Final = re.compile(r"00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\Z")
_ACK: Final = (
    f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_SOAP}"><soapenv:Body>'
    f'<notificationsResponse xmlns="{_OUTBOUND}"><Ack>true</Ack></notificationsResponse>'
    "</soapenv:Body></soapenv:Envelope>"
).encode()


def _organization_problem(written: str) -> str | None:
    if _ORGANIZATION.match(written):
        return None
    return "An organisation id has 15 or 18 letters and digits and begins with 00D; Salesforce shows it under Setup."


def _suffix_problem(written: str) -> str | None:
    return None if re.match(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*\Z", written) else "Write small words, such as updated."


class Salesforce(Preset):
    """Outbound messages of a flow or workflow rule: `salesforce.opportunity`, one event for each notification."""

    name: ClassVar[str] = "salesforce"
    label: ClassVar[str] = "Salesforce outbound message"
    setup: ClassVar[str] = (
        "Salesforce doesn't sign. Make up a long key of letters and digits, enter it here as the secret, and put it at "
        "the end of the URL: in Setup, Outbound Messages, the Endpoint URL is this source's URL followed by ?key= and "
        "the key. Leave Send Session ID off. Then enter the Organization ID (Setup, Company Information) here, and "
        "Salesforce's address ranges as the allowed addresses."
    )
    content_types: ClassVar[frozenset[str]] = frozenset({"text/xml", "application/xml", "application/soap+xml"})
    sample_content_type: ClassVar[str] = "text/xml; charset=UTF-8"
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "organization_id",
            "Organization ID",
            help="Messages of any other organisation are refused.",
            required=True,
            check=_organization_problem,
        ),
        Option(
            "suffix",
            "Event name ending",
            help="What the outbound message stands for, such as closed_won: salesforce.opportunity.closed_won.",
            check=_suffix_problem,
        ),
    )

    def check_secret(self, secret: str) -> str | None:
        if problem := super().check_secret(secret):
            return problem
        if not _KEY.match(secret):
            return "The key stands in a URL: at most 100 letters and digits, and . _ ~ - between them."
        return None

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        keys = _keys(request.url)
        if not keys:
            detail = "The key is missing; the Endpoint URL in Salesforce ends in ?key= and this source's secret."
            raise Refused(Refusal.MISSING_SIGNATURE, detail)
        require_match(secrets, keys, "The key in the URL isn't this source's secret; correct the Endpoint URL.")
        given = _field(self._notifications(request), "OrganizationId")
        # The last three of eighteen characters are a checksum of the fifteen before.
        detail = "The message comes from another organisation than the source's Organization ID names."
        require_match([settings["organization_id"][:15]], [given[:15]], detail)

    def json_text(self, request: InboundRequest) -> bytes | None:
        return None

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        suffix = self.settings(options)["suffix"]
        message = self._notifications(request)
        # The session id, where Salesforce was told to send one, opens its API: it is not passed on.
        shared = {name: _field(message, name) for name in ("OrganizationId", "ActionId", "EnterpriseUrl", "PartnerUrl")}
        notifications = list(message.named("Notification", _OUTBOUND))
        if not 1 <= len(notifications) <= _MOST:
            raise self.malformed(f"An outbound message holds from 1 to {_MOST} notifications.")
        return [self._read_one(each, shared, suffix) for each in notifications]

    def acknowledge(self, request: InboundRequest, events: Sequence[InboundEvent]) -> Reply | None:
        # Whatever else is answered, Salesforce sends the message again for 24 hours.
        return Reply(_ACK, content_type="text/xml; charset=utf-8")

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return {"SOAPAction": '""'}

    def _read_one(self, each: Element, shared: Mapping[str, str], suffix: str) -> InboundEvent:
        record = next(each.named("sObject", _OUTBOUND), None)
        key = text(_field(each, "Id"))
        kind = record.attribute(_INSTANCE, "type").rpartition(":")[2] if record else ""
        if record is None or key is None or not kind:
            raise self.malformed("A notification holds its Id and an sObject with its xsi:type.")
        fields = _value(record)
        values: dict[str, Any] = fields if isinstance(fields, dict) else {}
        data = {"Id": key, **shared, "sObject": {"type": kind, **values}}
        occurred_at = moment(values.get("LastModifiedDate") or values.get("SystemModstamp"))
        return self.event(f"{kind}.{suffix}" if suffix else kind, key=key, occurred_at=occurred_at, data=data)

    def _notifications(self, request: InboundRequest) -> Element:
        try:
            envelope = parse_xml(request.body)
        except ValueError as error:
            raise self.malformed(str(error)) from None
        bodies = envelope.named("Body", _SOAP) if envelope.name == "Envelope" and envelope.namespace == _SOAP else ()
        for body in bodies:
            for message in body.named("notifications", _OUTBOUND):
                return message
        raise self.malformed("The body is no SOAP envelope with the notifications of an outbound message.")


def _keys(url: str) -> list[str]:
    # Not `urlsplit`, which drops line breaks and tabs: the key has one spelling.
    parts = (part.partition("=") for part in url.partition("?")[2].split("&"))
    return [value for name, _, value in parts if name == "key" and value]


def _field(element: Element, name: str) -> str:
    return next((child.text.strip() for child in element.named(name, _OUTBOUND)), "")


def _value(element: Element) -> Any:
    """A field as JSON knows it: null, a text, or an object of fields. What is repeated counts once, the first time."""
    if element.attribute(_INSTANCE, "nil") in {"true", "1"}:
        return None
    if not element.children:
        return element.text
    fields: dict[str, Any] = {}
    for child in element.children:
        fields.setdefault(child.name, _value(child))
    return fields
