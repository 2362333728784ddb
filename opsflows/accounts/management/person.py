"""The argument NAME:PASSWORD:EMAIL."""

from argparse import ArgumentTypeError
from dataclasses import dataclass, field

FORM = "NAME:PASSWORD:EMAIL"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be created."""

    username: str
    password: str = field(repr=False)
    email: str


def person(text: str) -> Person:
    """`text` taken apart: the name ends at the first colon, the e-mail address begins after the last one."""
    username, first, rest = text.partition(":")
    password, last, email = rest.rpartition(":")
    if not (first and last and username and password and email):
        # The text itself is not repeated: it holds a password.
        raise ArgumentTypeError(f"Give {FORM}, for example ada:a long password:ada@example.com.")
    return Person(username=username, password=password, email=email)
