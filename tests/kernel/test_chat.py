"""Robots in group chats: only where it is allowed, once, and a robot's own no is a no."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from nuanxin.kernel.channels.chat import DINGTALK, FEISHU, WECOM, InvalidRobot, robot_at
from nuanxin.kernel.channels.models import Channel, OutgoingMessage, RecordedMessage
from nuanxin.kernel.channels.queries import recorded_messages
from nuanxin.kernel.channels.send import ChannelDown, send_chat

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WECOM_URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0190abcd-1234"
PATHS = {
    WECOM: "/cgi-bin/webhook/send?key=abcd-1234-efgh",
    DINGTALK: "/robot/send?access_token=abcd1234efgh&secret=SECabcd1234",
    FEISHU: "/open-apis/bot/v2/hook/abcd-1234-efgh",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(settings):
    """A chat server of one's own, as a private installation has it. Answers what `answer` holds."""
    asked, answer = [], {"status": 200, "body": {"errcode": 0, "code": 0}}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(answer["status"])
            if answer["status"] == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(json.dumps(answer["body"]).encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    settings.NUANXIN_CHAT_PROVIDER = "apprise"
    settings.NUANXIN_CHAT_HOSTS = [f"127.0.0.1:{server.server_port}"]
    yield f"http://127.0.0.1:{server.server_port}", asked, answer
    server.shutdown()
    server.server_close()
    thread.join()


def send(address=WECOM_URL, key="k1", text="【暖新】新任务：道路破损坑洼"):
    return send_chat(address=address, text=text, now=NOW, key=key)


def test_the_recorder_keeps_the_text_and_hides_the_address():
    assert send()
    assert not send(), "the same key is the same message"
    row = recorded_messages(channel=Channel.CHAT).get()
    assert (row.text, row.to_masked) == ("【暖新】新任务：道路破损坑洼", "wecom …1234")
    receipt = OutgoingMessage.objects.get()
    told = " ".join(str(getattr(receipt, field.attname)) for field in OutgoingMessage._meta.concrete_fields)
    assert "0190abcd" not in told


@pytest.mark.parametrize("kind", [WECOM, DINGTALK, FEISHU])
def test_each_kind_of_robot_gets_the_text(group, kind):
    base, asked, _answer = group
    assert robot_at(base + PATHS[kind]).kind == kind
    assert send(base + PATHS[kind])
    ((path, body),) = asked
    assert "abcd" in path
    assert "新任务：道路破损坑洼" in json.dumps(body, ensure_ascii=False)
    if kind == DINGTALK:
        assert "sign=" in path
        assert "%25" not in path, "signed, and encoded once"
    assert not RecordedMessage.objects.exists()


@pytest.mark.parametrize("kind", [WECOM, DINGTALK, FEISHU])
@pytest.mark.parametrize(
    ("status", "body"), [(200, {"errcode": 93000, "code": 19001}), (500, {}), (302, {}), (200, "?")]
)
def test_a_robots_no_is_a_no_and_may_be_tried_again(group, kind, status, body):
    base, asked, answer = group
    answer.update(status=status, body=body)
    with pytest.raises(ChannelDown):
        send(base + PATHS[kind])
    assert len(asked) == 1, "redirects are not followed"
    error = OutgoingMessage.objects.get().last_error
    assert error
    assert "abcd" not in error
    answer.update(status=200, body={"errcode": 0, "code": 0})
    assert send(base + PATHS[kind])


def test_a_server_that_is_away_is_a_no(settings):
    settings.NUANXIN_CHAT_PROVIDER, settings.NUANXIN_CHAT_HOSTS = "apprise", ["127.0.0.1:9"]
    with pytest.raises(ChannelDown):
        send("http://127.0.0.1:9" + PATHS[WECOM])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "robot",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcd1234",
        "https://qyapi.weixin.qq.com.example.com/cgi-bin/webhook/send?key=abcd1234",
        "https://user@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcd1234",
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=abcd1234",
        "https://169.254.169.254/cgi-bin/webhook/send?key=abcd1234",
        "http://127.0.0.1/cgi-bin/webhook/send?key=abcd1234",
        "https://qyapi.weixin.qq.com/other?key=abcd1234",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
        "https://oapi.dingtalk.com/robot/send?access_token=a/../b",
    ],
)
def test_only_robots_at_allowed_hosts(address):
    with pytest.raises(InvalidRobot):
        robot_at(address)
