"""What came of trying a draft before it is to go live, for whoever approves it; the room that tries drafts says it."""

from collections.abc import Callable

from opsflows.workflows.models import Workflow

Tell = Callable[[Workflow], str]

_tellers: list[Tell] = []


def register_trial(tell: Tell) -> None:
    """`tell` gives a sentence about the draft as it is now; "" where there is nothing to try it on."""
    _tellers.append(tell)


def trial_of(workflow: Workflow) -> str:
    """What is known, in a sentence or several; "" where nothing can be."""
    return " ".join(filter(None, (tell(workflow) for tell in _tellers)))
