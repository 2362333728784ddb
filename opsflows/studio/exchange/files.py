"""Documents as files: one workflow each, called after it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from django.utils.text import slugify

from opsflows.studio.exchange.faults import Fault, Unreadable
from opsflows.studio.exchange.read import MAX_BYTES, Imported, read_document
from opsflows.studio.exchange.write import Format, text_of, to_document
from opsflows.workflows.models import Workflow

_FORMATS: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
#: Bytes of a file's name, without what tells it from others and its ending; most file systems take 255 in all.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A file with its workflows, or with what is wrong with it."""

    path: Path
    imported: Sequence[Imported] = ()
    faults: Sequence[Fault] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What a folder holds after an export: files whose content changed, those that did not, and those of nothing."""

    changed: Sequence[Path]
    same: Sequence[Path]
    left_over: Sequence[Path]


def file_names(workflows: Iterable[Workflow], form: Format) -> list[tuple[str, Workflow]]:
    """Each workflow with its file's name: always the same for the same names, and no two alike."""
    taken: set[str] = set()
    found = []
    for workflow in sorted(workflows, key=lambda each: (each.workflow_name, each.pk)):
        stem = _stem(workflow.workflow_name)
        # A workflow that is itself called "Deals 2" may have the name already that the second "deals" would get.
        numbered = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        name = next(each for each in numbered if each not in taken)
        taken.add(name)
        found.append((f"{name}.{form}", workflow))
    return found


def _stem(name: str) -> str:
    """The name in letters that every system knows; where some would be lost, such as 東京, in its own: else others
    would be called the same, and each new one would give them other numbers."""
    plain, own = slugify(name), slugify(name, allow_unicode=True)
    stem = plain if len(plain) >= len(own) else own
    return stem.encode()[:_LONGEST].decode(errors="ignore").strip("-") or "workflow"


def write_folder(folder: Path, workflows: Iterable[Workflow], form: Format) -> Written:
    """One file a workflow; what says the same already is not touched, and nothing is deleted.

    Raises:
        Unreadable: a draft is broken; nothing is written.
        OSError: the folder cannot be written to.
    """
    texts = {folder / name: text_of([to_document(workflow)], form) for name, workflow in file_names(workflows, form)}
    folder.mkdir(parents=True, exist_ok=True)
    changed = [path for path, text in texts.items() if not path.exists() or path.read_bytes() != text.encode()]
    for path in changed:
        path.write_bytes(texts[path].encode())
    left_over = [path for path in _in_folder(folder) if path not in texts]
    return Written(changed, [path for path in texts if path not in changed], left_over)


def read_files(paths: Iterable[Path]) -> list[Found]:
    """What the files hold, and those in the folders, in the order of their names.

    Raises:
        FileNotFoundError: there is no such file or folder, or nothing in it: who looks through the wrong one must not
            be told that all is well.
    """
    found = []
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {path}.")
        files = _in_folder(path) if path.is_dir() else [path]
        if not files:
            raise FileNotFoundError(f"There is no .yaml or .json file in {path}; folders in it are not looked into.")
        found += [_read(each) for each in files]
    return found


def _in_folder(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _FORMATS and path.is_file())


def _read(path: Path) -> Found:
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        return Found(path, faults=[Fault("", "Is neither .yaml nor .json; rename it after what it holds.")])
    try:
        # What is larger is refused, and need not be read to its end for that.
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        return Found(path, read_document(content, format=form))
    except Unreadable as error:
        return Found(path, faults=error.faults)
    except OSError as error:
        return Found(path, faults=[Fault("", f"Cannot be read: {error.strerror}.")])


def all_imported(found: Iterable[Found]) -> Iterator[tuple[Path, Imported]]:
    """Every workflow with the file it stands in."""
    for each in found:
        for imported in each.imported:
            yield each.path, imported
