"""What `setup` and `user create` share: a person is in the account afterwards, and nothing that stood is changed."""

from collections.abc import Callable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from opsflows.accounts.actor import command_actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.grant_role import grant_role
from opsflows.accounts.management.person import Person
from opsflows.accounts.models import Membership, PlatformAccount, User


@transaction.atomic
def join(
    person: Person, *, account: PlatformAccount, role: str, is_superuser: bool = False, say: Callable[[str], object]
) -> Membership:
    """The membership of `person` in `account`, with `role` if it is new; `say` is told what was left as it was.

    Raises:
        ValidationError: the input is wrong.
    """
    actor, now = command_actor(account.pk), timezone.now()
    user = User.objects.filter(username=person.username).first()
    if user is None:
        user = create_user(
            actor=actor,
            account=account,
            username=person.username,
            password=person.password,
            email=person.email,
            role=role,
            is_superuser=is_superuser,
            # Whoever has a shell decides; they are told.
            enforce_password_rules=False,
            now=now,
        )
        _remark_on_password(person, user, say=say)
        return user.memberships.select_related("user").get(account=account)
    say(f"{user.username} exists already; password and e-mail address are left as they are.")
    if is_superuser and not user.is_superuser:
        say(f"{user.username} is not a superuser and is not made one.")
    membership = Membership.objects.filter(account=account, user=user).select_related("user").first()
    if membership is None:
        membership = grant_role(actor=actor, account=account, user=user, role=role, now=now)
        say(f"{user.username} is now {role} in {account.slug}.")
    return membership


def _remark_on_password(person: Person, user: User, *, say: Callable[[str], object]) -> None:
    try:
        validate_password(person.password, user)
    except ValidationError as error:
        say(f"The password of {user.username} is weak: {' '.join(error.messages)}")
