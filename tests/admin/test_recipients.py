"""Teams and recipients: staff say whom the names in rules stand for, without typing JSON."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.models import Recipient, Team, TeamMember, User
from opsflows.accounts.resolve_recipient import next_in_turn, resolve_recipient
from tests.admin.addresses import adding, listing, page
from tests.admin.conftest import signed_in
from tests.admin.world import World, person


def recipient_form(**fields: Any) -> dict[str, Any]:
    return {"name": "on call", "stands_for": "", "person": "", "team": "", "event_field": "", "addresses": "", **fields}


def team_form(name: str, *members: dict[str, Any], kept: int = 0) -> dict[str, Any]:
    data = {"name": name, "members-TOTAL_FORMS": len(members), "members-INITIAL_FORMS": kept}
    for number, member in enumerate(members):
        data |= {f"members-{number}-{field}": value for field, value in member.items()}
    return data


@pytest.fixture
def ada(alpha: World) -> User:
    return person(alpha.account, "ada", "viewer")


@pytest.mark.parametrize(
    ("fields", "addresses"),
    [
        (
            {"stands_for": "addresses", "addresses": "a@example.org, b@example.org\n"},
            ("a@example.org", "b@example.org"),
        ),
        ({"stands_for": "event_field", "event_field": "deal.owner"}, ("owner@example.org",)),
    ],
)
def test_a_new_recipient_is_written_to(
    admin: Client, alpha: World, fields: dict[str, Any], addresses: tuple[str, ...]
) -> None:
    assert admin.post(adding(Recipient), recipient_form(**fields)).status_code == 302
    found = resolve_recipient(
        account_id=alpha.account.pk, name="On-Call", data={"deal": {"owner": "owner@example.org"}}
    )
    assert found.addresses == addresses


def test_what_is_chosen_counts_and_the_rest_is_left(admin: Client, alpha: World, ada: User) -> None:
    row = Recipient.objects.get(account=alpha.account, name="account_owner")
    form = recipient_form(name="account_owner", stands_for="person", person=ada.pk, event_field="accountOwnerEmail")
    assert admin.post(page(row), form).status_code == 302
    row.refresh_from_db()
    assert (row.person, row.event_field) == (ada, "")
    assert row.history.latest().history_door == "admin"


@pytest.mark.parametrize(
    ("fields", "field", "problem"),
    [
        ({"stands_for": "person"}, "person", "Say which"),
        ({"stands_for": "addresses", "addresses": "nobody"}, "addresses", "'nobody' is not an email address"),
        ({"name": "Account Owner"}, "name", "one of this name already"),
        ({"name": "a@example.org"}, "name", "no @"),
        ({"name": " _ "}, "name", "letters"),
    ],
)
def test_a_recipient_that_is_wrong_says_where(admin: Client, fields: dict[str, Any], field: str, problem: str) -> None:
    errors = admin.post(adding(Recipient), recipient_form(**fields)).context["adminform"].form.errors
    assert list(errors) == [field]
    assert problem in errors[field][0]


def test_only_what_is_the_accounts_own_can_be_chosen(admin: Client, alpha: World, beta: World) -> None:
    stranger, their_team = beta.admin, Team.objects.create(account=beta.account, name="theirs")
    for field, row in (("person", stranger), ("team", their_team)):
        answer = admin.post(adding(Recipient), recipient_form(stands_for=field, **{field: row.pk}))
        assert field in answer.context["adminform"].form.errors
    new = {"user": stranger.pk, "position": 0, "is_active": "on"}
    assert admin.post(adding(Team), team_form("Sales", new)).status_code == 200
    assert not Team.objects.filter(account=alpha.account).exists()


def test_the_names_that_still_mean_nobody_stand_out(admin: Client) -> None:
    html = admin.get(listing(Recipient)).content.decode()
    assert "engineering_lead" in html
    assert "Nobody yet" in html


def test_a_team_keeps_its_order_and_says_who_is_next(admin: Client, alpha: World, ada: User) -> None:
    first = {"user": ada.pk, "position": 1, "is_active": "on"}
    second = {"user": alpha.admin.pk, "position": 0, "is_active": "on"}
    last = {"user": person(alpha.account, "zoe", "viewer").pk, "position": "", "is_active": "on"}
    assert admin.post(adding(Team), team_form("Sales", first, second, last)).status_code == 302
    team = Team.objects.get()
    usernames = list(team.members.values_list("user__username", flat=True))
    assert usernames == ["alpha-admin", "ada", "zoe"]
    assert "alpha-admin" in next_cell(admin, team)
    next_in_turn(account_id=alpha.account.pk, name="sales", data={}, now=timezone.now())
    assert "ada" in next_cell(admin, team)


def test_somebody_can_be_taken_out_of_a_team(admin: Client, alpha: World, ada: User) -> None:
    team = Team.objects.create(account=alpha.account, name="Sales")
    member = TeamMember.objects.create(team=team, user=ada, position=1)
    kept = {"id": member.pk, "team": team.pk, "user": ada.pk, "position": 1, "DELETE": "on"}
    assert admin.post(page(team), team_form("Sales", kept, kept=1)).status_code == 302
    assert not team.members.exists()
    assert TeamMember.history.filter(history_type="-").exists()


def test_a_team_that_a_recipient_stands_for_stays(admin: Client, alpha: World) -> None:
    team = Team.objects.create(account=alpha.account, name="Sales")
    Recipient.objects.create(account=alpha.account, name="closers", team=team)
    url = page(team).replace("/change/", "/delete/")
    assert "closers" in admin.get(url).content.decode()
    admin.post(url, {"post": "yes"})
    assert Team.objects.exists()


def test_who_may_only_look_changes_nothing(viewer: Client, alpha: World) -> None:
    row = Recipient.objects.filter(account=alpha.account).first()
    assert row is not None
    team = Team.objects.create(account=alpha.account, name="Sales")
    TeamMember.objects.create(team=team, user=alpha.admin)
    for looked_at in (row, team):
        assert viewer.get(page(looked_at)).status_code == 200
    assert viewer.post(page(row), recipient_form(name="changed")).status_code == 403
    assert viewer.get(adding(Team)).status_code == 403
    editor = signed_in(person(alpha.account, "eddy", "editor"))
    assert editor.get(adding(Team)).status_code == 200


def next_cell(client: Client, team: Team) -> str:
    html = client.get(listing(Team)).content.decode()
    return html.split("field-next_in_turn")[1].split("</td>")[0]
