"""What the demo sets, and what it says where it can't start."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from opsflows.demo import environment
from opsflows.demo.environment import CannotStart, check_port_is_free, own_address, prepare_environment


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    with mock.patch.dict(os.environ):
        for name in ("HOST", "PORT", "PUBLIC_URL", "SECURE_SSL_REDIRECT", "OUTBOUND_ALLOWED_NETWORKS"):
            os.environ.pop(name, None)
        yield


def test_defaults_suit_a_laptop() -> None:
    prepare_environment()
    assert os.environ["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert os.environ["SECURE_SSL_REDIRECT"] == "0"
    assert os.environ["OUTBOUND_ALLOWED_NETWORKS"] == "127.0.0.0/8"


def test_environment_goes_before_the_file_and_both_before_defaults() -> None:
    (environment.ROOT / ".env").write_text("PORT=8100\nPUBLIC_URL=https://tunnel.example\n")
    os.environ["PORT"] = "8200"
    prepare_environment()
    assert os.environ["PORT"] == "8200"
    assert os.environ["PUBLIC_URL"] == "https://tunnel.example"


def test_a_port_in_use_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        os.environ["PORT"] = str(port)
        with pytest.raises(CannotStart, match=rf"Port {port} on 127\.0\.0\.1 .*make run PORT={port + 10}"):
            check_port_is_free()
    check_port_is_free()


@pytest.mark.parametrize("port", ["", "http", "0", "65536"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    os.environ["PORT"] = port
    with pytest.raises(CannotStart, match=r"PORT is .* a number from 1 to 65535"):
        check_port_is_free()


@pytest.mark.parametrize(("host", "asked"), [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("10.1.2.3", "10.1.2.3")])
def test_its_own_requests_go_where_the_server_listens(host: str, asked: str) -> None:
    os.environ |= {"PORT": "8000", "HOST": host}
    assert own_address() == (asked, 8000)
