"""The demo from the first step to Ctrl-C. Imported once Django is set up."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress

import requests
from django.conf import settings
from django.db import connection
from django.utils import timezone

from opsflows.demo.access import Access, set_up
from opsflows.demo.approvals import create_office
from opsflows.demo.children import Children
from opsflows.demo.environment import CannotStart, own_address
from opsflows.demo.examples import create_sources, create_workflows, targets
from opsflows.demo.receiver import start_receiver
from opsflows.demo.samples import OWN, SIGNED, send_own, send_signed
from opsflows.demo.welcome import welcome
from opsflows.home import read_or_create

#: How long web and worker may take to be ready on a slow machine.
READY_WITHIN = 90.0


def show(say: Callable[[str], None]) -> None:
    """Run until KeyboardInterrupt. Raises `CannotStart` where something stands in the way or ends by itself."""
    if settings.SECURE_SSL_REDIRECT:
        raise CannotStart("The demo speaks plain HTTP; take SECURE_SSL_REDIRECT out of the environment and `.env`.")
    home = settings.OPSFLOWS_HOME
    host, port = own_address()
    base_url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    say("Preparing the database …")
    access = set_up(home)
    new_sources = create_sources()
    create_office(now=timezone.now())
    children = Children(home / "log")
    with requests.Session() as http:
        # A proxy that the environment names is for the world, not for this machine.
        http.trust_env = False
        try:
            say("Starting web and worker …")
            children.start()
            _await_ready(children, base_url, http)
            create_workflows(base_url=base_url, key=access.key, receiver_url=_receiver_url(), http=http)
            sent = _send_samples(base_url, access, http, with_forgery=bool(new_sources))
            connection.close()
            say(welcome(base_url=base_url, access=access, home=home, sent=sent))
            while True:
                time.sleep(1)
                children.check()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            say("\nStopping …")
            children.stop()


def _await_ready(children: Children, base_url: str, http: requests.Session) -> None:
    end = time.monotonic() + READY_WITHIN
    answer = "nothing answered"
    while time.monotonic() < end:
        children.check()
        try:
            response = http.get(f"{base_url}/readyz", timeout=5)
        except requests.RequestException:
            time.sleep(0.2)
            continue
        if response.status_code == 200:
            return
        answer = response.text
        time.sleep(0.2)
    raise CannotStart(f"Not ready within {READY_WITHIN:.0f} seconds. {base_url}/readyz: {answer}")


def _receiver_url() -> str:
    """The address that the examples call. Its port is chosen once, because workflows keep it."""
    log = settings.OPSFLOWS_HOME / "log" / "receiver.log"
    kept = settings.OPSFLOWS_HOME / "demo_receiver_port"
    port = read_or_create(kept, lambda: str(start_receiver(port=0, log=log)))
    # In use: just started above, or by another demo on the same data; either way somebody listens.
    with suppress(OSError):
        start_receiver(port=int(port), log=log)
    return f"http://127.0.0.1:{port}"


def _send_samples(base_url: str, access: Access, http: requests.Session, *, with_forgery: bool) -> str:
    sources = targets()
    signed = [sample for sample in SIGNED if sample.source in sources]
    now = timezone.now()
    answers = [send_signed(sample, sources[sample.source], base_url=base_url, now=now, http=http) for sample in signed]
    answers += [send_own(file, base_url=base_url, key=access.key, http=http) for file in OWN]
    if with_forgery and signed:
        http.post(base_url + sources[signed[0].source].path, json={"type": "invoice.paid"}, timeout=15)
    return _told(answers, forged=with_forgery)


def _told(answers: list[requests.Response], *, forged: bool) -> str:
    new = [answer for answer in answers if answer.status_code in {201, 202}]
    known = [answer for answer in answers if answer.status_code == 200]
    lines = [f"{len(new)} sample events came in, signed as their senders sign."] if new else []
    if known:
        lines.append(f"{len(known)} sample events were recognised as copies of earlier ones; nothing ran twice.")
    if forged:
        lines.append("One came without a signature and was refused; Sources counts it.")
    # A source that staff changed since, for example: worth a line, and no reason to stop.
    refused = [answer for answer in answers if answer.status_code >= 300]
    lines += [f"A sample event was refused ({answer.status_code}): {answer.text}" for answer in refused]
    return "\n".join(lines)
