import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from nuanxin.kernel.channels.models import Channel, OutgoingMessage, RecordedMessage
from nuanxin.kernel.channels.queries import recorded_messages, unsent_messages
from nuanxin.kernel.channels.send import CLAIM, ChannelDown, send_mail, send_sms
from nuanxin.kernel.channels.templates import SmsTemplate, sms_template
from nuanxin.kernel.retention import rule_named, run_rule

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PHONE = "13812345678"
CODE = SmsTemplate("kernel.test_code", "您的验证码是{code}，{minutes}分钟内有效。")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def recorder(settings):
    settings.NUANXIN_SMS_PROVIDER = settings.NUANXIN_MAIL_PROVIDER = "recorder"


def send(key="k1", now=NOW, **changes):
    message = {"to": PHONE, "template": CODE, "params": {"code": "123456", "minutes": "5"}} | changes
    return send_sms(**message, now=now, key=key)


# --- The recorder ----------------------------------------------------------------------------------------------
def test_the_recorder_keeps_the_text_and_hides_the_number():
    subject = uuid4()
    assert send(subject_id=subject)
    row = recorded_messages().get()
    assert row.text == "您的验证码是123456，5分钟内有效。"
    assert (row.channel, row.to_masked, row.to, row.subject_id) == (
        Channel.SMS,
        "138****5678",
        PHONE,
        subject,
    )
    assert row.at == NOW
    with connection.cursor() as cursor:
        cursor.execute('SELECT "to", to_index FROM kernel_recordedmessage')
        assert PHONE not in str(cursor.fetchall())


def test_recorded_messages_are_found_by_number_and_channel_newest_first():
    send("k1")
    send("k2", now=NOW + timedelta(minutes=1), params={"code": "654321", "minutes": "5"})
    send("k3", to="13900001111")
    send_mail(to="someone@example.com", subject="周报", body="正文", now=NOW, key="m1")
    assert [row.text[6:12] for row in recorded_messages(to=PHONE)] == ["654321", "123456"]
    assert recorded_messages(channel=Channel.MAIL).get().to_masked == "s***@example.com"
    assert recorded_messages().count() == 4


# --- Once for each key -----------------------------------------------------------------------------------------
def test_the_same_key_is_sent_once():
    assert send()
    assert not send(now=NOW + timedelta(hours=1))
    assert RecordedMessage.objects.count() == 1
    assert send("another")


def test_the_channels_keys_are_their_own():
    assert send("same")
    assert send_mail(to="a@example.com", subject="s", body="b", now=NOW, key="same")


def test_a_receipt_holds_neither_address_nor_text():
    send()
    receipt = OutgoingMessage.objects.get()
    assert receipt.sent_at == NOW
    stored = " ".join(str(getattr(receipt, field.attname)) for field in OutgoingMessage._meta.concrete_fields)
    assert PHONE not in stored
    assert "123456" not in stored


def test_a_failure_says_so_and_the_key_may_be_tried_again(settings):
    settings.NUANXIN_SMS_PROVIDER = "none"
    with pytest.raises(ChannelDown):
        send()
    assert unsent_messages().get().last_error == "NUANXIN_SMS_PROVIDER is none"
    settings.NUANXIN_SMS_PROVIDER = "recorder"
    assert send()
    receipt = OutgoingMessage.objects.get()
    assert (receipt.attempts, receipt.provider, receipt.last_error) == (2, "recorder", "")
    assert not unsent_messages().exists()


def test_a_claimed_key_is_left_alone_until_its_claimant_must_be_dead():
    OutgoingMessage.objects.create(channel=Channel.SMS, key="k1", provider="http", claimed_at=NOW)
    assert not send(now=NOW + CLAIM / 2)
    assert send(now=NOW + CLAIM)


def test_a_message_with_the_wrong_parameters_is_not_sent():
    with pytest.raises(ValueError, match="takes"):
        send(params={"code": "1"})
    assert not OutgoingMessage.objects.exists()


