"""What is said where a list cannot be taken, or a batch cannot be changed as it stands."""


class WrongList(ValueError):  # noqa: N818  (reads as the answer it becomes)
    """This list cannot be taken; the message says what is wrong, where, and what would be right."""


class NotNow(Exception):  # noqa: N818  (it is the answer, 409)
    """The batch is not in a state in which this can be done; the message says in which it is."""


class SentBefore(Exception):  # noqa: N818  (it is the answer, 409)
    """The same key came with another list before."""
