"""Why somebody is not heard."""

from opsflows.accounts.actor import Forbidden


class Settled(Exception):  # noqa: N818  (reads as the answer it becomes)
    """It comes too late: the task, or the whole request, is decided. The message says what stands. HTTP: 409."""


class Changed(Exception):  # noqa: N818  (as above)
    """The request has changed since it was shown to whoever decides; they are to look once more. HTTP: 409."""


class NeedsLogin(Forbidden):
    """A link or a button in a chat is not enough here; the person has to sign in."""


class NobodyToAsk(Exception):  # noqa: N818  (as above)
    """A level needs more people than can be asked; the message says how many are missing and where to add them."""
