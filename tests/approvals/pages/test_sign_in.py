"""In, out, and between accounts: for every member, staff or not."""

from collections.abc import Callable

import pytest
from django.test import Client

from opsflows.accounts.models import User
from opsflows.approvals.models import ApprovalComment
from tests.approvals.office import Office

Desk = Callable[[str], Client]
MANAGER = {"approvers": ["manager"]}


def test_whoever_is_no_staff_signs_in_and_comes_back_to_where_they_were_going(office: Office) -> None:
    request = office.ask(MANAGER, title="Standing desk")
    office.people["max"].set_password("a good one")
    office.people["max"].save()
    visitor, target = Client(), f"/inbox/{request.pk}/"
    sent = visitor.get(target)
    assert sent.url == f"/inbox/sign-in/?next={target}"
    assert "Sign in" in visitor.get(sent.url).content.decode()
    wrong = visitor.post(sent.url, {"username": "max.acme", "password": "guess", "next": target})
    assert wrong.status_code == 200
    assert "Please enter a correct username and password" in wrong.content.decode()
    assert 'value="max.acme"' in wrong.content.decode()
    done = visitor.post(sent.url, {"username": "max.acme", "password": "a good one", "next": target})
    assert done.url == target
    assert "Standing desk" in visitor.get(target).content.decode()
    assert visitor.get("/inbox/sign-in/").url == "/inbox/"


@pytest.mark.parametrize("next_", ["https://elsewhere.example/", "//elsewhere.example"])
def test_nobody_is_led_out_of_the_house(next_: str, office: Office) -> None:
    office.people["max"].set_password("a good one")
    office.people["max"].save()
    data = {"username": "max.acme", "password": "a good one", "next": next_}
    assert Client().post("/inbox/sign-in/", data).url == "/inbox/"


def test_signing_out_wants_a_post(office: Office, at_desk: Desk) -> None:
    max_ = at_desk("max")
    assert max_.get("/inbox/sign-out/").status_code == 405
    assert max_.post("/inbox/sign-out/").url == "/inbox/sign-in/"
    assert max_.get("/inbox/").status_code == 302


def test_every_page_asks_strangers_to_sign_in(office: Office) -> None:
    request = office.ask(MANAGER)
    for url in ("", "requested/", "team/", "done/", "away/", "accounts/", f"{request.pk}/", f"{request.pk}/amend/"):
        assert Client().get(f"/inbox/{url}").url.startswith("/inbox/sign-in/"), url
    sent = Client().post(f"/inbox/{request.pk}/comment/", {"text": "Hello"})
    assert sent.url == f"/inbox/sign-in/?next=/inbox/{request.pk}/"
    assert not ApprovalComment.objects.exists()


def test_somebody_in_two_accounts_goes_from_one_to_the_other(office: Office, at_desk: Desk) -> None:
    other = Office("other")
    other.account.memberships.create(user=office.people["max"], role="viewer")
    other.person("eve")
    other.ask({"approvers": ["max.acme"]}, by="eve", title="Of the other house")
    max_ = at_desk("max")
    assert "Of the other house" not in max_.get("/inbox/").content.decode()
    assert "Work here" in max_.get("/inbox/accounts/").content.decode()
    assert max_.post("/inbox/accounts/", {"account": str(other.account.pk)}).url == "/inbox/"
    assert "Of the other house" in max_.get("/inbox/").content.decode()
    assert at_desk("ann").post("/inbox/accounts/", {"account": str(other.account.pk)}).status_code == 403
    assert at_desk("ann").post("/inbox/accounts/", {"account": "nonsense"}).status_code == 404


def test_a_link_into_another_of_their_accounts_leads_there(office: Office, at_desk: Desk) -> None:
    other = Office("other")
    other.account.memberships.create(user=office.people["max"], role="viewer")
    other.person("eve")
    target = f"/inbox/{other.ask({'approvers': ['max.acme']}, by='eve', title='Of the other house').pk}/"
    max_ = at_desk("max")
    missing = max_.get(target)
    assert missing.status_code == 404
    assert "Look in Other" in missing.content.decode()
    for next_, url in (("//elsewhere.example/", "/inbox/"), (target, target)):
        assert max_.post("/inbox/accounts/", {"account": str(other.account.pk), "next": next_}).url == url
    assert "Of the other house" in max_.get(target).content.decode()


def test_who_is_in_no_account_is_told_what_to_do(db: None) -> None:
    nobody = User.objects.create(username="nobody")
    client = Client()
    client.force_login(nobody)
    shown = client.get("/inbox/")
    assert shown.status_code == 403
    assert "ask an administrator to add you" in shown.content.decode()
    assert "Sign out" in shown.content.decode()
    assert client.get("/inbox/accounts/").status_code == 200


def test_the_way_to_the_settings_is_for_staff(office: Office, at_desk: Desk) -> None:
    assert "Rules and settings" not in at_desk("max").get("/inbox/").content.decode()
    User.objects.filter(pk=office.people["max"].pk).update(is_staff=True)
    assert "Rules and settings" in at_desk("max").get("/inbox/").content.decode()


def test_times_are_in_the_zone_of_the_account(office: Office, at_desk: Desk) -> None:
    type(office.account).objects.update(timezone="Asia/Tokyo")
    office.ask({**MANAGER, "timeout": "2 days"})
    assert "Wed 4 Mar 2026, 18:00:00 JST" in at_desk("max").get("/inbox/").content.decode()
