"""Names of events, as the catalog takes them."""

from connectors.names import check_name


def name_problem(name: str) -> str | None:
    """Why `name` cannot be an event's name, with the spelling that would be right; None when it can."""
    problem = check_name(name)
    return problem.message if problem is not None and problem.fatal else None
