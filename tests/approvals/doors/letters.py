"""What a reader finds in a mail: its links."""

import re
from email.message import EmailMessage

from django.conf import settings

_URL = re.compile(r"https?://[^\s\"'<>]+")


def parts(message: EmailMessage) -> tuple[str, str]:
    """The text and the HTML."""
    found = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (str(part.get_content()) if part else "" for part in found)
    return text, html


def links(message: EmailMessage) -> list[str]:
    """Every address in it, in whichever part, without this site's host."""
    both = "".join(parts(message)).replace("&amp;", "&")
    assert all(url.startswith(settings.PUBLIC_URL) for url in _URL.findall(both))
    return sorted({url.removeprefix(settings.PUBLIC_URL) for url in _URL.findall(both)})


def link(message: EmailMessage, choice: str = "approve") -> str:
    """Where that button leads."""
    [found] = [each for each in links(message) if each.endswith(f"?choice={choice}")]
    return found


def token_of(message: EmailMessage) -> str:
    return link(message).split("/")[2]
