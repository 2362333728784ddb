"""Why a webhook request is not taken: the closed set, each with its HTTP status."""

import enum
import uuid

from connectors.base import Refusal


class Reason(enum.StrEnum):
    """The house's own reasons; what is wrong with a signature or a body is the connector's `Refusal`."""

    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105  (a reason, not a secret)
    DISABLED = "disabled_source"
    ADDRESS = "address_not_allowed"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed_request"
    UNREADABLE = "unreadable_source"

    @property
    def status(self) -> int:
        """The HTTP status that says the same."""
        return _STATUS[self]


_STATUS = {
    Reason.UNKNOWN_TOKEN: 404,
    Reason.DISABLED: 410,
    Reason.ADDRESS: 403,
    Reason.TOO_LARGE: 413,
    Reason.MALFORMED: 400,
    # Our fault, not the sender's: an answer after which every vendor tries again later.
    Reason.UNREADABLE: 503,
}


class RequestRefused(Exception):  # noqa: N818  (an answer, not a fault)
    """A request that is not taken; nothing of it is stored. `detail` is the sentence for the sender.

    `source_id` is None where no source is at the address.
    """

    def __init__(self, reason: Reason | Refusal, detail: str, *, source_id: uuid.UUID | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.status = reason.status
        self.detail = detail
        self.source_id = source_id
