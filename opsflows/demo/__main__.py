"""`python -m opsflows.demo`: set up, start, send sample events, say what to look at, and end everything on Ctrl-C."""

import signal
import sys
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import DatabaseError

from opsflows.demo.environment import CannotStart, check_port_is_free, prepare_environment


def main() -> int:
    """The exit code: 0 after Ctrl-C, 1 where the demo can't start or one of its processes ended."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        prepare_environment()
        check_port_is_free()
        import django

        django.setup()
        from opsflows.demo.show import show

        show(say)
    except CannotStart as problem:
        say(str(problem))
        return 1
    except DatabaseError as error:
        say(f"The database of DATABASE_URL can't be used: {str(error).strip()}")
        return 1
    except (CommandError, ImproperlyConfigured) as error:
        say(f"The demo can't be set up: {error}")
        return 1
    except KeyboardInterrupt:
        say("Stopped. Everything is kept for the next time.")
    return 0


def say(text: str) -> None:
    """Print at once, also where the output goes to a file or a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
