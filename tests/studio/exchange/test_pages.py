"""Export and import on their pages: a file goes out, and what one would do is shown before it is done."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from opsflows.studio.exchange.read import MAX_BYTES
from opsflows.workflows.models import Workflow
from tests.admin.addresses import listing, page
from tests.admin.world import World
from tests.studio.exchange.test_import import deals, text

pytestmark = pytest.mark.django_db


def upload(client: Client, content: str | bytes, name: str = "rules.yaml") -> tuple[int, str]:
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    answer = client.post(reverse("studio:import"), {"file": file})
    return answer.status_code, answer.content.decode() if answer.status_code != 302 else answer["Location"]


def seen(html: str) -> str:
    return html.partition('name="seen" value="')[2].partition('"')[0]


def test_chosen_workflows_are_downloaded(admin: Client, alpha: World, beta: World) -> None:
    one, two, theirs = deals(alpha), deals(alpha, "Others"), deals(beta, "Theirs")
    answer = admin.get(reverse("studio:export"), {"id": [one.pk, theirs.pk, "x"]})
    assert answer["Content-Disposition"] == 'attachment; filename="deals.yaml"'
    assert answer.content.decode() == text(one)
    both = admin.get(reverse("studio:export"), {"id": [one.pk, two.pk], "format": "json"})
    assert both["Content-Disposition"] == 'attachment; filename="workflows.json"'
    assert [each["name"] for each in both.json()] == ["Deals", "Others"]
    japanese = admin.get(reverse("studio:export"), {"id": deals(alpha, "東京").pk})
    assert japanese["Content-Disposition"] == "attachment; filename*=utf-8''%E6%9D%B1%E4%BA%AC.yaml"
    assert admin.get(reverse("studio:export"))["Location"] == reverse("studio:exchange")


def test_the_list_and_each_workflow_lead_here(admin: Client, viewer: Client, alpha: World) -> None:
    workflow = deals(alpha)
    for client, label in ((admin, "Export and import"), (viewer, "Export")):
        shown = client.get(listing(Workflow)).content.decode()
        assert f'href="{reverse("studio:exchange")}"' in shown
        assert label in shown
        assert f'href="{reverse("studio:export")}?id={workflow.pk}"' in client.get(page(workflow)).content.decode()
    answer = viewer.get(f"{reverse('studio:export')}?id={workflow.pk}")
    assert answer["Content-Disposition"] == 'attachment; filename="deals.yaml"'


def test_its_search_is_that_of_the_list(admin: Client, alpha: World) -> None:
    deals(alpha, "Ärger in Zürich")
    for sought in ("ÄRGER", "zu\u0308rich", "a\u0308rger slack"):
        assert "Ärger in Zürich" in admin.get(reverse("studio:exchange"), {"q": sought}).content.decode(), sought
    assert "In no workflow stands" in admin.get(reverse("studio:exchange"), {"q": "%"}).content.decode()


def test_nothing_happens_before_it_was_seen(admin: Client, alpha: World) -> None:
    content = text(deals(alpha)).replace("100000", "150000")
    status, html = upload(admin, f"{content}---\n{content.replace('name: Deals', 'name: New one')}")
    assert status == 200
    assert "150,000" in html
    assert "New one" in html
    assert Workflow.objects.get(account=alpha.account).revision == 1
    posted = {"seen": seen(html), "text": f"{content}---\n{content.replace('name: Deals', 'name: New one')}"}
    assert admin.post(reverse("studio:import"), posted).status_code == 302
    assert Workflow.objects.filter(account=alpha.account).count() == 2
    assert Workflow.objects.get(workflow_name="Deals").revision == 2


def test_what_was_saved_meanwhile_is_shown_again(admin: Client, alpha: World) -> None:
    workflow = deals(alpha)
    content = text(workflow).replace("100000", "7")
    _, html = upload(admin, content)
    Workflow.objects.filter(pk=workflow.pk).update(revision=5)
    answer = admin.post(reverse("studio:import"), {"seen": seen(html), "text": content})
    assert "Something was saved meanwhile" in answer.content.decode()
    assert Workflow.objects.get(pk=workflow.pk).revision == 5


def test_what_is_broken_is_named_and_not_done(admin: Client) -> None:
    status, html = upload(admin, "opsflows: 1\nname: X\ntrigger: order.paid\nactions:\n- type: 7\n")
    assert (status, "line 5: actions[0].type" in html) == (422, True)
    status, html = upload(admin, "name: é".encode("latin-1"))
    assert (status, "encoding UTF-8" in html) == (422, True)
    status, html = upload(admin, "opsflows: 1\nname: X\ntrigger: order.paid\nactions:\n- type: emial\n")
    assert (status, "Not possible" in html, "Bring them in" in html) == (200, True, False)
    assert not Workflow.objects.exists()


def test_too_large_a_file_is_refused_unread(admin: Client) -> None:
    status, place = upload(admin, b"x" * (MAX_BYTES + 70_000))
    assert (status, place) == (302, reverse("studio:import"))


def test_viewers_download_and_bring_nothing_in(viewer: Client, alpha: World) -> None:
    workflow = deals(alpha)
    html = viewer.get(reverse("studio:exchange")).content.decode()
    assert "Download as YAML" in html
    assert "Show what would happen" not in html
    assert viewer.get(reverse("studio:export"), {"id": workflow.pk}).status_code == 200
    assert upload(viewer, text(workflow))[0] == 403


def test_texts_of_others_are_escaped(admin: Client) -> None:
    _, html = upload(admin, "opsflows: 1\nname: <script>x</script>\ntrigger: a.b\nactions: []\n# </textarea><b>\n")
    assert "<script>x" not in html
    assert "</textarea><b>" not in html


def test_what_no_database_takes_finds_nothing(admin: Client, alpha: World) -> None:
    deals(alpha)
    assert admin.get(reverse("studio:exchange"), {"q": "\x00"}).status_code == 200
    assert upload(admin, " \n", "rules.json")[0] == 422


def test_yaml_that_begins_like_json_is_brought_in(admin: Client) -> None:
    content = "{opsflows: 1, name: Braces, trigger: order.paid, actions: []}"
    _, html = upload(admin, content)
    assert 'name="kind" value="yaml"' in html
    posted = {"seen": seen(html), "text": content, "kind": "yaml"}
    assert admin.post(reverse("studio:import"), posted).status_code == 302
    assert Workflow.objects.filter(workflow_name="Braces").exists()
