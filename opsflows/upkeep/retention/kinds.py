"""Every kind, in the order in which a night's cleaning goes through them: runs before the events they came from."""

from opsflows.upkeep.retention.events import Events
from opsflows.upkeep.retention.kind import RetentionKind
from opsflows.upkeep.retention.payloads import Payloads
from opsflows.upkeep.retention.runs import Runs
from opsflows.upkeep.retention.small import Fires, Jobs, Notifications, Rejections

KINDS: dict[str, RetentionKind] = {
    kind.kind.value: kind for kind in (Payloads(), Runs(), Events(), Rejections(), Notifications(), Fires(), Jobs())
}
