"""A policy as one reads it: a sentence for each level, and what holds for all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opsflows.accounts.roles import Role
from opsflows.approvals.plan import MANAGER, ROLE, Plan, PlanLevel
from opsflows.approvals.reading.money import plain_number
from opsflows.workflows.admin.sentence import Clause, in_words

_ENDS = {
    "expire": "the request expires",
    "approve": "the level counts as approved",
    "reject": "the request is rejected",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One level in words."""

    number: int
    name: str
    #: Asked together with the one before.
    together: bool
    who: str
    clause: Clause | None
    deadline: str


def lines(plan: Plan) -> list[Line]:
    """The chain, level by level."""
    return [_line(number, level) for number, level in enumerate(plan.levels, 1)]


def rules(plan: Plan) -> Iterator[str]:
    """What holds for all levels, in sentences."""
    yield "Everybody's answer is waited for." if plan.collectAll else "The first rejection ends it."
    if plan.commentOnReject:
        yield "Rejecting, or asking for changes, needs a comment."
    if plan.skipRepeated:
        yield "Who approved at an earlier level is not asked again."
    yield _login(plan)
    if plan.onChanges == "go_on":
        yield "When changes are asked for, the run goes on by “changes requested”."
    else:
        yield f"When changes are asked for, whoever asks has {plan.amendWithin} to make them."
    yield "Nobody decides their own request."


def gist(plan: Plan) -> str:
    """The chain in one line: `Manager → Finance + Legal → CFO`."""
    text = ""
    for level in plan.levels:
        joint = "" if not text else " + " if level.together else " → "
        text += f"{joint}{level.name or called(level.approvers)}"
    return text


def called(names: Sequence[str]) -> str:
    """Names in a plan as people say them."""
    return ", ".join(_called(name.strip()) for name in names)


def _called(name: str) -> str:
    if name.casefold() == MANAGER:
        return "the manager of whoever asks"
    if name.casefold().startswith(ROLE):
        role = name[len(ROLE) :].strip().casefold()
        return f"everybody with the role {Role(role).label if role in Role.values else role}"
    return name


def _line(number: int, level: PlanLevel) -> Line:
    names = called(level.approvers)
    is_one = len(level.approvers) == 1 and not level.approvers[0].casefold().startswith(ROLE)
    who = {"one": f"{names} has to approve" if is_one else f"One of {names} has to approve"}
    who["all"] = f"All of {names} have to approve"
    clause = None if level.when is None else in_words(level.when)
    return Line(
        number=number,
        name=level.name or f"Level {number}",
        together=level.together and number > 1,
        who=_begun(who.get(level.mode, f"{level.mode} of {names} have to approve")),
        clause=None if clause is None or clause.sentence == "always" else clause,
        deadline=" ".join(_deadline(level)),
    )


def _begun(sentence: str) -> str:
    """The sentence with a large letter at its beginning, unless it begins with a name: that stays as it is written."""
    return f"The{sentence[3:]}" if sentence.startswith("the manager of") else sentence


def _deadline(level: PlanLevel) -> Iterator[str]:
    if level.timeout:
        end = _ENDS.get(level.onTimeout) or f"others are asked ({called(level.escalateTo)})"
        yield f"Within {level.timeout}; otherwise {end}."
    if level.remindEvery:
        yield f"Reminded every {level.remindEvery}."


def _login(plan: Plan) -> str:
    if plan.loginAlways:
        return "People sign in before they decide; a link alone is never enough."
    if plan.loginAbove is None:
        return "A link in a mail, or a button in a chat, is enough to decide."
    amount = plain_number(plan.loginAbove)
    return f"Above {amount}, and where no amount is known, people sign in before they decide."
