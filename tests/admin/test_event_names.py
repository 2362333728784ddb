"""Names that a source gives to incoming events: written line by line, shown on its page and on the event's."""

import pytest
from django.test import Client

from opsflows.events.models import EventPayload, Source
from tests.admin.addresses import act, page
from tests.admin.world import World

pytestmark = pytest.mark.django_db


def test_staff_write_names_line_by_line(admin: Client, alpha: World) -> None:
    source = Source.objects.create(account=alpha.account, name="In", connector="stripe")
    form = {"name": "In", "max_body_bytes": "2048", "event_names": "invoice.paid = payment.success\n"}
    assert admin.post(act(source, "edit"), form).status_code == 302
    source.refresh_from_db()
    assert source.event_names == {"stripe.invoice.paid": "payment.success"}
    html = admin.get(page(source)).content.decode()
    assert "stripe.invoice.paid" in html
    assert "payment.success" in html
    again = admin.get(act(source, "edit")).context["form"]
    assert again.fields["event_names"].initial == "stripe.invoice.paid = payment.success"


@pytest.mark.parametrize(
    ("lines", "message"), [("invoice.paid", "Line 1"), ("invoice.paid = PaymentSuccess", "write “payment.success”")]
)
def test_a_wrong_name_is_said_at_its_field(admin: Client, alpha: World, lines: str, message: str) -> None:
    source = Source.objects.create(account=alpha.account, name="In", connector="stripe")
    form = {"name": "In", "max_body_bytes": "2048", "event_names": lines}
    response = admin.post(act(source, "edit"), form)
    assert message in response.context["form"].errors["event_names"][0]
    assert lines in response.content.decode()
    source.refresh_from_db()
    assert source.event_names == {}


def test_a_new_source_takes_names(admin: Client, alpha: World) -> None:
    form = {
        "name": "In",
        "secret": "whsec_1",
        "max_body_bytes": "2048",
        "event_names": "invoice.paid = payment.success",
    }
    admin.post("/admin/events/source/add/?connector=stripe", form)
    assert Source.objects.get().event_names == {"stripe.invoice.paid": "payment.success"}


def test_the_event_tells_what_the_sender_calls_it(admin: Client, alpha: World) -> None:
    event = alpha.event()
    assert "came in as" not in admin.get(page(event)).content.decode()
    EventPayload.objects.filter(event=event).update(headers={"opsflows-incoming-name": "stripe.invoice.paid"})
    assert "came in as stripe.invoice.paid" in admin.get(page(event)).content.decode()