def test_old_messages_are_forgotten():
    send("old", now=NOW - timedelta(days=31))
    send("new")
    gone = [
        run_rule(rule_named(f"kernel.{name}"), now=NOW).gone
        for name in ("RecordedMessage", "OutgoingMessage")
    ]
    assert gone == [1, 1]
    assert OutgoingMessage.objects.get().key == "new"
    assert RecordedMessage.objects.count() == 1


def test_a_template_name_has_one_text():
    declared = sms_template("kernel.test_once", "一{a}")
    assert sms_template("kernel.test_once", "一{a}") == declared
    with pytest.raises(ValueError, match="declared"):
        sms_template("kernel.test_once", "二")


def test_an_unknown_provider_is_a_configuration_error(settings):
    settings.NUANXIN_SMS_PROVIDER = "pigeon"
    with pytest.raises(ImproperlyConfigured, match="recorder"):
        send()


# --- Real providers --------------------------------------------------------------------------------------------
def test_mail_goes_out_by_djangos_backend(settings):
    settings.NUANXIN_MAIL_PROVIDER = "smtp"
    assert send_mail(to="a@example.com", subject="周报\r\nBcc: x@example.com", body="正文", now=NOW, key="m1")
    (message,) = mail.outbox
    assert (message.to, message.body) == (["a@example.com"], "正文")
    assert message.subject == "周报 Bcc: x@example.com"
    assert not RecordedMessage.objects.exists()


def test_a_mail_server_that_is_away_is_a_failure(settings):
    settings.NUANXIN_MAIL_PROVIDER = "smtp"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(ChannelDown):
        send_mail(to="a@example.com", subject="s", body="b", now=NOW, key="m1")


@pytest.fixture
def gateway(settings):
    """A text-message gateway of a kind that Chinese operators have."""
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append((self.path, self.headers["X-Api-Key"], body))
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                return
            answer = {"code": 0 if self.path == "/ok" else 7, "id": "biz-1"}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    settings.NUANXIN_SMS_PROVIDER = "http"
    settings.NUANXIN_SMS_TEMPLATES = {CODE.name: "SMS_10001"}
    settings.NUANXIN_SMS_HTTP = {
        "url": f"http://127.0.0.1:{server.server_port}/ok",
        "headers": {"X-Api-Key": "secret"},
        "body": {"mobile": "$to", "tpl": "$template", "vars": "$params", "sign": "暖新"},
        "ok": {"code": 0},
        "reference": "id",
    }
    yield requests
    server.shutdown()
    server.server_close()
    thread.join()


def moved_to(settings, path):
    base = settings.NUANXIN_SMS_HTTP["url"].rsplit("/", 1)[0]
    settings.NUANXIN_SMS_HTTP = settings.NUANXIN_SMS_HTTP | {"url": base + path}


def test_the_http_gateway_gets_the_approved_template_and_its_parameters(gateway):
    assert send()
    ((path, key, body),) = gateway
    assert (path, key) == ("/ok", "secret")
    assert body == {
        "mobile": PHONE,
        "tpl": "SMS_10001",
        "vars": '{"code": "123456", "minutes": "5"}',
        "sign": "暖新",
    }
    assert OutgoingMessage.objects.get().reference == "biz-1"


@pytest.mark.parametrize(
    ("path", "error"), [("/refused", "gateway answered code=7"), ("/moved", "HTTPError")]
)
def test_a_gateways_no_and_its_redirect_are_failures(gateway, settings, path, error):
    moved_to(settings, path)
    with pytest.raises(ChannelDown):
        send()
    assert OutgoingMessage.objects.get().last_error == error
    assert len(gateway) == 1


@pytest.mark.parametrize("url", ["http://sms.example.com/send", "file:///etc/passwd", "ftp://x/y"])
def test_numbers_only_travel_encrypted(gateway, settings, url):
    settings.NUANXIN_SMS_HTTP = settings.NUANXIN_SMS_HTTP | {"url": url}
    with pytest.raises(ImproperlyConfigured, match="https"):
        send()
