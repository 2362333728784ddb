"""The frame that all pages of the studio share."""

import pytest
from django.test import Client

from opsflows.admin_site.markup import page_of
from tests.admin.world import World

pytestmark = pytest.mark.django_db


def test_a_workflow_shows_its_tabs(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("flow")
    shown = admin.get(page_of(workflow)).content.decode()
    assert 'aria-label="Pages about this workflow"' in shown
    assert f"/admin/workflows/workflow/{workflow.pk}/try/" in shown
