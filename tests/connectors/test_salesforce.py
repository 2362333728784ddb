from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import InboundEvent, InboundRequest, Refusal, Refused
from connectors.registry import preset
from connectors.xml_tree import parse_xml
from tests.connectors.inbound import NOW, URL, inbound, refusal, signed
from tests.connectors.test_robustness import changes
from tests.connectors.written import written

SALESFORCE = preset("salesforce")
SECRET = "a-long-key_1"
ORGANIZATION = "00D000000000001AAA"
OPTIONS = {"organization_id": ORGANIZATION}
BODY = written("salesforce/opportunities.xml")
SOAP, OUTBOUND = "http://schemas.xmlsoap.org/soap/envelope/", "http://soap.sforce.com/2005/09/outbound"


def sent(body: bytes = BODY, url: str = f"{URL}?key={SECRET}") -> InboundRequest:
    return inbound(body, {"SOAPAction": '""'}, "text/xml", url)


def judged(body: bytes = BODY, url: str = f"{URL}?key={SECRET}", *, organization: str = ORGANIZATION) -> Refusal | None:
    return refusal(SALESFORCE, sent(body, url), SECRET, options={"organization_id": organization})


def read(body: bytes, **options: Any) -> list[InboundEvent]:
    return SALESFORCE.read(sent(body), None, options=OPTIONS | options)


def message(inside: str, *, organization: str = ORGANIZATION) -> bytes:
    return (
        f'<e:Envelope xmlns:e="{SOAP}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body>'
        f'<notifications xmlns="{OUTBOUND}"><OrganizationId>{organization}</OrganizationId>{inside}</notifications>'
        "</e:Body></e:Envelope>"
    ).encode()


def notification(number: object) -> str:
    return f'<Notification><Id>04l{number}</Id><sObject xsi:type="sf:Lead"/></Notification>'


def test_key_and_organisation_are_needed() -> None:
    assert judged() is None
    assert judged(url=URL) is Refusal.MISSING_SIGNATURE
    assert judged(url=f"{URL}?key=") is Refusal.MISSING_SIGNATURE
    assert judged(url=f"{URL}?key=another") is Refusal.BAD_SIGNATURE
    assert judged(url="https://[") is Refusal.MISSING_SIGNATURE
    assert judged(organization="00D000000000002AAA") is Refusal.BAD_SIGNATURE
    assert judged(message(notification(1), organization="")) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize("ours", [ORGANIZATION, ORGANIZATION[:15]])
@pytest.mark.parametrize("theirs", [ORGANIZATION, ORGANIZATION[:15]])
def test_an_organisation_has_a_long_and_a_short_id(ours: str, theirs: str) -> None:
    assert judged(message(notification(1), organization=theirs), organization=ours) is None


@given(st.data())
def test_any_changed_byte_of_the_key_is_refused(data: st.DataObject) -> None:
    after = data.draw(changes(SECRET.encode())).decode("latin-1")
    # Behind the key another parameter may follow.
    assert judged(url=f"{URL}?key={after}") is not None or after.startswith(f"{SECRET}&")


def test_keys_rotate_and_no_organisation_is_no_configuration() -> None:
    assert refusal(SALESFORCE, sent(), "new", SECRET, options=OPTIONS) is None
    assert refusal(SALESFORCE, sent(), "new", options=OPTIONS) is Refusal.BAD_SIGNATURE
    assert refusal(SALESFORCE, sent(), SECRET) is Refusal.MISCONFIGURED
    assert refusal(SALESFORCE, sent(), "", options=OPTIONS) is Refusal.MISCONFIGURED
    assert not SALESFORCE.signs_time(OPTIONS)


def test_a_sample_is_taken_with_the_key_in_its_url() -> None:
    request = signed(SALESFORCE, BODY, secret=SECRET, options=OPTIONS, url=f"{URL}?key={SECRET}")
    SALESFORCE.check_content_type(request)
    assert refusal(SALESFORCE, request, SECRET, options=OPTIONS, now=NOW) is None


@pytest.mark.parametrize(
    ("file", "options", "expected"),
    [
        (
            "opportunities.xml",
            {},
            [
                ("salesforce.opportunity", "04lD000000001AAIAY", datetime(2026, 3, 1, 11, 59, 58, tzinfo=UTC)),
                ("salesforce.opportunity", "04lD000000001ABIAY", None),
            ],
        ),
        ("custom_object.xml", {}, [("salesforce.renewal_request_c", "04lD000000001ACIAY", None)]),
        (
            "custom_object.xml",
            {"suffix": "asked.late"},
            [("salesforce.renewal_request_c.asked.late", "04lD000000001ACIAY", None)],
        ),
    ],
)
def test_payloads(file: str, options: dict[str, str], expected: list[tuple[str, str, datetime | None]]) -> None:
    body = written(f"salesforce/{file}")
    assert judged(body) is None
    assert [(event.name, event.key, event.occurred_at) for event in read(body, **options)] == expected


