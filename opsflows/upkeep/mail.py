"""Mails that upkeep sends: repeat-safe, for each has a Message-ID that is the same however often it is sent."""

import smtplib
from collections.abc import Mapping, Sequence
from email.mime.image import MIMEImage
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives


class _Mail(EmailMultiAlternatives):
    """Its texts and the images that they show, as one thing."""

    mixed_subtype = "related"


def send_mail(
    *,
    to: Sequence[str],
    subject: str,
    text: str,
    html: str = "",
    images: Mapping[str, bytes] | None = None,
    name: str,
) -> bool:
    """Send it now; False where the mail server takes none of the recipients. Outside of any transaction.

    `images` (PNG) are shown where the HTML names them as `cid:`; `name` becomes the Message-ID.

    Raises:
        smtplib.SMTPException, OSError: the server cannot be reached or does not take it now.
    """
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    message = _Mail(
        subject=" ".join(subject.split())[:900],
        body=text,
        to=list(to),
        headers={"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    if html:
        message.attach_alternative(html, "text/html")
    for cid, content in (images or {}).items():
        image = MIMEImage(content, "png")
        image.add_header("Content-ID", f"<{cid}>")
        image.add_header("Content-Disposition", "inline", filename=f"{cid}.png")
        message.attach(image)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused:
        return False
    return True
