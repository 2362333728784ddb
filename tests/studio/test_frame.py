"""The frame that all pages of the studio share."""

import pytest
from django.test import Client
from django.urls import reverse

from opsflows.admin_site.markup import page_of
from tests.admin.world import World

pytestmark = pytest.mark.django_db


def test_a_workflow_shows_its_tabs(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("flow")
    test = f"/admin/workflows/workflow/{workflow.pk}/try/"
    for url in (page_of(workflow), test):
        shown = admin.get(url).content.decode()
        assert 'aria-label="Pages about this workflow"' in shown
        assert f'<a href="{url}" aria-current="page">' in shown
        assert f'href="{test}"' in shown


def test_what_has_a_tab_is_no_button_besides(admin: Client, viewer: Client, alpha: World) -> None:
    workflow = alpha.workflow("flow", live=False)
    shown = admin.get(page_of(workflow)).content.decode()
    for act in ("publish", "rename", "restore"):
        assert f"/admin/workflows/workflow/{workflow.pk}/{act}/" not in shown
    assert shown.count(f"/admin/workflows/workflow/{workflow.pk}/try/") == 1
    publish = reverse("studio:publish", args=[workflow.pk])
    assert publish in shown
    assert publish not in viewer.get(page_of(workflow)).content.decode()
