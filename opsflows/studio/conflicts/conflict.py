"""What is said of a conflict."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that was proven about a draft: alone, or beside what is live.

    `kind` is never, always, unreachable, write, shadowed or loop. `workflows` are the others it is about, by id and
    name. `detail` says more: an event for which it is so, or the chain. `node_id` is the draft's step, where it is one.
    """

    kind: str
    sentence: str
    workflows: tuple[tuple[str, str], ...] = ()
    detail: str = ""
    node_id: str = ""
