"""The step kind that looks something up in a table."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from opsflows.lookups.find import TABLE
from opsflows.lookups.models import LookupSnapshot
from opsflows.lookups.snapshots import rows_of
from opsflows.rules import Problem
from opsflows.rules.text import excerpt
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.references import Reference
from opsflows.workflows.registry import register


class LookupConfig(StepConfig):
    table: str = Field(
        default="",
        title="Lookup table",
        description="A lookup table, by its name.",
        json_schema_extra=looks.look(looks.LOOKUP_TABLE),
    )
    key: str = Field(
        default="", title="What is looked up", description="What is looked up, such as {{customer.country}}."
    )
    ignoreCase: bool = Field(  # noqa: N815  (as Rules spells)
        default=False,
        title="Capital letters do not matter",
        description="Whether de finds DE.",
        json_schema_extra=looks.look(more=True),
    )
    default: dict[str, Any] | None = Field(
        default=None,
        title="Where there is no such row",
        description="Columns and values of the row that counts where there is none.",
        json_schema_extra=looks.look(looks.PAIRS, more=True),
    )


@register
class LookupKind(PureKind):
    """Finds a row of a table by its key. The rows are those that the table had when the workflow was published.

    What a version refers to never changes, so reading it is no effect: a key finds the same row on every attempt.
    """

    kind = "lookup"
    label = "Look up in a table"
    about = "Finds a row in one of your lookup tables."
    icon = "table_view"
    Config = LookupConfig
    outcomes = ("found", "missing")

    def check(self, config: LookupConfig, *, path: str) -> list[Problem]:
        problems = []
        if not config.table:
            problems.append(Problem(f"{path}.table", "This field is required; name a lookup table."))
        elif "{{" in config.table or "{%" in config.table:
            message = "A table's rows are kept when the workflow is published, so its name cannot be a variable."
            problems.append(Problem(f"{path}.table", message))
        if not config.key:
            message = "This field is required; say what to look up, for example {{customer.country}}."
            problems.append(Problem(f"{path}.key", message))
        return problems

    def references(self, config: LookupConfig) -> Iterator[Reference]:
        if config.table:
            yield Reference(TABLE, config.table, "table")

    def run(self, step: StepContext) -> Outcome:
        config: LookupConfig = step.config
        content, key = step.references[TABLE][config.table], config.key.strip()
        try:
            rows = rows_of(step.account_id, content["hash"])
        except LookupSnapshot.DoesNotExist:
            return Fail(f"The rows that {config.table!r} had when this was published are gone; publish it anew.")
        row = rows.get(key)
        if row is None and config.ignoreCase:
            alike = rows.like(key)
            if len(alike) > 1:
                return Fail(f"key: {excerpt(key)} may be {' or '.join(map(excerpt, alike))}; spell it as one of them.")
            row = rows.get(alike[0]) if alike else None
        if row is None and config.default is not None:
            default = {**dict.fromkeys(content["columns"]), **config.default}
            return Done(output={"found": False, "key": key, "row": default}, handle="found")
        found = row is not None
        return Done(output={"found": found, "key": key, "row": row}, handle="found" if found else "missing")
