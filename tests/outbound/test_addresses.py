"""Which addresses may be called, and that only the vetted one is."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES, InvalidIPAddress, get_ip_address

from opsflows.outbound import HttpClient, OutboundError
from opsflows.outbound.addresses import parse_networks, refusal
from tests.outbound.receiver import Receiver

PUBLIC = "93.184.216.34"
FORBIDDEN = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "::ffff:0:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_forbidden_addresses_are_refused_however_a_name_leads_there(make_client, post, address):
    client = make_client(allowed_networks=[], resolver=lambda host: [address])
    with pytest.raises(OutboundError) as raised:
        client.send(post("http://inside.example.com/"))
    error = raised.value
    assert (error.kind, error.sent, error.retryable) == ("refused_address", False, False)
    assert "inside.example.com" in error.detail
    assert "OUTBOUND_ALLOWED_NETWORKS" in error.detail


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:4700::6810:1", "2a00:1450::1"])
def test_public_addresses_are_not_refused(address):
    assert refusal(ipaddress.ip_address(address)) is None


@given(st.ip_addresses())
def test_whatever_another_filter_refuses_is_refused_here(address):
    try:
        get_ip_address(str(address), 80, allow_loopback=False)
    except InvalidIPAddress:
        assert refusal(address) is not None


@pytest.mark.parametrize("network", EXTRA_BLOCKED_NET_RANGES, ids=str)
def test_the_ranges_that_another_filter_adds_are_refused_here(network):
    assert refusal(network[0]) is not None
    assert refusal(network[-1]) is not None


@pytest.mark.parametrize("answer", [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], ["2606:4700::1", "::1", PUBLIC]])
def test_one_forbidden_address_spoils_the_answer(make_client, post, answer):
    client = make_client(allowed_networks=[], resolver=lambda host: answer)
    with pytest.raises(OutboundError) as raised:
        client.send(post("http://mixed.example.com/"))
    assert raised.value.kind == "refused_address"


@pytest.mark.parametrize("url", ["http://127.0.0.1:{}/", "http://[::1]:{}/", "http://[::ffff:127.0.0.1]:{}/"])
def test_addresses_in_the_url_are_vetted_too(make_client, post, url):
    with Receiver() as receiver, pytest.raises(OutboundError) as raised:
        make_client(allowed_networks=[]).send(post(url.format(receiver.port)))
    assert raised.value.kind == "refused_address"
    assert receiver.connections == 0


def test_an_allowed_network_opens_exactly_its_addresses(make_client, post):
    resolver = {"in.example.com": ["127.0.0.1"], "out.example.com": ["127.0.0.2"]}.__getitem__
    client = make_client(allowed_networks=["127.0.0.1/32"], resolver=resolver)
    with Receiver() as receiver:
        assert client.send(post(f"http://in.example.com:{receiver.port}/")).status == 200
        with pytest.raises(OutboundError, match=r"127\.0\.0\.2, a loopback address"):
            client.send(post(f"http://out.example.com:{receiver.port}/"))
        with pytest.raises(OutboundError, match="disguise"):
            client.send(post(f"http://[::ffff:127.0.0.1]:{receiver.port}/"))
    assert receiver.connections == 1


def test_the_connection_goes_to_the_vetted_address_whatever_the_name_says_next(make_client, post):
    """A name server that first answers with a permitted address and then with another one (rebinding)."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    client = make_client(allowed_networks=["127.0.0.1/32"], resolver=lambda host: next(answers), dns_ttl=0)
    with Receiver() as vetted, Receiver(address="127.0.0.2") as other:
        assert client.send(post(f"http://rebind.example.com:{vetted.port}/")).status == 200
        with pytest.raises(OutboundError):
            client.send(post(f"http://rebind.example.com:{other.port}/"))
    assert (vetted.connections, other.connections) == (1, 0)
    assert b"Host: rebind.example.com:%d\r\n" % vetted.port in vetted.requests[0]


def test_ipv6_can_be_called(make_client, post):
    try:
        receiver = Receiver(address="::1")
    except OSError:
        pytest.skip("no IPv6 here")
    with receiver:
        client = make_client(allowed_networks=["::1/128"])
        assert client.send(post(f"http://[::1]:{receiver.port}/")).status == 200
    assert b"Host: [::1]:%d\r\n" % receiver.port in receiver.requests[0]


def test_the_environment_is_not_asked_for_a_proxy(client, post, monkeypatch):
    with Receiver() as proxy, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        client.send(post(receiver.url))
    assert (proxy.connections, receiver.connections) == (0, 1)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "ten", "", "10.0.0.0/33", "::/200"])
def test_a_network_that_is_none_is_named(text):
    with pytest.raises(ValueError, match="is not a network such as"):
        HttpClient(allowed_networks=["127.0.0.0/8", text])


@given(st.ip_addresses(), st.integers(0, 32))
def test_inside_an_allowed_network_everything_goes(address, length):
    (network,) = parse_networks([str(ipaddress.ip_network((address, length), strict=False))])
    assert refusal(address, [network]) is None
