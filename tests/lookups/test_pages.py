"""Segments, lists and tables in the admin: forms without JSON, previews before saving, and who names what."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from opsflows.accounts.change_calendar import create_calendar
from opsflows.accounts.models import User
from opsflows.lookups.models import LookupTable, NamedList, Segment
from opsflows.lookups.save_list import create_list
from opsflows.lookups.save_segment import create_segment
from opsflows.lookups.save_table import create_table, set_rows
from opsflows.lookups.snapshots import content_of
from opsflows.lookups.table_content import Column
from opsflows.records.models import Record
from opsflows.rules import USUAL_WEEK
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import _served, admin, alpha, beta, live_server, opened, overhang, viewer, visit
from tests.admin.world import World

__all__ = ["_served", "admin", "alpha", "beta", "live_server", "opened", "viewer", "visit"]

pytestmark = pytest.mark.django_db

LOOK = {"type": "lookup", "table": "discounts", "key": "{{partner}}"}


@pytest.fixture
def table(alpha: World) -> LookupTable:
    columns = [Column("partner"), Column("discount", "number"), Column("active", "boolean")]
    table = create_table(actor=alpha.actor, name="discounts", columns=columns)
    rows = [["acme", "12.50", "yes"], ["globex", "5", "no"]]
    return set_rows(actor=alpha.actor, table=table, rows=rows, seen=content_of(table.snapshot).hash)


def rows_now(table: LookupTable) -> Any:
    table.refresh_from_db()
    return [[str(value) for value in row] for row in content_of(table.snapshot).rows]


def comparisons(*rows: tuple[str, str, str], **fields: Any) -> dict[str, Any]:
    names = ("field", "operator", "value")
    cells = {f"conditions-{name}": [row[place] for row in rows] for place, name in enumerate(names)}
    return {"join": "AND", "description": "", **cells, **fields}


def grid(table: LookupTable, *rows: tuple[str, str, str, str], **fields: Any) -> dict[str, Any]:
    names = ("c0", "c1", "c2", "was")
    cells = {f"grid-{name}": [row[place] for row in rows] for place, name in enumerate(names)}
    return {"seen": table.snapshot.content_hash, **cells, **fields}


# --- segments ---------------------------------------------------------------------------------------------------------


def test_a_segment_is_written_in_rows(admin: Client, alpha: World) -> None:
    create_list(actor=alpha.actor, name="Our markets", values=["DE"])
    rows = [
        ("employees", "greater_than", "1000"),
        ("plan", "in", "enterprise, scale"),
        ("country", "in_list", "Our markets"),
        ("email", "is_not_empty", ""),
        ("", "equals", ""),
    ]
    answer = admin.post(adding(Segment), comparisons(*rows, name="enterprise"), follow=True)
    assert "Conditions can say “in segment enterprise” now." in answer.content.decode()
    segment = Segment.objects.get()
    assert segment.conditions == {
        "logic": "AND",
        "rules": [
            {"field": "employees", "operator": "greater_than", "value": 1000},
            {"field": "plan", "operator": "in", "value": ["enterprise", "scale"]},
            {"field": "country", "operator": "in_list", "value": "Our markets"},
            {"field": "email", "operator": "is_not_empty"},
        ],
    }
    html = admin.get(page(segment)).content.decode()
    assert "employees is greater than 1,000" in html
    assert "country is on the list “Our markets”" in html
    assert 'value="enterprise, scale"' in admin.get(act(segment, "edit")).content.decode()
    # The form as it was shown changes nothing.
    shown = admin.get(act(segment, "edit")).context["form"]
    again = comparisons(*shown["conditions"].value(), join=shown["join"].value())
    before = segment.conditions
    admin.post(act(segment, "edit"), again)
    segment.refresh_from_db()
    assert segment.conditions == before


def test_what_is_wrong_in_a_row_stands_at_the_rows_and_keeps_them(admin: Client) -> None:
    answer = admin.post(adding(Segment), comparisons(("", "equals", "x"), ("plan", "in_list", "EUU"), name="new"))
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["conditions"]
    html = answer.content.decode()
    assert "There is no list &#x27;EUU&#x27;" in html
    assert 'value="EUU"' in html
    answer = admin.post(adding(Segment), comparisons(("", "equals", "x"), name="new"))
    assert "is missing; name the field to look at" in answer.content.decode()


def test_a_segment_in_a_segment_needs_no_field(admin: Client, alpha: World) -> None:
    leaf = {"field": "vip", "operator": "is_true"}
    create_segment(actor=alpha.actor, name="inner", conditions={"logic": "AND", "rules": [leaf]})
    admin.post(adding(Segment), comparisons(("", "not_in_segment", "inner"), name="outer", join="OR"))
    outer = Segment.objects.get(name="outer")
    assert outer.conditions == {"logic": "OR", "rules": [{"operator": "not_in_segment", "value": "inner"}]}
    assert "not in segment “inner”" in admin.get(page(outer)).content.decode()


def test_how_many_are_in_it(admin: Client, alpha: World) -> None:
    leaf = {"field": "employees", "operator": "greater_than", "value": 10}
    segment = create_segment(actor=alpha.actor, name="large", conditions={"logic": "AND", "rules": [leaf]})
    for number in (5, 50, 500):
        made = {"title": "x", "created_at": timezone.now(), "updated_at": timezone.now()}
        Record.objects.create(account=alpha.account, type="lead", data={"employees": number}, **made)
    html = admin.get(page(segment), {"sample": "record:lead"}).content.decode()
    assert "Of the newest records of type lead, 2 of 3 are in it." in html
    assert "are in it." not in admin.get(page(segment), {"sample": "record:other"}).content.decode()


def test_groups_in_groups_are_read_and_not_offered_as_rows(admin: Client, alpha: World) -> None:
    inner = {"logic": "OR", "rules": [{"field": "vip", "operator": "is_true"}]}
    segment = create_segment(actor=alpha.actor, name="deep", conditions={"logic": "AND", "rules": [inner]})
    html = admin.get(page(segment)).content.decode()
    assert "vip is true" in html
    assert act(segment, "edit") not in html


# --- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_that_came_along_is_made_ones_own(admin: Client, alpha: World) -> None:
    shipped = NamedList.objects.create(name="EU", values=["DE", "FR"])
    assert "Came with OpsFlows" in admin.get(page(shipped)).content.decode()
    answer = admin.post(
        act(shipped, "make-own"), {"values": "DE\r\n FR \r\n\r\nNO", "description": "Ours"}, follow=True
    )
    assert "is yours now" in answer.content.decode()
    own = NamedList.objects.get(account=alpha.account)
    assert own.values == ["DE", "FR", "NO"]
    html = admin.get(listing(NamedList)).content.decode()
    assert page(own) in html
    assert page(shipped) not in html
    admin.post(act(own, "remove"))
    assert page(shipped) in admin.get(listing(NamedList)).content.decode()


def test_a_page_tells_who_names_it_and_gives_them_the_new_values(admin: Client, alpha: World) -> None:
    mine = create_list(actor=alpha.actor, name="Rivals", values=["a"])
    leaf = {"field": "rival", "operator": "in_list", "value": "Rivals"}
    live = alpha.workflow("Live", conditions={"rules": [leaf]})
    graph = to_graph({"trigger": "a.b", "conditions": {"rules": [leaf]}, "actions": []})
    create_workflow(actor=alpha.actor, name="Only drafted", workflow_data=graph)
    html = admin.get(page(mine)).content.decode()
    assert "with these values" in html
    assert "Only drafted" in html
    admin.post(act(mine, "edit"), {"values": "a\nb", "description": ""})
    assert "1 workflow still keeps older values: “Live”." in admin.get(page(mine)).content.decode()
    assert "cannot be published anew" in admin.get(act(mine, "remove")).content.decode()
    answer = admin.post(act(mine, "renew"), follow=True)
    assert "The new values are used in 1 workflow." in answer.content.decode()
    version = Workflow.objects.get(pk=live.pk).published_version
    assert version is not None
    assert version.references["list"]["Rivals"] == {"values": ["a", "b"]}


# --- tables -----------------------------------------------------------------------------------------------------------


def test_a_table_is_made_and_filled_from_a_file_with_a_look_in_between(admin: Client) -> None:
    columns = {"columns-name": ["sku", "price", "", ""], "columns-type": ["text", "number", "text", "text"]}
    empty = {"columns-was": ["", "", "", ""]}
    answer = admin.post(adding(LookupTable), {"name": "prices", "description": "", **columns, **empty}, follow=True)
    assert "now give it rows" in answer.content.decode()
    table = LookupTable.objects.get()
    file = SimpleUploadedFile("prices.csv", "\ufeffsku;price\na;1.50\nb;2\n".encode())
    sent = {"seen": table.snapshot.content_hash, "mode": "replace", "text": "", "file": file}
    answer = admin.post(act(table, "paste"), sent)
    assert "2 new, 0 changed, 0 gone" in answer.content.decode()
    assert rows_now(table) == []
    shown = answer.context["form"]
    answer = admin.post(
        act(table, "paste"), {name: shown[name].value() for name in ("seen", "mode", "text")} | {"save": 1}
    )
    assert answer.status_code == 302
    assert rows_now(table) == [["a", "1.50"], ["b", "2"]]
    file_again = admin.get(f"{page(table).removesuffix('change/')}csv/")
    assert file_again.content.decode() == "\ufeffsku,price\r\na,1.50\r\nb,2\r\n"


def test_pasted_rows_show_what_they_change(admin: Client, table: LookupTable) -> None:
    sent = {"seen": table.snapshot.content_hash, "mode": "replace", "text": "partner\tdiscount\nacme\t20\nnew\t1"}
    html = admin.post(act(table, "paste"), sent).content.decode()
    assert "1 new, 1 changed, 1 gone" in html
    assert "<td>12.50</td><td>20</td>" in html
    answer = admin.post(act(table, "paste"), sent | {"text": "partner,rebate\nacme,x"})
    assert answer.status_code == 400
    assert "There is no column &quot;rebate&quot;" in answer.content.decode()
    assert rows_now(table) == [["acme", "12.50", "True"], ["globex", "5", "False"]]


def test_the_grid_changes_adds_and_takes_away(admin: Client, table: LookupTable) -> None:
    html = admin.get(act(table, "rows"), {"find": "GLOB"}).content.decode()
    assert 'value="globex"' in html
    assert 'value="acme"' not in html
    sent = grid(table, ("", "5", "no", "globex"), ("new", "7", "", ""), ("", "", "", ""))
    answer = admin.post(act(table, "rows"), sent, follow=True)
    assert "The table has 2 rows now." in answer.content.decode()
    assert rows_now(table) == [["acme", "12.50", "True"], ["new", "7", "None"]]
    answer = admin.post(act(table, "rows"), grid(table, ("acme", "a lot", "yes", "acme")))
    assert answer.status_code == 400
    assert "Row 1, discount: &quot;a lot&quot; is not a number" in answer.content.decode()
    assert 'value="a lot"' in answer.content.decode()


def test_what_others_saved_in_between_is_not_lost(admin: Client, table: LookupTable) -> None:
    sent = grid(table, ("acme", "1", "yes", "acme"))
    admin.post(act(table, "rows"), grid(table, ("acme", "99", "yes", "acme")))
    answer = admin.post(act(table, "rows"), sent)
    assert "Somebody else saved other rows in between" in answer.content.decode()
    assert rows_now(table)[0] == ["acme", "99", "True"]


def test_columns_are_renamed_added_and_taken_away(admin: Client, table: LookupTable) -> None:
    sent = {
        "seen": table.snapshot.content_hash,
        "description": "",
        "columns-name": ["partner", "percent", "", "note"],
        "columns-type": ["text", "number", "boolean", "text"],
        "columns-was": ["partner", "discount", "active", ""],
    }
    assert admin.post(act(table, "columns"), sent).status_code == 302
    assert rows_now(table) == [["acme", "12.50", "None"], ["globex", "5", "None"]]


def test_a_large_table_is_shown_page_by_page(admin: Client, alpha: World, table: LookupTable) -> None:
    rows = [[f"p{number:03}", "1", "yes"] for number in range(120)]
    set_rows(actor=alpha.actor, table=table, rows=rows, seen=table.snapshot.content_hash)
    html = admin.get(page(table), {"page": "3"}).content.decode()
    assert "Page 3 of 3" in html
    assert "p119" in html
    assert "p049" not in html
    assert "No row holds “zzz”." in admin.get(page(table), {"find": "zzz"}).content.decode()
    assert "Page 1 of 5" in admin.get(act(table, "rows"), {"page": "x"}).content.decode()


def test_the_largest_grid_fits_into_a_request(admin: Client, alpha: World) -> None:
    columns = [Column("key"), *(Column(f"c{number}") for number in range(19))]
    table = create_table(actor=alpha.actor, name="wide", columns=columns)
    rows = [[f"k{number}", *["x"] * 19] for number in range(30)]
    table = set_rows(actor=alpha.actor, table=table, rows=rows, seen=table.snapshot.content_hash)
    shown = admin.get(act(table, "rows")).context["form"]["grid"].value()
    cells = {
        f"grid-{name}": [row[at] for row in shown] for at, name in enumerate([*(f"c{n}" for n in range(20)), "was"])
    }
    answer = admin.post(act(table, "rows"), {"seen": table.snapshot.content_hash, **cells}, follow=True)
    assert "The table has 30 rows now." in answer.content.decode()


def test_a_viewer_looks_and_changes_nothing(viewer: Client, alpha: World, table: LookupTable) -> None:
    alpha.workflow("Rule", actions=[LOOK])
    html = viewer.get(page(table)).content.decode()
    assert "with these rows" in html
    assert act(table, "rows") not in html
    assert viewer.get(act(table, "rows")).status_code == 403
    assert viewer.post(act(table, "paste"), {"mode": "replace", "text": "partner\n"}).status_code == 403


def test_a_superuser_without_an_account_looks_at_all(alpha: World, beta: World, table: LookupTable) -> None:
    root = Client()
    root.force_login(User.objects.create_superuser("root", "root@example.com", "x"))
    assert root.get(page(table)).status_code == 200
    for model in (LookupTable, NamedList, Segment):
        assert root.get(listing(model)).status_code == 200


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_a_browser(visit: Callable[[str], Any], table: LookupTable) -> None:
    shown = visit(act(table, "paste"))
    shown.fill("textarea[name=text]", "partner\tdiscount\nacme\t99\nnew\t3")
    shown.click("text=Show what changes")
    shown.wait_for_selector("text=1 new, 1 changed, 0 gone")
    shown.click("text=Save these rows")
    shown.wait_for_selector("text=The table has 3 rows now.")
    shown = visit(adding(Segment))
    shown.fill("input[name=name]", "large")
    shown.click("text=Another one")
    shown.keyboard.type("employees")
    last = shown.locator(".ops-pairs li").last
    last.locator("select").select_option("greater_than")
    last.locator("input[name=conditions-value]").fill("10")
    shown.click("button[type=submit].ops-primary")
    shown.wait_for_selector("text=employees is greater than 10")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_nothing_of_a_table_is_missing(visit: Callable[[str], Any], opened: Any, alpha: World) -> None:
    opened.set_viewport_size({"width": 390, "height": 844})
    names = ["partner", "discount", "active", "remark"]
    table = create_table(actor=alpha.actor, name="wide", columns=[Column(name) for name in names])
    long = ["acme", "12.50", "yes", "x" * 400]
    set_rows(actor=alpha.actor, table=table, rows=[long], seen=content_of(table.snapshot).hash)
    shown = visit(page(table))
    assert [each.inner_text() for each in shown.locator("th:visible").all()] == names
    assert shown.locator("td:visible").last.inner_text() == "x" * 400
    assert overhang(shown) == 0
    shown = visit(act(table, "paste"))
    shown.fill("textarea[name=text]", "partner\tdiscount\nacme\t99")
    shown.click("text=Show what changes")
    shown.wait_for_selector("text=0 new, 1 changed, 0 gone")
    assert [each.inner_text() for each in shown.locator("td:visible").all()] == ["acme", "discount", "12.50", "99"]
    assert overhang(shown) == 0


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_a_comparison_is_read_whole(visit: Callable[[str], Any], opened: Any, alpha: World) -> None:
    opened.set_viewport_size({"width": 390, "height": 844})
    leaf = {"field": "customer.address.country", "operator": "not_contains", "value": "Austria"}
    segment = create_segment(actor=alpha.actor, name="eu", conditions={"logic": "AND", "rules": [leaf]})
    shown = visit(act(segment, "edit"))
    field = shown.locator("input[name=conditions-field]").first
    assert field.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert shown.locator(".ops-cells").evaluate("each => each.scrollWidth <= each.clientWidth")


def test_business_days_are_those_of_the_account(admin: Client, alpha: World) -> None:
    week = (*USUAL_WEEK[:5], USUAL_WEEK[0], ())
    create_calendar(actor=alpha.actor, name="Six days", week=week, now=timezone.now())
    leaf = {"field": "due", "operator": "before", "value": "+2 business days"}
    segment = create_segment(actor=alpha.actor, name="soon", conditions={"logic": "AND", "rules": [leaf]})
    # A Friday: two business days on it is Monday, not Tuesday, where Saturday is one.
    now = datetime.datetime(2026, 3, 6, 12, tzinfo=datetime.UTC)
    made = {"title": "x", "created_at": now, "updated_at": now}
    Record.objects.create(account=alpha.account, type="lead", data={"due": "2026-03-09"}, **made)
    with time_machine.travel(now, tick=False):
        html = admin.get(page(segment), {"sample": "record:lead"}).content.decode()
    assert "Of the newest records of type lead, 0 of 1 are in it." in html
