"""Who a name in a rule stands for, and whose turn it is."""

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from opsflows.accounts.actor import system_actor
from opsflows.accounts.models import Membership, PlatformAccount, Recipient, Team, TeamMember, User
from opsflows.accounts.remove_member import remove_member
from opsflows.accounts.resolve_recipient import Resolved, UnknownRecipient, next_in_turn, resolve_recipient
from tests.accounts.conftest import NOW, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(account: PlatformAccount) -> User:
    return named(person(account, "ada", "editor"), "Ada", "Lovelace")


@pytest.fixture
def grace(account: PlatformAccount) -> User:
    return named(person(account, "grace-h", "viewer"), "Grace", "Hopper")


@pytest.fixture
def sales(account: PlatformAccount, ada: User, grace: User) -> Team:
    return team(account, "Sales Team", ada, grace)


def named(user: User, first: str, last: str) -> User:
    user.first_name, user.last_name = first, last
    user.save()
    return user


def team(account: PlatformAccount, name: str, *people: User) -> Team:
    made = Team.objects.create(account=account, name=name)
    for position, user in enumerate(people):
        TeamMember.objects.create(team=made, user=user, position=position)
    return made


def recipient(account: PlatformAccount, name: str, **target: Any) -> Recipient:
    row = Recipient.objects.filter(account=account, name=name).first() or Recipient(account=account, name=name)
    for field, value in target.items():
        setattr(row, field, value)
    row.save()
    return row


def who(account: PlatformAccount, name: str, **data: Any) -> Resolved:
    return resolve_recipient(account_id=account.pk, name=name, data=data)


def turn(account: PlatformAccount, name: str = "sales_team") -> str:
    return next_in_turn(account_id=account.pk, name=name, data={}, now=NOW).people[0].username


def unknown(account: PlatformAccount, name: str, **data: Any) -> str:
    with pytest.raises(UnknownRecipient) as caught:
        who(account, name, **data)
    return str(caught.value)


@pytest.mark.parametrize("name", ["ada", "ADA", "Ada Lovelace", "ada_lovelace", " ada-lovelace ", "ada@example.com"])
def test_a_member_is_found_by_every_name_they_have(account: PlatformAccount, ada: User, name: str) -> None:
    found = who(account, name)
    assert (found.people, found.addresses) == ((ada,), ("ada@example.com",))


def test_an_address_of_nobody_here_stands_for_itself(account: PlatformAccount, ada: User) -> None:
    assert who(account, "boss@example.org") == Resolved("boss@example.org", (), ("boss@example.org",))


@pytest.mark.parametrize("name", ["Sales Team", "sales_team", "SALES-TEAM"])
def test_a_team_is_everybody_in_it(account: PlatformAccount, sales: Team, ada: User, grace: User, name: str) -> None:
    found = who(account, name)
    assert (found.name, found.people) == ("Sales Team", (ada, grace))
    assert found.addresses == ("ada@example.com", "grace-h@example.com")


def test_a_new_account_knows_the_names_that_rules_use(account: PlatformAccount) -> None:
    assert who(account, "Account Owner", accountOwnerEmail="x@example.org").addresses == ("x@example.org",)
    for name in ("engineering_lead", "customer_success", "sales_leadership"):
        assert "nobody yet" in unknown(account, name)
        assert "People and access, Recipients" in unknown(account, name)


@pytest.mark.parametrize(
    ("value", "usernames"),
    [("ada@example.com", ["ada"]), ("Grace Hopper", ["grace-h"]), (["ada", "sales team"], ["ada", "grace-h"])],
)
def test_the_event_may_name_people_and_teams(
    account: PlatformAccount, sales: Team, value: Any, usernames: list[str]
) -> None:
    recipient(account, "owner", event_field="deal.owner")
    assert [user.username for user in who(account, "owner", deal={"owner": value}).people] == usernames


@pytest.mark.parametrize("value", ["", None, 3, [], {"x": 1}])
def test_an_event_that_names_nobody_is_said(account: PlatformAccount, value: Any) -> None:
    assert "'accountOwnerEmail'" in unknown(account, "account_owner", accountOwnerEmail=value)


def test_an_event_cannot_name_a_recipient(account: PlatformAccount) -> None:
    assert "'account_owner' there" in unknown(account, "account_owner", accountOwnerEmail="account_owner")


