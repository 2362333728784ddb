"""`manage.py flows export|import|validate`: workflows as files, to be kept in git. Ends with 0, 1 (faults) or 2."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from opsflows.accounts.actor import Actor, command_actor
from opsflows.accounts.find import UnknownName, find_account
from opsflows.accounts.management.refusals import as_command_errors
from opsflows.studio.exchange.check import checked
from opsflows.studio.exchange.choose import chosen_workflows
from opsflows.studio.exchange.faults import Fault, Unreadable
from opsflows.studio.exchange.files import all_imported, read_files, write_folder
from opsflows.studio.exchange.import_workflows import import_workflows
from opsflows.studio.exchange.plan import Planned, planned
from opsflows.studio.exchange.write import text_of, to_document
from opsflows.workflows.errors import RevisionConflict


class Command(BaseCommand):
    help = (
        "Workflows as files. `flows export` writes drafts, `flows import` brings them in as new or changed drafts, "
        "`flows validate` checks files and touches nothing. Ends with 0: all well, 1: faults in what was read, "
        "2: could not begin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="Write drafts as YAML or JSON.")
        export.add_argument("name", metavar="NAME", nargs="*", help="Only these workflows.")
        export.add_argument("--account", metavar="SLUG", required=True)
        export.add_argument("--to", metavar="FOLDER", type=Path, help="One file a workflow; left out: to the screen.")
        export.add_argument("--format", choices=["yaml", "json"], default="yaml")
        bring = verbs.add_parser("import", help="Create and change drafts; workflows are told apart by their names.")
        bring.add_argument("path", metavar="PATH", nargs="+", type=Path, help="Files, or folders of them.")
        bring.add_argument("--account", metavar="SLUG", required=True)
        bring.add_argument("--dry-run", action="store_true", help="Say what would happen, and do nothing.")
        bring.add_argument("--publish", action="store_true", help="Publish what is new; four eyes apply.")
        bring.add_argument("--note", default="", help="For the versions that are published.")
        check = verbs.add_parser("validate", help="Check files without touching anything.")
        check.add_argument("path", metavar="PATH", nargs="+", type=Path, help="Files, or folders of them.")
        check.add_argument("--account", metavar="SLUG", help="Also check the names they mention, in this account.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with as_command_errors():
                actor = command_actor(find_account(options["account"]).pk) if options["account"] else None
        except CommandError as error:
            raise CommandError(str(error), returncode=2) from None
        except UnknownName as error:
            raise CommandError(str(error), returncode=2) from None
        with as_command_errors():
            if options["verb"] == "validate":
                self._validate(actor, options)
            elif actor is not None:
                (self._export if options["verb"] == "export" else self._import)(actor, options)

    def _export(self, actor: Actor, options: dict[str, Any]) -> None:
        try:
            workflows = chosen_workflows(actor=actor, names=options["name"])
            if options["to"] is None:
                self.stdout.write(text_of(map(to_document, workflows), options["format"]), ending="")
                return
            written = write_folder(options["to"], workflows, options["format"])
        except Unreadable as error:
            raise CommandError("\n".join(map(str, error.faults))) from None
        except (LookupError, OSError) as error:
            raise CommandError(str(error), returncode=2) from None
        for path in written.changed:
            self.stdout.write(f"written    {path}")
        self.stdout.write(f"{len(written.changed)} written, {len(written.same)} said the same already.")
        for path in written.left_over if not options["name"] else ():
            self.stderr.write(f"{path}: no workflow is called so any more; delete the file if that is meant.")

    def _import(self, actor: Actor, options: dict[str, Any]) -> None:
        pairs = self._read(options["path"])
        plan = planned(actor=actor, imported=[imported for _, imported in pairs])
        files = [path for path, _ in pairs]
        self._refuse_faults((path, each.faults) for path, each in zip(files, plan, strict=True))
        for each in plan:
            self._say(each)
        if options["dry_run"]:
            self.stdout.write("Nothing was done (--dry-run).")
            return
        try:
            brought = import_workflows(
                actor=actor, plan=plan, is_published=options["publish"], note=options["note"], now=timezone.now()
            )
        except RevisionConflict as error:
            raise CommandError(f"Nothing was done: {error}") from None
        for done in brought:
            if done.published:
                self.stdout.write(_shown(f"{done.workflow.workflow_name}: {done.published}"))
        if any(done.is_refused for done in brought):
            raise CommandError("Not everything could be published; the drafts are there.")

    def _validate(self, actor: Actor | None, options: dict[str, Any]) -> None:
        pairs = self._read(options["path"])
        self._refuse_faults((path, checked(imported, actor=actor)) for path, imported in pairs)
        self.stdout.write(f"{len(pairs)} workflow{'' if len(pairs) == 1 else 's'}, no faults.")

    def _read(self, paths: Iterable[Path]) -> list[Any]:
        try:
            found = read_files(paths)
        except FileNotFoundError as error:
            raise CommandError(str(error), returncode=2) from None
        self._refuse_faults((each.path, each.faults) for each in found)
        return list(all_imported(found))

    def _refuse_faults(self, found: Iterable[tuple[Path, Iterable[Fault]]]) -> None:
        lines = [
            _shown(f"{path}:{fault.line}: {replace(fault, line=0)}" if fault.line else f"{path}: {fault}")
            for path, faults in found
            for fault in faults
        ]
        for line in lines:
            self.stderr.write(line)
        if lines:
            raise CommandError(f"{len(lines)} fault{'' if len(lines) == 1 else 's'}; nothing was done.")

    def _say(self, plan: Planned) -> None:
        self.stdout.write(_shown(f"{plan.doing:<10} {plan.imported.name}"))
        for change in plan.changes:
            self.stdout.write(_shown(f"           - {change}"))
        for fault in plan.unfinished:
            self.stdout.write(_shown(f"           before publishing: {fault}"))


def _shown(line: str) -> str:
    """A line as a terminal may get it: what stands in somebody's file gives it no orders."""
    return "".join(each if each.isprintable() else " " if each.isspace() else "�" for each in line)
