"""What the demo says when it runs."""

import json
from pathlib import Path

from opsflows.demo.access import Access

PAGES = (
    ("Events", "events/event/", "what came in, its payload, and what it caused"),
    ("Runs", "runs/execution/", "each step with input, output and timing; one of them waits two days"),
    ("Workflows", "workflows/workflow/", "the examples that reacted"),
    ("Tasks", "records/task/", "what they asked people to do"),
    ("Sources", "events/source/", "where vendors send, and what was refused"),
)

#: A deal for the reader to send by hand; the example about large deals reacts to it.
DEAL = {"customerName": "Initech", "value": 250000, "vendor": "aws"}


def welcome(*, base_url: str, access: Access, home: Path, sent: str) -> str:
    """Address, login, key, what to look at, and one thing to try."""
    password = access.password or "(the one you chose)"
    pages = "\n".join(f"  {label:<10} {base_url}/admin/{path:<22} {about}" for label, path, about in PAGES)
    event = json.dumps({"type": "deal.won", "source": "crm", "payload": DEAL})
    return f"""
OpsFlows is running.

  Address    {base_url}/admin/
  Login      {access.username}
  Password   {password}
  API key    {access.key}

{sent}

What to look at
{pages}

Ask for something
  {base_url}/inbox/new/ has a form for expenses. Whoever approves gets a mail with a link:
  look for /decide/ in {home / "log" / "worker.log"}.

Send an event of your own
  curl {base_url}/api/events \\
    -H "Authorization: Bearer {access.key}" \\
    -H "Content-Type: application/json" \\
    -d '{event}'

Data and logs are in {home} (mails and calls that workflows send: {home / "log"}).
Ctrl-C ends it; the next `make run` goes on from here.
"""
