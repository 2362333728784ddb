"""Why requests were refused, in words: what happened, and what to do about it."""

from connectors.base import Refusal
from opsflows.events.refusal import Reason

_WORDS: dict[str, tuple[str, str]] = {
    Refusal.BAD_SIGNATURE: (
        "The signature does not match",
        "Compare the secret here with the one that the sender shows; after a rotation, add the new one.",
    ),
    Refusal.MISSING_SIGNATURE: (
        "There was no signature",
        "Somebody else may have found the address, or the sender does not sign yet: give it the secret.",
    ),
    Refusal.STALE: ("The request was too old", "Check the sender's clock, or whether old requests are sent again."),
    Refusal.FUTURE: ("The request came from the future", "Check the sender's clock."),
    Refusal.MALFORMED: ("The body could not be read", "See the detail for what is wrong with it."),
    Refusal.UNSUPPORTED_TYPE: ("The content type is not accepted", "Choose JSON in the sender's settings."),
    Refusal.MISCONFIGURED: ("This source is not set up completely", "Correct its settings here."),
    Reason.DISABLED: ("The source was switched off", "Switch it on, or remove the webhook at the sender."),
    Reason.ADDRESS: (
        "The sender's address is not on the list",
        "Add it to the allowed networks if it is the vendor's.",
    ),
    Reason.TOO_LARGE: ("The request was too large", "Raise the limit of this source, or have less sent."),
    Reason.UNREADABLE: (
        "The source's secrets cannot be read",
        "The key they were encrypted with is missing from OPSFLOWS_KEYS.",
    ),
}


def in_words(reason: str) -> str:
    """What happened."""
    return _WORDS.get(reason, (reason.replace("_", " ").capitalize(), ""))[0]


def what_to_do(reason: str) -> str:
    """What to do about it; empty for a reason that is not known."""
    return _WORDS.get(reason, ("", ""))[1]
