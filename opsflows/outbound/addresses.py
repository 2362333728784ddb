"""Which addresses outbound calls may reach."""

import ipaddress
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from opsflows.outbound.errors import OutboundError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Python's own `is_global` differs between patch releases, so the lists stand here and it only comes on top.
_REFUSED_V4 = tuple(
    (ipaddress.IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "an address of this machine"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's internal address"),
        ("127.0.0.0/8", "a loopback address"),
        ("168.63.129.16/32", "a cloud platform's internal address"),
        ("169.254.0.0/16", "a link-local address, where cloud metadata lives"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
#: Global unicast is the only part of IPv6 that is public; mapped, translated (NAT64) and local addresses lie outside.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    (ipaddress.IPv6Network(network), what)
    for network, what in (
        ("2001::/23", "a tunnel or protocol address (Teredo among them)"),
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", "a documentation address"),
    )
)


def parse_networks(networks: Iterable[str]) -> tuple[Network, ...]:
    """CIDR texts as networks; a text without a length is one address.

    Raises:
        ValueError: naming the text that is not a network.
    """
    parsed = []
    for text in networks:
        try:
            parsed.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise ValueError(f"{text!r} is not a network such as 10.1.0.0/16: {error}.") from None
    return tuple(parsed)


def refusal(address: Address, allowed: Sequence[Network] = ()) -> str | None:
    """What kind of forbidden address this is (``"a private address"``), or None where calls may go there."""
    if any(address in network for network in allowed):
        return None
    if isinstance(address, IPv6Address):
        if address not in _PUBLIC_V6:
            return _name_v6(address)
        named: Iterable[tuple[Network, str]] = _REFUSED_V6
    else:
        named = _REFUSED_V4
    for network, what in named:
        if address in network:
            return what
    return None if address.is_global else "a reserved address"


def vet(host: str, addresses: Sequence[str], allowed: Sequence[Network]) -> tuple[Address, ...]:
    """The addresses that `host` may be called at: all it has, or none.

    One forbidden address among public ones is how a hostile name server gets a call inside, so it spoils the answer.

    Raises:
        OutboundError: kind `refused_address`.
    """
    vetted = []
    for text in addresses:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise OutboundError("refused_address", f"{host} resolves to something that is no IP address.") from None
        what = refusal(address, allowed)
        if what is not None:
            subject = f"{host} is" if str(address) == host else f"{host} resolves to {address},"
            raise OutboundError(
                "refused_address",
                f"{subject} {what}; outbound calls reach public addresses only. "
                "If this one is meant, add its network to OUTBOUND_ALLOWED_NETWORKS.",
            )
        vetted.append(address)
    return tuple(vetted)


def _name_v6(address: IPv6Address) -> str:
    if address.is_loopback:
        return "a loopback address"
    if address.ipv4_mapped is not None:
        return "an IPv4 address in IPv6 disguise"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_private:
        return "a private address"
    return "a reserved or translated address"
