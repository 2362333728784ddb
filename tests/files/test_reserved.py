"""What lies beside requests and forms is out of reach of the files' own doors."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor
from opsflows.files.configure import store_of
from opsflows.files.keep import delete_file, list_files, open_file, upload_file
from opsflows.files.steps import FileConfig, FileKind
from tests.files.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["approvals/1/a", "Approvals/1/a", "forms/1/a", "FORMS/1/a"])
def test_people_do_not_reach_it(actor: Actor, name: str) -> None:
    store_of(actor.account_id).change(name, lambda _: b"x", key="k", at=NOW)
    assert list_files(actor=actor, folder="").folders == []
    with pytest.raises(ValidationError, match="is kept for"):
        list_files(actor=actor, folder=name.rpartition("/")[0])
    with pytest.raises(ValidationError, match="is kept for"):
        open_file(actor=actor, name=name)
    with pytest.raises(ValidationError, match="is kept for"):
        upload_file(actor=actor, name=name, content=BytesIO(b"y"), now=NOW)
    with pytest.raises(ValidationError, match="is kept for"):
        delete_file(actor=actor, name=name, now=NOW)


@pytest.mark.parametrize("action", ["read", "write", "append", "list", "delete"])
@pytest.mark.parametrize("name", ["approvals/1/a", "Forms/1/a", "forms/1/a"])
def test_steps_only_read_what_came_with_a_form(action: str, name: str) -> None:
    content = "y" if action in ("write", "append") else None
    config = FileConfig.model_validate({"action": action, "name": name, "content": content})
    problems = FileKind().check(config, path="steps[0]")
    assert bool(problems) == ((action, name) != ("read", "forms/1/a"))
