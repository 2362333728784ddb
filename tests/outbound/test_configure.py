"""The client of the process, and the check that forms use."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from opsflows.outbound import OutboundError, check_url, client
from tests.outbound.receiver import Receiver


@pytest.fixture(autouse=True)
def allowed_networks(settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = []


def test_the_process_has_one_client():
    assert client() is client()


def test_the_settings_say_which_private_networks_are_open(settings, post):
    with Receiver() as receiver:
        with pytest.raises(OutboundError):
            client().send(post(receiver.url))
        settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
        assert client().send(post(receiver.url)).status == 200


def test_a_forked_process_gets_a_client_of_its_own(monkeypatch):
    before = client()
    monkeypatch.setattr("opsflows.outbound.configure.os.getpid", lambda: -1)
    assert client() is not before
    assert client() is client()


def test_a_broken_setting_is_named(settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = ["10.0.0.0/8", "intranet"]
    with pytest.raises(ImproperlyConfigured, match=r"OUTBOUND_ALLOWED_NETWORKS: 'intranet' is not a network"):
        client()


@pytest.mark.parametrize("url", ["https://example.com/hook", "http://internal-name:8080/", "https://8.8.8.8/"])
def test_a_url_that_can_be_called_has_nothing_wrong(url):
    assert check_url(url) is None


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("example.com", "begin with https://"),
        ("https://u:p@example.com", "Authorization header"),
        ("http://10.0.0.1/", "leads to a private address"),
        ("http://[::1]/", "leads to a loopback address"),
    ],
)
def test_what_is_wrong_with_a_url_is_said(url, says):
    assert says in (check_url(url) or "")


def test_an_allowed_address_has_nothing_wrong(settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = ["10.0.0.0/24"]
    assert check_url("http://10.0.0.1/") is None
    assert check_url("http://10.0.1.1/") is not None