def test_a_recipient_may_be_a_person_a_team_or_addresses(account: PlatformAccount, sales: Team, ada: User) -> None:
    recipient(account, "engineering_lead", person=ada)
    recipient(account, "customer_success", team=sales)
    recipient(account, "board", addresses="one@example.org\nada@example.com")
    assert who(account, "engineering lead").people == (ada,)
    assert len(who(account, "customer-success").people) == 2
    board = who(account, "Board")
    assert (board.people, board.addresses) == ((ada,), ("one@example.org", "ada@example.com"))


def test_it_stands_for_one_thing_at_most(account: PlatformAccount, ada: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        recipient(account, "both", person=ada, event_field="owner")


def test_an_unfilled_recipient_leaves_its_name_to_a_team(account: PlatformAccount, ada: User) -> None:
    team(account, "Customer success", ada)
    assert who(account, "customer_success").people == (ada,)


def test_who_has_left_is_not_written_to(account: PlatformAccount, sales: Team, ada: User, grace: User) -> None:
    recipient(account, "engineering_lead", person=ada)
    remove_member(actor=system_actor(account.pk), membership=Membership.objects.get(user=ada), now=NOW)
    assert "no active member any more" in unknown(account, "engineering_lead")
    assert who(account, "sales team").people == (grace,)
    assert "correct it, or add it" in unknown(account, "ada")
    grace.is_active = False
    grace.save()
    assert "Nobody takes part in the team 'Sales Team'" in unknown(account, "sales team")


def test_two_people_of_one_name_are_not_guessed_between(account: PlatformAccount, ada: User) -> None:
    named(person(account, "ada2", "viewer"), "Ada", "Lovelace")
    assert "ada, ada2" in unknown(account, "Ada Lovelace")


def test_names_end_at_the_account(account: PlatformAccount, other: PlatformAccount, sales: Team, ada: User) -> None:
    for name in ("ada", "sales team"):
        assert "no member" in unknown(other, name)
    assert who(other, "ada@example.com").people == ()


def test_a_team_takes_turns(account: PlatformAccount, sales: Team) -> None:
    assert [turn(account) for _ in range(5)] == ["ada", "grace-h", "ada", "grace-h", "ada"]


def test_a_turn_through_a_recipient_is_the_teams_turn(account: PlatformAccount, sales: Team) -> None:
    recipient(account, "customer_success", team=sales)
    assert [turn(account), turn(account, "customer_success")] == ["ada", "grace-h"]


def test_turns_stay_fair_when_the_team_changes(account: PlatformAccount, sales: Team, grace: User) -> None:
    third = TeamMember.objects.create(team=sales, user=person(account, "mary", "viewer"), position=2)
    assert [turn(account), turn(account)] == ["ada", "grace-h"]
    away = TeamMember.objects.get(user=grace)
    away.is_active = False
    away.save()
    assert turn(account) == "mary"
    away.delete()
    assert [turn(account), turn(account)] == ["ada", "mary"]
    third.delete()
    assert turn(account) == "ada"


def test_a_turn_that_is_rolled_back_was_not_taken(account: PlatformAccount, sales: Team) -> None:
    with transaction.atomic():
        turn(account)
        transaction.set_rollback(True)
    assert turn(account) == "ada"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_takers_never_get_the_same_turn(account: PlatformAccount, sales: Team) -> None:
    for name in ("mary", "joan"):
        TeamMember.objects.create(team=sales, user=person(account, name, "viewer"), position=5)
    taken: list[str] = []
    start = threading.Barrier(4)

    def take() -> None:
        start.wait(10)
        try:
            for _ in range(10):
                with transaction.atomic():
                    taken.append(turn(account))
        finally:
            connection.close()

    takers = [threading.Thread(target=take) for _ in range(4)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join(30)
    assert Counter(taken) == {"ada": 10, "grace-h": 10, "mary": 10, "joan": 10}


def test_history_tells_who_a_name_stood_for(account: PlatformAccount, ada: User) -> None:
    row = recipient(account, "engineering_lead", person=ada)
    recipient(account, "engineering_lead", person=None, addresses="x@example.org")
    assert [each.addresses for each in row.history.all()] == ["x@example.org", "", ""]
