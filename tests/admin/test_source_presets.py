"""Every connector preset has a page on which staff set a source up."""

import pytest
from django.test import Client

from connectors.base import Preset
from connectors.registry import presets
from opsflows.events.models import Source
from tests.admin.addresses import page
from tests.admin.world import World

pytestmark = pytest.mark.django_db

ADD = "/admin/events/source/add/?connector="


@pytest.mark.parametrize("known", presets(), ids=lambda known: known.name)
def test_a_new_source_shows_how_to_set_it_up(admin: Client, known: Preset) -> None:
    response = admin.get(ADD + known.name)
    assert response.status_code == 200
    form = response.context["form"]
    assert {f"option_{option.name}": option.default for option in known.options} == {
        name: field.initial for name, field in form.fields.items() if name.startswith("option_")
    }


def test_an_option_that_is_needed_is_asked_for(admin: Client, alpha: World) -> None:
    form = {"name": "CRM", "secret": "long-key", "max_body_bytes": "2048", "option_suffix": ""}
    response = admin.post(f"{ADD}salesforce", form | {"option_organization_id": ""})
    assert response.context["form"].errors["option_organization_id"] == ["Organization ID is missing."]
    assert not Source.objects.exists()
    admin.post(f"{ADD}salesforce", form | {"option_organization_id": "00D000000000001AAA"})
    source = Source.objects.get()
    assert source.options == {"organization_id": "00D000000000001AAA", "suffix": ""}
    assert admin.get(page(source)).status_code == 200
