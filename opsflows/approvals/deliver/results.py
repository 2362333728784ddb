"""What became of an attempt to send that did not go well. The texts hold no secrets: they are kept and shown."""

from datetime import timedelta


class NotNeeded(Exception):  # noqa: N818  (an outcome of an attempt, as those below)
    """It is not to be sent any more, or never can be; the message says why."""


class Refused(Exception):  # noqa: N818
    """The other side does not take it, and never will."""


class Passing(Exception):  # noqa: N818
    """It may go better later.

    Attributes:
        after: how long the other side wants to be left alone; None: it did not say.
        is_down: whether the next message on the same way would fare no better.
    """

    def __init__(self, text: str, *, after: timedelta | None = None, is_down: bool = False) -> None:
        super().__init__(text)
        self.after = after
        self.is_down = is_down
