"""`manage.py flows`: files in a folder, what is said of them, and the status it ends with."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from opsflows.workflows.models import Workflow
from tests.admin.world import World
from tests.studio.exchange.test_import import deals

pytestmark = pytest.mark.django_db


def flows(*arguments: object) -> tuple[int, str]:
    """The status, and all that was said."""
    out = StringIO()
    try:
        call_command("flows", *map(str, arguments), stdout=out, stderr=out)
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{error}"
    return 0, out.getvalue()


def test_a_folder_goes_out_and_comes_in(alpha: World, beta: World, tmp_path: Path) -> None:
    deals(alpha, "High value: Deals!")
    deals(alpha, "High value, deals", live=False)
    rules = tmp_path / "rules"
    slug = alpha.account.slug
    assert flows("export", "--account", slug, "--to", rules)[0] == 0
    assert sorted(path.name for path in rules.iterdir()) == ["high-value-deals-2.yaml", "high-value-deals.yaml"]
    before = {path: path.read_bytes() for path in rules.iterdir()}
    assert "0 written, 2 said the same already" in flows("export", "--account", slug, "--to", rules)[1]
    assert flows("validate", rules) == (0, "2 workflows, no faults.\n")
    status, said = flows("import", rules, "--account", beta.account.slug, "--dry-run")
    assert (status, Workflow.objects.filter(account=beta.account).count()) == (0, 0)
    assert said.count("created ") == 2
    assert flows("import", rules, "--account", beta.account.slug)[0] == 0
    again = tmp_path / "again"
    flows("export", "--account", beta.account.slug, "--to", again)
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: text for path, text in before.items()
    }


def test_no_file_is_written_over_another(alpha: World, tmp_path: Path) -> None:
    for name in ("Deals", "Deals 2", "deals", "deals!"):
        deals(alpha, name, live=False)
    assert flows("export", "--account", alpha.account.slug, "--to", tmp_path)[0] == 0
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["deals", "deals-2", "deals-3", "deals-4"]


def test_files_are_called_in_any_language(alpha: World, tmp_path: Path) -> None:
    for name in ("Deals 東京", "Deals 大阪", "Ärger", "商" * 255, "🎉"):
        deals(alpha, name, live=False)
    assert flows("export", "--account", alpha.account.slug, "--to", tmp_path)[0] == 0
    names = sorted(path.stem for path in tmp_path.iterdir())
    assert names == ["arger", "deals-大阪", "deals-東京", "workflow", "商" * 66]
    assert flows("validate", tmp_path)[0] == 0


def test_one_workflow_to_the_screen_as_json(alpha: World) -> None:
    deals(alpha, "Deals")
    status, said = flows("export", "Deals", "--account", alpha.account.slug, "--format", "json")
    assert status == 0
    assert said.startswith('{\n  "opsflows": 1,\n  "name": "Deals",')


def test_faults_name_file_line_place_and_fix(alpha: World, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("opsflows: 1\nname: X\ntrigger: order.paid\nactions:\n- type: emial\n  to: a@b.example\n")
    status, said = flows("validate", tmp_path)
    assert status == 1
    assert f"{broken}:5: actions[0].type: " in said
    assert "Did you mean 'email'" in said
    assert flows("import", tmp_path, "--account", alpha.account.slug)[0] == 1
    assert not Workflow.objects.exists()


def test_what_cannot_begin_ends_with_two(alpha: World, tmp_path: Path) -> None:
    assert flows("validate", tmp_path / "nothing")[0] == 2
    assert flows("export", "--account", "nobody")[0] == 2
    status, said = flows("export", "Nothing", "--account", alpha.account.slug)
    assert (status, "is called 'Nothing'" in said) == (2, True)


def test_an_empty_folder_is_no_success(alpha: World, tmp_path: Path) -> None:
    (tmp_path / "within").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    for arguments in (("validate", tmp_path), ("import", tmp_path, "--account", alpha.account.slug)):
        status, said = flows(*arguments)
        assert (status, "There is no .yaml or .json file in" in said) == (2, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbfopsflows: 1\r\nname: A\r\ntrigger: a.b\r\nactions:\r\n- type: stop\r\n", ""),
        (b"opsflows: 1\n\tname: A\n", ":2: Not valid YAML: found a tab"),
        (b"x" * 5_000_000, ": It is larger than 1024 KB"),
        (
            b'opsflows: 1\nname: "A\\e[2J\\nB"\ntrigger: a.b\nactions:\n- type: stp\n',
            "actions[0].type: There is no action",
        ),
    ],
)
def test_whatever_an_editor_wrote(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "Rules.YAML"
    path.write_bytes(content)
    status, text = flows("validate", tmp_path)
    assert (status, said in text) == (1 if said else 0, True), text


def test_a_file_gives_a_terminal_no_orders(alpha: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text('opsflows: 1\nname: "A\\e[2J\\nB"\ntrigger: a.b\nactions: []\n')
    said = flows("import", path, "--account", alpha.account.slug, "--dry-run")[1]
    assert "created    A�[2J B\n" in said


def test_import_and_publish(alpha: World, tmp_path: Path) -> None:
    workflow = deals(alpha, "Deals")
    path = tmp_path / "deals.yaml"
    flows("export", "--account", alpha.account.slug, "--to", tmp_path)
    path.write_text(path.read_text().replace("100000", "150000"))
    status, said = flows("import", path, "--account", alpha.account.slug, "--publish", "--note", "Higher")
    assert status == 0
    assert "150,000" in said
    assert "Deals: published as version 2" in said
    assert Workflow.objects.get(pk=workflow.pk).published_version.number == 2  # type: ignore[union-attr]


def test_files_of_no_workflow_are_named(alpha: World, tmp_path: Path) -> None:
    deals(alpha, "Deals")
    (tmp_path / "old.yaml").write_text("x")
    said = flows("export", "--account", alpha.account.slug, "--to", tmp_path)[1]
    assert "old.yaml: no workflow is called so any more" in said
    assert (tmp_path / "old.yaml").exists()
