"""Opening a connection to an address that was vetted, and to no other."""

import socket
import ssl
from collections.abc import Sequence

import certifi

from opsflows.outbound.addresses import Address
from opsflows.outbound.deadline import Deadline
from opsflows.outbound.errors import OutboundError
from opsflows.outbound.target import Target


def tls_context(ca_file: str | None = None) -> ssl.SSLContext:
    """Verification of certificate and host name with certifi's authorities, or with those in `ca_file` alone.

    Built by hand, because the ready-made contexts look at environment variables.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(ca_file or certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def open_socket(
    target: Target, addresses: Sequence[Address], tls: ssl.SSLContext | None, deadline: Deadline
) -> socket.socket:
    """A connected socket to the first of `addresses` that answers, with TLS where `tls` is given.

    Raises:
        OutboundError: kinds `connect`, `timeout`, `tls`; nothing was sent then.
    """
    sock = _connect(target, addresses, deadline)
    if tls is None:
        return sock
    try:
        sock.settimeout(deadline.left())
        # The socket is pinned to the address; SNI and the certificate check go by the URL's host.
        return tls.wrap_socket(sock, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        sock.close()
        raise OutboundError(
            "tls", f"The certificate of {target.host} is not trusted: {error.verify_message}."
        ) from None
    except TimeoutError:
        sock.close()
        raise OutboundError("timeout", f"{target.host} did not finish the TLS handshake {_within(deadline)}.") from None
    except (OSError, ValueError) as error:
        sock.close()
        reason = getattr(error, "reason", None) or error
        raise OutboundError("tls", f"No TLS connection to {target.host}: {reason}.") from None
    except BaseException:
        sock.close()
        raise


def _connect(target: Target, addresses: Sequence[Address], deadline: Deadline) -> socket.socket:
    failure = OutboundError("connect", f"{target.host} has no address.")
    for position, address in enumerate(addresses):
        try:
            # A first address that does not answer leaves time for the others.
            return _connect_one(address, target.port, deadline.left() / (len(addresses) - position))
        except TimeoutError:
            failure = OutboundError("timeout", f"No connection to {target.host_header} {_within(deadline)}.")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            failure = OutboundError("connect", f"No connection to {target.host_header} ({address}): {reason}.")
    raise failure


def _connect_one(address: Address, port: int, timeout: float) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect((str(address), port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _within(deadline: Deadline) -> str:
    return f"within {deadline.seconds:g} s"
