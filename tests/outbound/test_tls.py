"""TLS: the socket is pinned to an address, the certificate is judged by the URL's host."""

import datetime
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from opsflows.outbound import OutboundError
from tests.outbound.receiver import Conversation, Receiver

HOST = "hooks.example.com"


class Authority:
    """A certificate authority of the test's own, written to `folder`."""

    def __init__(self, folder):
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        certificate = self._builder(self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self._write("ca.pem", certificate.add_extension(usage, critical=True).sign(self._key, hashes.SHA256()))
        self.file = str(folder / "ca.pem")

    def server_context(self, *names: x509.GeneralName, expired: bool = False) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test receiver")])
        builder = self._builder(subject, key.public_key(), expired=expired)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        self._write("server.pem", builder.sign(self._key, hashes.SHA256()), key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "server.pem")
        return context

    def _builder(self, subject, public_key, *, expired=False):
        now = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 3 * day)
            .not_valid_after(now - day if expired else now + day)
        )

    def _write(self, name, certificate, key=None):
        data = certificate.public_bytes(serialization.Encoding.PEM)
        if key is not None:
            data += key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        (self._folder / name).write_bytes(data)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def secure_client(make_client, authority):
    return make_client(ca_file=authority.file, resolver=lambda host: ["127.0.0.1"])


def test_the_host_of_the_url_is_asked_for_and_checked_and_the_connection_kept(secure_client, authority, post):
    asked: list[str | None] = []
    context = authority.server_context(x509.DNSName(HOST))
    context.sni_callback = lambda sock, name, _: asked.append(name)
    with Receiver(tls=context) as receiver:
        for _ in range(3):
            assert secure_client.send(post(f"https://{HOST}:{receiver.port}/")).json() == {"ok": True}
    assert asked == [HOST]
    assert b"Host: %s:%d\r\n" % (HOST.encode(), receiver.port) in receiver.requests[0]


def test_an_address_in_the_url_is_checked_as_an_address(secure_client, authority, post):
    context = authority.server_context(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    with Receiver(tls=context) as receiver:
        assert secure_client.send(post(f"https://127.0.0.1:{receiver.port}/")).status == 200


@pytest.mark.parametrize(
    ("name", "expired", "says"),
    [
        (x509.DNSName("other.example.com"), False, "mismatch"),
        (x509.IPAddress(ipaddress.ip_address("127.0.0.1")), False, "mismatch"),
        (x509.DNSName(HOST), True, "expired"),
    ],
)
def test_a_certificate_that_does_not_fit_is_refused(secure_client, authority, post, name, expired, says):
    receiver = Receiver(tls=authority.server_context(name, expired=expired))
    with receiver, pytest.raises(OutboundError) as raised:
        secure_client.send(post(f"https://{HOST}:{receiver.port}/"))
    assert (raised.value.kind, raised.value.sent) == ("tls", False)
    assert says in raised.value.detail
    assert receiver.requests == []


def test_an_unknown_authority_is_refused(make_client, authority, post):
    client = make_client(resolver=lambda host: ["127.0.0.1"])
    receiver = Receiver(tls=authority.server_context(x509.DNSName(HOST)))
    with receiver, pytest.raises(OutboundError) as raised:
        client.send(post(f"https://{HOST}:{receiver.port}/"))
    assert raised.value.kind == "tls"
    assert receiver.requests == []


def test_a_receiver_without_tls_is_an_error(secure_client, post):
    def talk(conversation: Conversation) -> None:
        conversation.answer(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with Receiver(greet=talk) as receiver, pytest.raises(OutboundError) as raised:
        secure_client.send(post(f"https://{HOST}:{receiver.port}/"))
    assert (raised.value.kind, raised.value.sent, raised.value.retryable) == ("tls", False, True)


def test_a_handshake_that_does_not_go_on_ends_at_the_deadline(secure_client, post):
    with Receiver(greet=Conversation.hold) as receiver, pytest.raises(OutboundError) as raised:
        secure_client.send(post(f"https://{HOST}:{receiver.port}/", timeout=0.5))
    assert (raised.value.kind, raised.value.sent) == ("timeout", False)


def test_a_slow_body_over_tls_ends_at_the_deadline(secure_client, authority, post):
    def drip(conversation: Conversation, request: bytes) -> None:
        conversation.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n")
        conversation.drip(b"x" * 400)

    receiver = Receiver(drip, tls=authority.server_context(x509.DNSName(HOST)))
    with receiver, pytest.raises(OutboundError) as raised:
        secure_client.send(post(f"https://{HOST}:{receiver.port}/", timeout=1.0))
    assert raised.value.kind == "too_slow"


def test_a_large_body_over_tls_arrives_whole(secure_client, authority, post):
    body = bytes(range(256)) * 4000
    with Receiver(tls=authority.server_context(x509.DNSName(HOST))) as receiver:
        secure_client.send(post(f"https://{HOST}:{receiver.port}/", body=body))
    assert receiver.requests[0].endswith(body)
