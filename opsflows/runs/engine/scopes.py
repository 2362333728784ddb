"""What a step may read of the others, in a run that goes on in several places at once.

A step reads what was done before it on its own way: on the way to its branch, in its branch, and in branches that have
joined since; of a list, in its own item only. So it reads the same whatever its siblings have done meanwhile.
"""

from collections.abc import Collection, Iterator

from opsflows.workflows.bodies import Home


def inner_iteration(iteration: str, position: int) -> str:
    """The iteration of the steps about the item at `position`; `iteration` is the one around the list."""
    return f"{iteration}/{position}" if iteration else str(position)


def iterations_around(iteration: str) -> list[str]:
    """From the outside in, the iteration itself last."""
    parts = iteration.split("/") if iteration else []
    return ["/".join(parts[:count]) for count in range(len(parts) + 1)]


def is_visible(home: Home, iteration: str, *, reader: Home, reader_iteration: str, iterating: Collection[str]) -> bool:
    """Whether a step that stands in `home` and was done in `iteration` is read by one that stands in `reader`."""
    ways = dict(reader)
    for fork, handle in home:
        if fork in ways:
            if ways[fork] != handle:
                return False
        elif fork in iterating:
            return False
    return reader_iteration == iteration or not iteration or reader_iteration.startswith(f"{iteration}/")


def place_of(home: Home, iteration: str, iterating: Collection[str]) -> str:
    """Where a local variable is kept that is set here; empty outside of all forks."""
    return next(reversed(list(_places(home, iteration, iterating))), "")


def places_around(home: Home, iteration: str, iterating: Collection[str]) -> list[str]:
    """Where the variables are kept that are seen here, from the outside in."""
    return ["", *_places(home, iteration, iterating)]


def _places(home: Home, iteration: str, iterating: Collection[str]) -> Iterator[str]:
    positions = iter(iteration.split("/"))
    place = ""
    for fork, handle in home:
        part = f"{fork}.{next(positions, '')}" if fork in iterating else f"{fork}:{handle}"
        place = f"{place}/{part}" if place else part
        yield place