def test_the_fields_come_through_and_the_session_does_not() -> None:
    first, _ = read(BODY)
    assert first.data == {
        "Id": "04lD000000001AAIAY",
        "OrganizationId": ORGANIZATION,
        "ActionId": "04kD0000000000BIAQ",
        "EnterpriseUrl": "https://example.my.salesforce.com/services/Soap/c/60.0/00D000000000001",
        "PartnerUrl": "https://example.my.salesforce.com/services/Soap/u/60.0/00D000000000001",
        "sObject": {
            "type": "Opportunity",
            "Id": "006D000000CAAAAIA4",
            "Amount": "25000.0",
            "CloseDate": "2026-03-31",
            "LastModifiedDate": "2026-03-01T11:59:58.000Z",
            "Name": "Smith & Söhne — 200 seats",
            "NextStep": None,
            "StageName": "Closed Won",
        },
    }


def test_up_to_a_hundred_notifications() -> None:
    events = read(message("".join(map(notification, range(100)))))
    assert [event.key for event in events] == [f"04l{number}" for number in range(100)]
    with pytest.raises(Refused, match="100"):
        read(message("".join(map(notification, range(101)))))


def test_the_answer_is_an_acknowledgement() -> None:
    reply = SALESFORCE.acknowledge(sent(), read(BODY))
    assert reply is not None
    assert (reply.status, reply.content_type.split(";")[0]) == (200, "text/xml")
    (body,) = parse_xml(reply.body).named("Body", SOAP)
    (answer,) = body.named("notificationsResponse", OUTBOUND)
    assert [ack.text for ack in answer.named("Ack", OUTBOUND)] == ["true"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY x "y">]>' + BODY.partition(b"?>")[2],
        BODY.replace(b"2005/09/outbound", b"2005/09/inbound"),
        BODY.replace(b"soapenv:Envelope", b"soapenv:Parcel"),
        BODY[:-20],
    ],
    ids=range(7),
)
def test_what_is_no_outbound_message_is_malformed(body: bytes) -> None:
    assert judged(body) is Refusal.MALFORMED
    with pytest.raises(Refused) as caught:
        read(body)
    assert caught.value.reason is Refusal.MALFORMED


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<Notification/>",
        "<Notification><Id>1</Id></Notification>",
        "<Notification><Id>1</Id><sObject/></Notification>",
        '<Notification><Id> </Id><sObject xsi:type="sf:Lead"/></Notification>',
        notification(1) + "<Notification/>",
    ],
)
def test_a_notification_without_its_parts_is_malformed(inside: str) -> None:
    with pytest.raises(Refused) as caught:
        read(message(inside))
    assert caught.value.reason is Refusal.MALFORMED


@given(
    st.data(), st.lists(st.sampled_from([b"<Id>", b"</Id>", b"xsi:", b"sObject", b"nil", b"&", b"<", b'"']), max_size=3)
)
def test_a_message_that_was_garbled_makes_no_other_exception(data: st.DataObject, pieces: list[bytes]) -> None:
    body = data.draw(changes(BODY))
    for piece in pieces:
        position = data.draw(st.integers(0, len(body)))
        body = body[:position] + piece + body[position + data.draw(st.integers(0, 9)) :]
    try:
        events = read(body)
    except Refused:
        return
    assert all(event.name.startswith("salesforce.") and event.key for event in events)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({}, "organization_id"),
        ({"organization_id": "001000000000001AAA"}, "organization_id"),
        ({"organization_id": "00D00000000000"}, "organization_id"),
        (OPTIONS | {"suffix": "Closed Won"}, "suffix"),
        (OPTIONS | {"suffix": ".won"}, "suffix"),
    ],
)
def test_options_that_will_not_do(options: dict[str, str], field: str) -> None:
    assert [name for name, _ in SALESFORCE.check_options(options)] == [field]


@pytest.mark.parametrize("secret", ["", "two words", "a&b", "kéy", "x" * 101])
def test_keys_that_will_not_do(secret: str) -> None:
    assert SALESFORCE.check_secret(secret)
    assert SALESFORCE.check_secret(SECRET) is None
