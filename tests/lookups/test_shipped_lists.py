"""The lists that come with the house are countries by their two letters, and load as often as one likes."""

import json
import re

import pytest
from django.core.management import call_command

from opsflows.lookups.models import NamedList
from tests.house.project import ROOT

SHIPPED = {row["fields"]["name"]: row["fields"] for row in json.loads((ROOT / "fixtures/named_lists.json").read_text())}


def values(name: str) -> set[str]:
    return set(SHIPPED[name]["values"])


def test_the_regions_that_rules_name_are_shipped() -> None:
    alliances = {"EU", "EEA", "EFTA", "G7", "BRICS", "USMCA", "NAFTA"}
    assert SHIPPED.keys() == alliances | {"DACH", "Nordics", "Benelux", "APAC", "LATAM", "MENA", "EMEA"}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_is_a_country_and_stands_there_once(name: str) -> None:
    listed = SHIPPED[name]["values"]
    assert listed == sorted(set(listed))
    assert all(re.fullmatch("[A-Z]{2}", country) for country in listed)
    assert not set(listed) & {"UK", "EL", "EU"}, "GB and GR by ISO 3166"


def test_they_fit_together() -> None:
    assert (len(values("EU")), len(values("EEA")), len(values("G7"))) == (27, 30, 7)
    assert values("EEA") - values("EU") == {"IS", "LI", "NO"}
    assert values("EFTA") - values("EEA") == {"CH"}
    assert values("USMCA") == values("NAFTA")
    for inner in ("EU", "EEA", "EFTA", "DACH", "Nordics", "Benelux", "MENA"):
        assert values(inner) <= values("EMEA"), inner
    assert not values("APAC") & (values("EMEA") | values("LATAM"))


@pytest.mark.django_db
def test_loading_them_again_changes_nothing() -> None:
    for _ in range(2):
        call_command("loaddata", "named_lists", verbosity=0)
    assert NamedList.objects.count() == len(SHIPPED)
    assert NamedList.objects.get(name="DACH").values == ["AT", "CH", "DE"]
