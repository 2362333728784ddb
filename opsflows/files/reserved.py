"""Folders that the house keeps for itself: what lies there is reached through the requests and forms it belongs to."""

_RESERVED = frozenset({"approvals", "forms"})


def is_reserved(name: str) -> bool:
    """Whether a file or folder lies in such a folder, or is one; however it is spelled, as some systems see no case."""
    return name.partition("/")[0].casefold() in _RESERVED


def may_be_read(name: str) -> bool:
    """Whether workflows may read it: what was uploaded with a form, of which they know the name."""
    return not is_reserved(name) or name.startswith("forms/")


def reserved_problem(name: str) -> str:
    """The sentence that refuses it."""
    folder = name.partition("/")[0]
    return f"The folder {folder!r} is kept for approvals and request forms; choose another, such as exports."
