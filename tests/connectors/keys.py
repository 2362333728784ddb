"""A pair of keys on P-256, as SendGrid has them: base64 of DER."""

from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def private_text(key: ec.EllipticCurvePrivateKey) -> str:
    return b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    return b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


KEY = ec.derive_private_key(20_260_301, ec.SECP256R1())
EC_PRIVATE, EC_PUBLIC = private_text(KEY), public_text(KEY)
EC_OTHER = public_text(ec.derive_private_key(20_260_302, ec.SECP256R1()))
EC_OTHER_CURVE = public_text(ec.derive_private_key(20_260_301, ec.SECP256K1()))
