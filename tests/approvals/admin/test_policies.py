"""Policies are written in blocks and rows, read as sentences, and tried before anybody is asked."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import Forbidden, system_actor
from opsflows.accounts.actor_for_user import actor_for_user
from opsflows.accounts.models import User
from opsflows.approvals.models import ApprovalPolicy, ApprovalRequest, FormSubmission
from opsflows.approvals.people.delegate import delegate
from opsflows.approvals.save_policy import change_policy, create_policy
from opsflows.audit.models import AuditEntry
from opsflows.events.models import EventPayload
from opsflows.workflows.models import Workflow
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import signed_in
from tests.admin.test_queries import assert_fixed
from tests.admin.world import World, person

pytestmark = pytest.mark.django_db

NESTED = {"logic": "AND", "rules": [{"logic": "OR", "rules": [{"field": "a", "operator": "equals", "value": 1}]}]}


def block(at: int, **said: Any) -> dict[str, Any]:
    """What the browser sends of one level."""
    plain = {
        "name": "",
        "position": str(at + 1),
        "approvers": "",
        "mode": "one",
        "number": "",
        "join": "",
        "when-field": ["", ""],
        "when-operator": ["equals", "equals"],
        "when-value": ["", ""],
        "timeout": "",
        "onTimeout": "expire",
        "escalateTo": "",
        "remindEvery": "",
    }
    return {f"level-{at}-{name}": value for name, value in (plain | said).items()}


def sent(*levels: dict[str, Any], **said: Any) -> dict[str, Any]:
    """What the browser sends of the whole form."""
    plain = {
        "name": "Expenses",
        "description": "",
        "answers": "first",
        "commentOnReject": "on",
        "login": "never",
        "loginAbove": "",
        "onChanges": "amend",
        "amendWithin": "14 days",
        "blocks": str(len(levels)),
    }
    return {key: value for each in levels for key, value in each.items()} | plain | said


def policy(world: World, *levels: dict[str, Any], **rules: Any) -> ApprovalPolicy:
    plan = {"levels": list(levels) or [{"approvers": ["manager"]}], **rules}
    return create_policy(actor=world.actor, name="Expenses", plan=plan, now=timezone.now())


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("&quot;", '"').replace("&#x27;", "'").split())


# --- the form ---------------------------------------------------------------------------------------------------------


def test_a_policy_is_written_without_json(admin: Client, alpha: World) -> None:
    manager = block(0, name="Manager", approvers="manager", timeout="48 hours", remindEvery="1 business day")
    finance = block(
        1,
        name="Finance",
        approvers="fay\n\n finance team \n{{costCentreOwner}}",
        mode="number",
        number="2",
        join="AND",
        **{"when-field": ["amount", ""], "when-operator": ["greater_than", "equals"], "when-value": ["1000", ""]},
    )
    legal = block(2, approvers="role:admin", together="on", timeout="2 days", onTimeout="escalate", escalateTo="cleo")
    rules = {"login": "above", "loginAbove": "5,000.50", "answers": "all", "skipRepeated": "on", "description": "Money"}
    answer = admin.post(adding(ApprovalPolicy), sent(manager, finance, legal, block(3), **rules), follow=True)
    assert "Workflows can ask by the policy “Expenses” now." in text_of(answer)
    kept = ApprovalPolicy.objects.get()
    assert kept.plan == {
        "levels": [
            level("Manager", ["manager"], timeout="48 hours", remindEvery="1 business day"),
            level(
                "Finance",
                ["fay", "finance team", "{{costCentreOwner}}"],
                mode="2",
                when={"logic": "AND", "rules": [{"field": "amount", "operator": "greater_than", "value": 1000}]},
            ),
            level("", ["role:admin"], together=True, timeout="2 days", onTimeout="escalate", escalateTo=["cleo"]),
        ],
        "collectAll": True,
        "commentOnReject": True,
        "skipRepeated": True,
        "loginAbove": Decimal("5000.5"),
        "loginAlways": False,
        "onChanges": "amend",
        "amendWithin": "14 days",
    }
    assert kept.description == "Money"
    assert AuditEntry.objects.get(action="approval_policy.created").detail["levels"][0] == "Manager"


def level(name: str, approvers: list[str], **more: Any) -> dict[str, Any]:
    plain = {"mode": "one", "when": None, "timeout": "", "onTimeout": "expire", "escalateTo": [], "remindEvery": ""}
    return {"name": name, "approvers": approvers, "together": False, **plain, **more}


def test_a_form_that_was_not_touched_changes_nothing(admin: Client, alpha: World) -> None:
    condition = {"logic": "OR", "rules": [{"field": "country", "operator": "in", "value": ["DE", "AT"]}]}
    row = policy(
        alpha,
        {"name": "One", "approvers": ["manager"], "mode": "all", "when": condition, "timeout": "3 days"},
        {"approvers": ["a@b.example", "fay"], "mode": "2", "together": True, "when": NESTED},
        loginAlways=True,
        onChanges="go_on",
    )
    before = row.plan
    form = admin.get(act(row, "edit")).context["form"]
    data = {name: form[name].value() for name in form.fields} | {"blocks": form.blocks}
    for each in form.levels:
        for name in each.fields:
            value = each[name].value()
            if name == "when":
                columns = zip(*value, strict=True) if value else ((), (), ())
                names = ("field", "operator", "value")
                data |= {f"{each.prefix}-when-{key}": list(cells) for key, cells in zip(names, columns, strict=True)}
            elif value not in (None, False):
                data[f"{each.prefix}-{name}"] = value
    data = {key: value for key, value in data.items() if value not in (None, False)}
    assert admin.post(act(row, "edit"), data).status_code == 302
    row.refresh_from_db()
    assert row.plan == before


def test_levels_are_reordered_and_taken_away(admin: Client, alpha: World) -> None:
    row = policy(
        alpha, {"name": "A", "approvers": ["a"]}, {"name": "B", "approvers": ["b"]}, {"name": "C", "approvers": ["c"]}
    )
    seen = admin.get(act(row, "edit")).context["form"]["seen"].value()
    first = block(0, name="A", approvers="a", position="9")
    gone = block(1, name="B", approvers="b", remove="on")
    last = block(2, name="C", approvers="c", together="on")
    admin.post(act(row, "edit"), sent(first, gone, last, block(3), seen=seen))
    row.refresh_from_db()
    # The first level has nobody to be asked together with.
    assert [(each["name"], each["together"]) for each in row.plan["levels"]] == [("C", False), ("A", False)]


def test_mistakes_stand_beside_their_fields_and_the_rest_is_kept(admin: Client, alpha: World) -> None:
    levels = [block(0, name="Boss", approvers="manager", timeout="soon"), block(1, name="Nobody", mode="number")]
    answer = admin.post(adding(ApprovalPolicy), sent(*levels, amendWithin="later", login="above", loginAbove="lots"))
    assert answer.status_code == 400
    form = answer.context["form"]
    assert "How many" not in form.errors
    assert list(form.levels[1].errors) == ["number"]
    assert "loginAbove" in form.errors
    assert "Boss" in text_of(answer)
    fixed = block(1, name="Nobody", mode="number", number="2")
    answer = admin.post(adding(ApprovalPolicy), sent(levels[0], fixed, amendWithin="later"))
    assert answer.status_code == 400
    form = answer.context["form"]
    assert list(form.levels[0].errors) == ["timeout"]
    assert list(form.levels[1].errors) == ["approvers"]
    assert "amendWithin" in form.errors
    assert ApprovalPolicy.objects.count() == 0


def test_a_name_that_nobody_has_is_said_when_it_is_saved(admin: Client, alpha: World) -> None:
    named = block(0, approvers="alpha-admin\nFinence\nmanager\n{{owner}}\nrole:chief\na@b.example")
    html = text_of(admin.post(adding(ApprovalPolicy), sent(named), follow=True))
    assert "But mind: 'Finence' is no email address, no member, no team and no recipient" in html
    assert "'chief' is no role" in html
    assert html.count(" is no ") == 2


def test_a_condition_that_names_what_is_not_there(admin: Client, alpha: World) -> None:
    cells = {"when-field": ["country"], "when-operator": ["in_list"], "when-value": ["Markets"]}
    answer = admin.post(adding(ApprovalPolicy), sent(block(0, approvers="manager", join="AND", **cells)))
    assert list(answer.context["form"].levels[0].errors) == ["when"]
    assert "There is no list 'Markets'" in text_of(answer)


def test_room_for_another_level_saves_and_judges_nothing(admin: Client, alpha: World) -> None:
    levels = [block(0, approvers="manager", timeout="soon")]
    answer = admin.post(adding(ApprovalPolicy), sent(*levels, **{"more-levels": "1"}))
    form = answer.context["form"]
    assert (answer.status_code, len(form.levels)) == (200, 2)
    assert form.levels[0]["timeout"].value() == "soon"
    assert "ops-error" not in answer.content.decode()
    assert ApprovalPolicy.objects.count() == 0


def test_what_rows_cannot_show_stays_and_can_be_taken_away(admin: Client, alpha: World) -> None:
    row = policy(alpha, {"approvers": ["manager"], "when": NESTED})
    html = text_of(admin.get(act(row, "edit")))
    assert "A program wrote this condition." in html
    seen = admin.get(act(row, "edit")).context["form"]["seen"].value()
    level = {key: value for key, value in block(0, approvers="fay").items() if "when" not in key and "join" not in key}
    admin.post(act(row, "edit"), sent(level, seen=seen))
    row.refresh_from_db()
    assert (row.plan["levels"][0]["approvers"], row.plan["levels"][0]["when"]) == (["fay"], NESTED)
    seen = admin.get(act(row, "edit")).context["form"]["seen"].value()
    admin.post(act(row, "edit"), sent(level | {"level-0-drop": "on"}, seen=seen))
    row.refresh_from_db()
    assert row.plan["levels"][0]["when"] is None


def test_two_people_do_not_overwrite_one_another(admin: Client, alpha: World) -> None:
    row = policy(alpha)
    seen = admin.get(act(row, "edit")).context["form"]["seen"].value()
    plan = {"levels": [{"approvers": ["cleo"]}]}
    change_policy(actor=alpha.actor, policy=row, plan=plan, description="", now=timezone.now())
    answer = admin.post(act(row, "edit"), sent(block(0, approvers="bob"), seen=seen))
    assert "Somebody else changed the policy meanwhile" in text_of(answer)
    row.refresh_from_db()
    assert row.plan["levels"][0]["approvers"] == ["cleo"]


def test_a_name_is_there_once(alpha: World) -> None:
    policy(alpha)
    with pytest.raises(Exception, match="already"):
        create_policy(actor=alpha.actor, name="expenses ", plan={"levels": [{"approvers": ["a"]}]}, now=timezone.now())


def test_a_policy_of_another_account_is_nobodys(alpha: World, beta: World) -> None:
    row = policy(alpha)
    with pytest.raises(Forbidden):
        change_policy(
            actor=system_actor(beta.account.pk), policy=row, plan=row.plan, description="", now=timezone.now()
        )


def test_an_editor_writes_and_a_viewer_reads(alpha: World) -> None:
    row = policy(alpha)
    editor = signed_in(person(alpha.account, "eda", "editor"))
    reader = signed_in(person(alpha.account, "vic", "viewer"))
    assert (editor.get(act(row, "edit")).status_code, reader.get(act(row, "edit")).status_code) == (200, 403)
    assert reader.get(page(row)).status_code == 200
    assert reader.get(listing(ApprovalRequest)).status_code == 403


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_chain_reads_as_sentences(admin: Client, alpha: World) -> None:
    condition = {"logic": "AND", "rules": [{"field": "amount", "operator": "greater_than", "value": 1000}]}
    row = policy(
        alpha,
        {"name": "Boss", "approvers": ["manager"], "timeout": "48 hours", "onTimeout": "reject"},
        {"name": "Money", "approvers": ["fay", "finn"], "mode": "all", "when": condition, "together": True},
        loginAbove="5000",
    )
    html = text_of(admin.get(page(row)))
    assert "The manager of whoever asks has to approve" in html
    assert "Within 48 hours; otherwise the request is rejected." in html
    assert "All of fay, finn have to approve, only if amount is greater than 1,000" in html
    assert "at the same time as 1" in html
    assert "Above 5,000, and where no amount is known, people sign in before they decide." in html
    assert "Boss + Money" in text_of(admin.get(listing(ApprovalPolicy)))


def test_trying_names_the_very_people(admin: Client, alpha: World, ann: User) -> None:
    fay, finn = (person(alpha.account, name, "viewer") for name in ("fay", "finn"))
    now = timezone.now()
    away = {"starts_at": now, "ends_at": now + timezone.timedelta(days=1)}
    delegate(actor=alpha.actor, person_id=fay.pk, stand_in_id=finn.pk, **away, now=now)
    condition = {"logic": "AND", "rules": [{"field": "amount", "operator": "greater_than", "value": 1000}]}
    row = policy(
        alpha,
        {"name": "Boss", "approvers": ["manager"]},
        {"name": "Money", "approvers": ["fay", "ann"], "when": condition},
        {"name": "Outside", "approvers": ["{{partner}}"]},
    )
    small = admin.get(page(row), {"amount": "500", "person": str(ann.pk)}).context["tried"]
    assert [each.is_asked for each in small.levels] == [True, False, True]
    assert small.levels[0].people == (("max", ""),)
    assert "500" in str(small.levels[1].explanation)
    # Nobody is named by an empty variable, so administrators are.
    assert small.levels[2].people[0] == ("alpha-admin", "because somebody who is named cannot be asked")
    large = admin.get(page(row), {"amount": "1,500.00", "person": str(ann.pk)}).context["tried"]
    assert large.levels[1].people == (("finn", "stands in for fay"),)
    assert "ann asks, and nobody decides their own request." in large.levels[1].notes
    assert ApprovalRequest.objects.count() == 0


def test_trying_with_an_event_of_the_account(admin: Client, alpha: World, beta: World) -> None:
    row = policy(alpha, {"approvers": ["{{owner}}"]})
    event, other = alpha.event(name="deal.won"), beta.event(name="deal.won")
    said = {event: {"owner": "cfo@example.com", "amount": 20}, other: {"owner": "spy@example.com"}}
    for each, data in said.items():
        EventPayload.objects.update_or_create(event=each, defaults={"data": data})
    tried = admin.get(page(row), {"sample": f"event:{event.pk}"})
    assert tried.context["tried"].levels[0].people == (("cfo@example.com", ""),)
    assert f"event:{event.pk}" in dict(tried.context["samples"])
    assert "spy@" not in admin.get(page(row), {"sample": f"event:{other.pk}"}).content.decode()


def test_trying_with_a_form_that_somebody_sent(admin: Client, alpha: World, ann: User) -> None:
    condition = {"field": "reason", "operator": "contains", "value": "travel"}
    row = policy(alpha, {"approvers": ["manager"]}, {"approvers": ["alpha-admin"], "when": condition})
    about = {"account": alpha.account, "form_name": "Expense", "submitted_by": ann, "created_at": timezone.now()}
    data = {"reason": "travel to Graz", "amount": "80"}
    sent_form = FormSubmission.objects.create(**about, data=data, event_id=alpha.event().pk, key="one")
    answer = admin.get(page(row), {"sample": f"form:{sent_form.pk}"})
    tried = answer.context["tried"]
    assert tried.sentence == "If ann asks, 2 of 2 levels are asked."
    assert [each.people[0][0] for each in tried.levels] == ["max", "alpha-admin"]
    assert "Form Expense" in dict(answer.context["samples"])[f"form:{sent_form.pk}"]


def test_the_page_costs_the_same_with_more_in_the_account(admin: Client, alpha: World, ann: User) -> None:
    row = policy(alpha, {"approvers": ["manager"]}, {"approvers": ["ann", "a@b.example"]})
    alpha.add(1)
    assert_fixed(admin, page(row), lambda: alpha.add(8))
    tried = f"{page(row)}?amount=5&person={ann.pk}"
    # The changed calendar is read once, and remembered.
    assert_fixed(admin, tried, lambda: alpha.add(4) and admin.get(tried))


@pytest.mark.parametrize("given", [{"amount": "lots"}, {"sample": "event:x"}, {"person": "x"}, {"amount": "1e999"}])
def test_trying_nonsense_is_no_error(admin: Client, alpha: World, given: dict[str, str]) -> None:
    assert admin.get(page(policy(alpha)), given).status_code == 200


def test_published_workflows_are_given_the_changed_policy(admin: Client, alpha: World) -> None:
    row = policy(alpha)
    workflow = alpha.workflow("Ask", actions=[{"type": "approval", "title": "May I?", "policy": "Expenses"}])
    plan = {"levels": [{"approvers": ["cleo"]}]}
    change_policy(actor=alpha.actor, policy=row, plan=plan, description="", now=timezone.now())
    assert "still keeps older levels" in text_of(admin.get(page(row)))
    admin.post(act(row, "renew"))
    version = Workflow.objects.get(pk=workflow.pk).published_version
    assert version is not None
    assert version.references["approval_policy"]["Expenses"]["plan"]["levels"][0]["approvers"] == ["cleo"]


def test_a_removed_policy_is_told(admin: Client, alpha: World) -> None:
    row = policy(alpha)
    admin.post(act(row, "remove"))
    assert ApprovalPolicy.objects.count() == 0
    entry = AuditEntry.objects.get(action="approval_policy.removed")
    assert entry.user_id == actor_for_user(user=alpha.admin, account=alpha.account, door="admin").user_id
