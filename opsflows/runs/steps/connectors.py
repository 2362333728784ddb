"""The CRM actions of Rules. There are no connections yet, so they check what they can, and say so when they run."""

from typing import Any, ClassVar

from pydantic import Field

from opsflows.rules import Problem
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Fail, Outcome
from opsflows.workflows.registry import register


class CreateConfig(StepConfig):
    object: str = Field(
        title="What to create", description="What to create, as the other side calls it, such as Opportunity or deal."
    )
    mapping: dict[str, Any] = Field(
        title="Fields", description="Its fields, as the other side calls them, with their values."
    )


class UpdateConfig(CreateConfig):
    recordId: str = Field(title="Id at the other side", description="Its id at the other side.")  # noqa: N815  (Rules' spelling)


class UnconnectedKind(PureKind):
    """A kind whose other side cannot be reached from here yet."""

    vendor: ClassVar[str]
    icon = "cloud_sync"

    def check(self, config: CreateConfig, *, path: str) -> list[Problem]:
        problems = []
        if not config.object.strip():
            problems.append(Problem(f"{path}.object", "Name the object, as the other side calls it."))
        if not config.mapping:
            problems.append(Problem(f"{path}.mapping", "Name at least one field with its value."))
        problems += [
            Problem(f"{path}.mapping", "A field has no name; call it as the other side does.")
            for name in config.mapping
            if not name.strip()
        ]
        if isinstance(config, UpdateConfig) and not config.recordId.strip():
            problems.append(Problem(f"{path}.recordId", "Name the record by its id at the other side."))
        return problems

    def run(self, step: StepContext) -> Outcome:
        config: CreateConfig = step.config
        return Fail(
            f"There is no {self.vendor} connection yet, so nothing was written to {config.object}. Connections to CRMs "
            "come later; until then call_api can reach the vendor's API, and with onError continue the run goes on."
        )


@register
class SalesforceCreateKind(UnconnectedKind):
    kind, vendor = "salesforce_create", "Salesforce"
    label = "Create in Salesforce"
    about = "Creates something in Salesforce. It needs a connection, which is still to come."
    Config = CreateConfig


@register
class SalesforceUpdateKind(UnconnectedKind):
    kind, vendor = "salesforce_update", "Salesforce"
    label = "Update in Salesforce"
    about = "Updates something in Salesforce. It needs a connection, which is still to come."
    Config = UpdateConfig


@register
class HubspotCreateKind(UnconnectedKind):
    kind, vendor = "hubspot_create", "HubSpot"
    label = "Create in HubSpot"
    about = "Creates something in HubSpot. It needs a connection, which is still to come."
    Config = CreateConfig


@register
class HubspotUpdateKind(UnconnectedKind):
    kind, vendor = "hubspot_update", "HubSpot"
    label = "Update in HubSpot"
    about = "Updates something in HubSpot. It needs a connection, which is still to come."
    Config = UpdateConfig
