"""Sources and workflows of the demo: created where they are missing, left alone where staff changed them."""

import base64
import json
import secrets
from collections.abc import Callable, Iterable
from io import StringIO

import requests
from django.core.management import call_command

from opsflows.demo.access import ACCOUNT
from opsflows.demo.environment import CannotStart
from opsflows.demo.samples import FOLDER, Target
from opsflows.events.models import Source
from opsflows.workflows.models import Workflow

#: What stands in an example for the receiver's address, which differs from machine to machine.
RECEIVER = "http://receiver.demo"


def _whsec() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


#: Name, connector, and a secret as such a vendor makes it.
SOURCES: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("Stripe", "stripe", lambda: f"whsec_{secrets.token_hex(16)}"),
    ("GitHub", "github", lambda: secrets.token_urlsafe(32)),
    ("Partner portal", "standard_webhooks", _whsec),
    ("Website form", "hmac", lambda: secrets.token_urlsafe(32)),
)


def create_sources() -> list[str]:
    """Create the sources that are missing; their names."""
    present = set(Source.objects.filter(account__slug=ACCOUNT).values_list("name", flat=True))
    missing = [source for source in SOURCES if source[0] not in present]
    for name, connector, make_secret in missing:
        arguments = ("--account", ACCOUNT, "--connector", connector, f"--secret={make_secret()}")
        call_command("source", "create", name, *arguments, stdout=StringIO())
    return [name for name, _, _ in missing]


def targets() -> dict[str, Target]:
    """The demo's sources that can be sent to, by name: switched off or without a secret, they can't."""
    names = [name for name, _, _ in SOURCES]
    found = Source.objects.filter(account__slug=ACCOUNT, name__in=names, is_active=True).prefetch_related("secrets")
    with_secret = [(source, source.secrets.all()[0].value) for source in found if source.secrets.all()]
    return {
        source.name: Target(path=source.path, connector=source.connector, secret=secret, options=source.options)
        for source, secret in with_secret
    }


def create_workflows(*, base_url: str, key: str, receiver_url: str, http: requests.Session) -> None:
    """Create the example workflows that are missing, active, through the API.

    Raises:
        CannotStart: the API refused one.
    """
    present = set(Workflow.objects.filter(account__slug=ACCOUNT).values_list("workflow_name", flat=True))
    for definition in definitions():
        if definition["name"] in present:
            continue
        text = json.dumps(definition).replace(RECEIVER, receiver_url)
        answer = http.post(
            f"{base_url}/api/workflows",
            data=text.encode(),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            timeout=15,
        )
        if answer.status_code != 201:
            raise CannotStart(f"The example “{definition['name']}” was refused ({answer.status_code}): {answer.text}")


def definitions() -> Iterable[dict[str, object]]:
    """The example workflows as `POST /api/workflows` takes them."""
    for path in sorted((FOLDER / "workflows").glob("*.json")):
        yield json.loads(path.read_text())
