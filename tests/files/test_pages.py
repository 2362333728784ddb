"""Files in the admin: who may do what, what is served how, and that no account sees another's."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from opsflows.audit.models import AuditEntry
from opsflows.files.configure import store_of
from opsflows.files.store import whole
from tests.admin.conftest import _served, admin, alpha, beta, signed_in, viewer
from tests.admin.world import World, person
from tests.files.bucket import bucket
from tests.files.conftest import NOW

__all__ = ["_served", "admin", "alpha", "beta", "viewer"]

pytestmark = pytest.mark.django_db

FILES, UPLOAD, DOWNLOAD, DELETE = (f"/admin/files/{each}" for each in ("", "upload/", "download/", "delete/"))


def keep(world: World, name: str, content: bytes = b"x") -> None:
    store_of(world.account.pk).change(name, lambda before: content, key=name, at=NOW)


def content_of(world: World, name: str) -> bytes:
    return whole(store_of(world.account.pk).open(name), most=1 << 20, name=name)


def sent(client: Client, name: str, content: bytes = b"a,b\n", *, folder: str = "", called: str = "") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(f"{UPLOAD}?folder={folder}", {"file": file, "name": called}, follow=True)


def test_a_file_is_uploaded_found_taken_along_and_deleted(admin: Client, alpha: World) -> None:
    assert "you can upload one" in admin.get(FILES).content.decode()
    html = sent(admin, "contacts.csv", folder="imports").content.decode()
    assert "“imports/contacts.csv” is kept" in html
    assert 'name=imports%2Fcontacts.csv">contacts.csv</a>' in html
    answer = admin.get(DOWNLOAD, {"name": "imports/contacts.csv"})
    assert b"".join(answer.streaming_content) == b"a,b\n"
    assert sent(admin, "other.csv", b"1", called="imports/contacts.csv").status_code == 200
    assert content_of(alpha, "imports/contacts.csv") == b"1"
    url = f"{DELETE}?name=imports/contacts.csv"
    assert "cannot be undone" in admin.get(url).content.decode()
    assert content_of(alpha, "imports/contacts.csv") == b"1"
    assert "is deleted" in admin.post(url, follow=True).content.decode()
    told = [(entry.action, entry.detail) for entry in AuditEntry.objects.order_by("number") if "file" in entry.action]
    assert told == [
        ("file.uploaded", {"name": "imports/contacts.csv", "bytes": 4, "replaced": False}),
        ("file.uploaded", {"name": "imports/contacts.csv", "bytes": 1, "replaced": True}),
        ("file.deleted", {"name": "imports/contacts.csv", "bytes": 1}),
    ]


def test_what_is_served_is_never_a_page_of_ours(admin: Client, alpha: World) -> None:
    name = "a/'Größe'; x=y.html"
    keep(alpha, name, b"<script>alert(1)</script>")
    answer = admin.get(DOWNLOAD, {"name": name})
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%27Gr%C3%B6%C3%9Fe%27%3B%20x%3Dy.html"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert answer["Content-Length"] == "25"
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"


def test_folders_are_walked(admin: Client, alpha: World) -> None:
    for name in ("a/a/x.txt", "a/b.txt", "c.txt"):
        keep(alpha, name)
    html = admin.get(FILES).content.decode()
    assert 'folder=a">a</a>' in html
    assert "x.txt" not in html
    html = admin.get(FILES, {"folder": "a"}).content.decode()
    assert 'folder=a%2Fa">a</a>' in html
    assert "b.txt" in html
    assert "c.txt" not in html


@pytest.mark.parametrize("name", ["../../secret_key", "/etc/passwd", "a/../../x", ".opsflows/lock", "\x00"])
def test_no_address_leads_outside(admin: Client, alpha: World, place: Path, name: str) -> None:
    keep(alpha, "own.txt")
    answer = admin.get(DOWNLOAD, {"name": name})
    assert answer.status_code == 302
    listed = admin.get(FILES, {"folder": name})
    assert listed.status_code == (200 if name == "/etc/passwd" else 400)
    assert not listed.context["files"]
    admin.post(f"{DELETE}?name={name}")
    sent(admin, "x.txt", called=name)
    assert content_of(alpha, "own.txt") == b"x"
    assert sorted(path.name for path in place.parent.rglob("*") if path.is_file()) == [
        "ledger.sqlite3",
        "ledger.sqlite3-journal",
        "lock",
        "own.txt",
    ]


def test_nobody_sees_another_account_s(admin: Client, alpha: World, beta: World) -> None:
    keep(beta, "beta.txt", b"theirs")
    assert "beta.txt" not in admin.get(FILES).content.decode()
    assert admin.get(DOWNLOAD, {"name": "beta.txt"}).status_code == 302
    for outside in (f"../{beta.account.pk}/beta.txt", f"{beta.account.pk}/beta.txt"):
        assert admin.get(DOWNLOAD, {"name": outside}).status_code == 302
    admin.post(f"{DELETE}?name=beta.txt")
    assert content_of(beta, "beta.txt") == b"theirs"


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", False), ("approver", False), ("editor", True), ("operator", True), ("admin", True)]
)
def test_everybody_looks_and_who_writes_workflows_puts_there(alpha: World, role: str, may: bool) -> None:
    keep(alpha, "a.txt")
    client = signed_in(person(alpha.account, "pat", role))
    html = client.get(FILES).content.decode()
    assert "a.txt" in html
    assert ("Upload a file" in html, "files/delete" in html) == (may, may)
    taken = client.get(DOWNLOAD, {"name": "a.txt"})
    assert b"".join(taken.streaming_content) == b"x"
    assert sent(client, "b.txt").status_code == (200 if may else 403)
    assert client.post(UPLOAD, {}).status_code == (400 if may else 403)
    assert client.get(f"{DELETE}?name=a.txt").status_code == (200 if may else 403)
    assert client.post(f"{DELETE}?name=a.txt").status_code == (302 if may else 403)


def test_who_is_nobody_here_sees_nothing(alpha: World) -> None:
    keep(alpha, "a.txt")
    for url in (FILES, DOWNLOAD, DELETE):
        assert Client().get(f"{url}?name=a.txt").status_code == 302
    alpha.admin.memberships.all().delete()
    assert signed_in(alpha.admin).get(FILES).status_code == 403


def test_problems_stand_beside_their_fields(admin: Client, settings: Any) -> None:
    settings.FILES_LARGEST_MB = 1
    answer = sent(admin, "x.txt", called="a//b")
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["name"])
    answer = sent(admin, "x.txt", b"x" * (1024 * 1024 + 1))
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["file"])


def test_a_body_that_is_much_too_large_is_not_read(alpha: World, settings: Any) -> None:
    settings.FILES_LARGEST_MB = 1
    client = Client(enforce_csrf_checks=True)
    client.force_login(alpha.admin)
    unread = BytesIO(b"x" * 10)
    answer = client.generic("POST", UPLOAD, b"", CONTENT_LENGTH=str(10**9), **{"wsgi.input": unread})
    assert (answer.status_code, unread.tell()) == (302, 0)
    # And one that is read has to come from our own form.
    assert client.post(UPLOAD, {"file": SimpleUploadedFile("a", b"a")}).status_code == 403


def test_only_a_post_changes_anything(admin: Client, alpha: World) -> None:
    keep(alpha, "a.txt")
    assert (admin.get(UPLOAD).status_code, admin.post(FILES).status_code) == (405, 405)
    assert admin.get(DELETE, {"name": "a.txt"}).status_code == 200
    assert content_of(alpha, "a.txt") == b"x"


def test_a_bucket_shows_the_same_page(admin: Client, alpha: World, settings: Any) -> None:
    with bucket() as server:
        settings.OPSFLOWS_FILES = server.url
        sent(admin, "contacts.csv", folder="imports")
        assert "contacts.csv" in admin.get(FILES, {"folder": "imports"}).content.decode()
        assert b"".join(admin.get(DOWNLOAD, {"name": "imports/contacts.csv"}).streaming_content) == b"a,b\n"
    settings.OPSFLOWS_FILES = "s3://a:b@127.0.0.1:1/files?tls=0"
    answer = admin.get(FILES)
    assert answer.status_code == 400
    assert "could not be asked" in answer.content.decode()
