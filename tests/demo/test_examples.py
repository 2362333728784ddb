"""The demo's samples and workflows fit each other and what OpsFlows accepts."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import InboundRequest
from connectors.registry import preset
from opsflows.demo.approvals import FORM
from opsflows.demo.examples import SOURCES, definitions
from opsflows.demo.samples import FOLDER, OWN, SIGNED, SignedSample
from opsflows.workflows.api_input import read_submitted
from opsflows.workflows.validate import publish_problems

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DEFINITIONS = list(definitions())


def stored_name(sample: SignedSample) -> str:
    """The name under which a sample is stored, read as the hook reads it: signed, verified, taken apart."""
    [(_, connector, make_secret)] = [source for source in SOURCES if source[0] == sample.source]
    body, secret = (FOLDER / sample.file).read_bytes(), make_secret()
    sent = preset(connector).sign(body, secret=secret, options={}, now=NOW, name=sample.name, key=sample.key)
    headers = {name.lower(): value for name, value in sent.items()}
    request = InboundRequest("POST", "http://127.0.0.1/hooks/t", headers, body, "application/json")
    preset(connector).verify(request, secrets=[secret], options={}, now=NOW)
    [event] = preset(connector).read(request, json.loads(body), options={})
    assert event.key, "without a key a second run would double the sample"
    return event.name


def emitted(definition: dict[str, Any]) -> set[str]:
    return {action["event"] for action in definition["actions"] if action["type"] == "emit_event"}


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition["name"])
def test_every_example_can_be_published(definition: dict[str, Any]) -> None:
    submitted = read_submitted(definition)
    assert submitted.active
    assert publish_problems(submitted.workflow_data, submitted.settings) == []


def test_every_example_has_something_to_react_to() -> None:
    happens = {stored_name(sample) for sample in SIGNED}
    happens |= {json.loads((FOLDER / file).read_text())["type"] for file in OWN}
    happens |= {FORM.event_name}
    happens = happens.union(*map(emitted, DEFINITIONS))
    assert {definition["trigger"] for definition in DEFINITIONS} <= happens


def test_every_sample_file_is_sent() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == {sample.file for sample in SIGNED} | set(OWN)
