import datetime
import sys
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
for i in range(int(sys.argv[1])):
    fernet = Fernet(Fernet.generate_key())
    fernet.decrypt(fernet.encrypt(b"text %d" % i))
    try:
        fernet.decrypt(b"nonsense")
    except InvalidToken:
        pass
    gcm = AESGCM(bytes(16))
    gcm.decrypt(bytes(12), gcm.encrypt(bytes(12), b"x", b"y"), b"y")
    key = ec.generate_private_key(ec.SECP256R1())
    signature = key.sign(b"data", ec.ECDSA(hashes.SHA256()))
    key.public_key().verify(signature, b"data", ec.ECDSA(hashes.SHA256()))
    try:
        key.public_key().verify(signature, b"no", ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        pass
    ed25519.Ed25519PrivateKey.generate().sign(b"x")
    rsa_key.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
    pem = key.private_bytes(serialization.Encoding.PEM,
                            serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    serialization.load_pem_private_key(pem, None)
    mac = hmac.HMAC(b"key", hashes.SHA256())
    mac.update(b"x")
    mac.finalize()
    start = datetime.datetime(2024, 1, 1)
    certificate = x509.CertificateBuilder().subject_name(name).issuer_name(
        name).public_key(key.public_key()).serial_number(i + 1).add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]),
            False).not_valid_before(start).not_valid_after(
                start + datetime.timedelta(9)).sign(key, hashes.SHA256())
    x509.load_pem_x509_certificate(certificate.public_bytes(
        serialization.Encoding.PEM)).extensions
    try:
        x509.load_pem_x509_certificate(b"nonsense")
    except ValueError:
        pass
