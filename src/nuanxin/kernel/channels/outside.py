"""One request to another system's address: only where it may lead, resolved once, bounded in time and size.

An address is somebody's input. It may not lead into our own network (SSRF): every address of the host is looked at,
and the connection goes to the very address that was looked at, so that a name cannot point elsewhere a moment later.
No redirects, no proxy, no cookies.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid

CONNECT_S = 5
TOTAL_S = 15
MAX_ANSWER = 256 * 1024
LONGEST_URL = 500
# Well-known prefixes that carry an IPv4 address inside an IPv6 one: what is inside would have to be looked at too.
CARRIERS = tuple(
    ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
SPECIAL = ipaddress.ip_network("192.0.0.0/24")  # protocol assignments; Python counts parts of it as public
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Invalid):
    default_message = _("这个地址不能用。")
    default_hint = _("请填对方系统公开的 https 地址；政务内网的地址，要由运维先加进允许名单。")


class NotReached(RuntimeError):
    """No answer. Its text is a short code, never the address or what was sent."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address; `ip` is where the connection goes."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]
    took_ms: int

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300


def target_of(url: str) -> Target:
    """Check the address and resolve its host. Raises `AddressRefused`, with the reason."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host = host if ":" in host else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise _refused(_("地址写得不对，应当像 https://example.gov.cn/hook 这样。")) from None
    if parts.scheme not in {"https", "http"} or not host or len(text) > LONGEST_URL:
        raise _refused(_("地址写得不对，应当像 https://example.gov.cn/hook 这样。"))
    if parts.username or parts.password or parts.fragment:
        raise _refused(_("地址里不能带用户名、密码或“#”。"))
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if not path.isascii() or any(char <= " " or char == "\x7f" for char in path):
        raise _refused(_("地址里有空格或中文，请换成编码后的写法。"))
    port = port or (443 if parts.scheme == "https" else 80)
    found = [_allowed(each, host, parts.scheme) for each in _resolve(host, port)]
    return Target(parts.scheme, host, port, path, found[0])


def _resolve(host: str, port: int) -> list[str]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _refused(_("找不到这台主机，请核对域名。")) from None
    return list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in rows))


def _allowed(text: str, host: str, scheme: str) -> str:
    """The address if it may be reached; plain http only on this very machine, in the demo and in tests."""
    ip = ipaddress.ip_address(text)
    inner = getattr(ip, "ipv4_mapped", None) or ip
    if inner.is_loopback and settings.NUANXIN_OUTSIDE_LOOPBACK:
        return text
    if scheme != "https":
        raise _refused(_("只能用 https 地址。"))
    if not (_is_public(inner) or _is_listed(inner, host)):
        raise _refused(_("这个地址指向内部网络，不能用。"))
    return text


def _is_public(ip: IPAddress) -> bool:
    carried = any(ip in each for each in (*CARRIERS, SPECIAL))  # of another version is never in
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or carried)


def _is_listed(ip: IPAddress, host: str) -> bool:
    """`NUANXIN_OUTSIDE_ALLOW` names networks (`10.20.0.0/16`) and hosts of a government's own network."""
    for each in settings.NUANXIN_OUTSIDE_ALLOW:
        with suppress(ValueError):
            if ip in ipaddress.ip_network(each):
                return True
        if each.lower() == host.lower():
            return True
    return False


def request(
    target: Target, *, method: str = "POST", body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    """One request and what was answered, at most `MAX_ANSWER` of it. Raises `NotReached`."""
    connection = _Pinned(target)
    started = time.monotonic()
    cut = Timer(TOTAL_S, connection.cut)
    cut.daemon = True
    cut.start()
    try:
        connection.request(method, target.path, body or None, {"User-Agent": "Nuanxin", **(headers or {})})
        response = connection.getresponse()
        answer = response.read(MAX_ANSWER + 1)
        if len(answer) > MAX_ANSWER:
            raise NotReached("answer too long")
        told = {name.lower(): value for name, value in response.getheaders()}
    except ssl.SSLError as error:
        raise NotReached("tls") from error
    except TimeoutError as error:
        raise NotReached("timeout") from error
    except ConnectionRefusedError as error:
        raise NotReached("refused") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        slow = time.monotonic() - started >= TOTAL_S
        raise NotReached("timeout" if slow else "broken off") from error
    finally:
        cut.cancel()
        connection.close()
    return Answer(response.status, answer, told, round((time.monotonic() - started) * 1000))


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked; the certificate is still that of the host's name."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_S)
        self._target = target
        if target.scheme == "https":
            self.default_port = 443

    def connect(self) -> None:
        family = socket.AF_INET6 if ":" in self._target.ip else socket.AF_INET
        plain = self.sock = socket.socket(family, socket.SOCK_STREAM)
        plain.settimeout(CONNECT_S)
        plain.connect((self._target.ip, self._target.port))  # the address itself: no name is resolved again
        if self._target.scheme == "https":
            context = ssl.create_default_context(cafile=settings.NUANXIN_OUTSIDE_CA or None)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.sock = context.wrap_socket(plain, server_hostname=self._target.host)
        self.sock.settimeout(TOTAL_S)

    def cut(self) -> None:
        """The time for the whole exchange is over, however steadily the other side drips."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _refused(reason: object) -> AddressRefused:
    return AddressRefused(fields={"url": reason})  # type: ignore[dict-item]  # a lazy translation
