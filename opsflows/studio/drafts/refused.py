"""Why something cannot be done to a draft."""


class Refused(Exception):  # noqa: N818  (reads as the answer it becomes)
    """The draft stays as it is; the message says why, to whoever asked for it."""
