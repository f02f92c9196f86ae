"""Where an address may not lead, whoever writes it; and that it is looked at again when something is sent."""

import datetime as dt
import ipaddress
import socket
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from nuanxin.gateway.models import WebhookMessage
from nuanxin.gateway.services import endpoints, posting
from nuanxin.kernel.channels.outside import AddressRefused, NotReached, request, target_of
from nuanxin.kernel.events import drain
from tests.factories.desks import reported
from tests.factories.town import DISTRICT
from tests.gateway.consumer import consumer

PRIVATE = [
    "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/", "https://0.0.0.0/", "https://127.0.0.1/", "https://[::1]/", "https://[fe80::1]/",
    "https://[fd00:ec2::254]/", "https://[::ffff:10.1.2.3]/", "https://[64:ff9b::a01:203]/",
    "https://[2002:a01:203::1]/", "https://224.0.0.1/", "https://240.0.0.1/", "https://2130706433/",
    "https://0x7f000001/", "https://localhost/", "https://192.0.0.192/",
]  # fmt: skip
MALFORMED = [
    "", "example.com", "ftp://8.8.8.8/", "file:///etc/passwd", "https://", "https://user:secret@8.8.8.8/",
    "https://8.8.8.8/#part", "https://8.8.8.8:99999/", "https://8.8.8.8/a b", "https://8.8.8.8/中文", "http://8.8.8.8/",
    "https://8.8.8.8/" + "a" * 600, "javascript:alert(1)", "https://no-such-host.invalid/",
]  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE + MALFORMED)
def test_addresses_that_are_refused(url, settings):
    settings.NUANXIN_OUTSIDE_LOOPBACK = False
    with pytest.raises(AddressRefused) as refused:
        target_of(url)
    assert refused.value.fields["url"]


def test_a_public_address_is_taken():
    target = target_of("https://8.8.8.8:8443/hook?x=1")
    assert (target.ip, target.port, target.path) == ("8.8.8.8", 8443, "/hook?x=1")


def test_a_governments_own_network_is_reached_only_when_it_is_listed(settings):
    with pytest.raises(AddressRefused):
        target_of("https://10.20.3.4/hook")
    settings.NUANXIN_OUTSIDE_ALLOW = ["10.20.0.0/16"]
    assert target_of("https://10.20.3.4/hook").ip == "10.20.3.4"
    with pytest.raises(AddressRefused):
        target_of("https://10.21.3.4/hook")
    with pytest.raises(AddressRefused):
        target_of("http://10.20.3.4/hook")  # listed, and still not in clear


def resolving(monkeypatch, *addresses):
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr("nuanxin.kernel.channels.outside.socket.getaddrinfo", lambda *_a, **_k: rows)


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    resolving(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(AddressRefused):
        target_of("https://hook.example/")


@pytest.mark.django_db
def test_a_name_that_points_elsewhere_later_is_refused_when_it_is_sent(town, monkeypatch, settings):
    settings.NUANXIN_OUTSIDE_LOOPBACK = False
    resolving(monkeypatch, "8.8.8.8")
    endpoints.register_endpoint(
        actor=town["system_admin"], name="x", url="https://hook.example/", scope_code=DISTRICT,
        event_types=["cases.CaseReported"], now=town.now,
    )  # fmt: skip
    reported(town)
    drain(timezone.now())
    resolving(monkeypatch, "169.254.169.254")
    posting.send_webhooks(now=timezone.now())
    message = WebhookMessage.objects.get()
    assert (message.state, message.last_error) == ("waiting", "address")


def test_the_connection_goes_to_the_address_that_was_looked_at(other, monkeypatch):
    target = target_of(other.url)
    resolving(monkeypatch, "203.0.113.9")
    assert request(target, body=b"{}").status == 200
    assert len(other.got) == 1


@pytest.fixture
def certificate(tmp_path):
    """For the name `localhost` alone, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(timezone.now() - day)
        .not_valid_after(timezone.now() + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(pem, form, plain) + made.public_bytes(pem))
    return file


def test_a_certificate_is_that_of_the_name_and_of_a_known_authority(certificate, settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with consumer(context=context) as secure:
        by_name = secure.url.replace("127.0.0.1", "localhost")
        with pytest.raises(NotReached, match="tls"):
            request(target_of(by_name), body=b"{}")
        settings.NUANXIN_OUTSIDE_CA = str(certificate)
        target = target_of(by_name)
        assert ipaddress.ip_address(target.ip).is_loopback
        if target.ip == "127.0.0.1":  # some machines have ::1 first, where nobody listens
            assert request(target, body=b"{}").status == 200
        with pytest.raises(NotReached, match="tls"):
            request(target_of(secure.url), body=b"{}")
