"""What other systems send: requests become cases like any other, updates become words from the reporter's side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from nuanxin.cases import services as cases
from nuanxin.cases.enums import PhotoKind, PlaceSource
from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import Kind
from nuanxin.cases.services import Draft, OnBehalf, Photo
from nuanxin.cases.services.reporting import MOST_PHOTOS, OTHER_SYSTEM, count_report
from nuanxin.compounds.queries import compounds_in
from nuanxin.gateway.models import ApiKey, SentRequest, SentUpdate
from nuanxin.gateway.open311.arguments import CLOSED, OPEN, Posted, PostedUpdate, moment
from nuanxin.gateway.open311.refusals import (
    BadArgument,
    KeyRefused,
    NotForThisKey,
    NotTheSame,
    UnknownRequest,
)
from nuanxin.gateway.open311.services import SEEN_AT, WHERE, known_attributes, offered_kind
from nuanxin.gateway.queries.open311 import Area, key_in_force, narrower
from nuanxin.gateway.services.keys import note_use
from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.actor import Grants
from nuanxin.kernel.access.limits import spend
from nuanxin.kernel.access.scope import level_of, significant
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.territories.queries import is_territory, locate

MOST_WORDS = 500
SAME_WITHIN = timedelta(hours=24)
GRANTS = Grants(dict.fromkeys(("cases.report", "cases.report_for", "cases.view_own", "cases.answer"), "own"))


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a request: the row that remembers it, its case, and its kind."""

    row: SentRequest
    case: Case
    kind: Kind
    created: bool


def key_for(text: str, *, now: datetime) -> ApiKey:
    """The key of whoever asks. Raises `KeyRefused` without saying whether it never was, has expired or was revoked."""
    key = key_in_force(text, now=now) if text else None
    if key is None:
        raise KeyRefused
    note_use(key=key, now=now)
    return key


def send_request(
    *, key: ApiKey, area: Area, posted: Posted, media: Sequence[BinaryIO], now: datetime
) -> Sent:
    """Report a case. The same content by the same key within a day is the same request, and so is the same
    `Idempotency-Key` at any time; with another content that raises `NotTheSame`.

    Publishes what `report_case` does. Raises `BadArgument`, `NotForThisKey`, `TooMany` and the refusals of a report.
    """
    if not key.may_report:
        raise NotForThisKey
    kind = offered_kind(posted.service_code)
    draft = _draft(posted, kind, _within(area, key), media, now=now)
    count_report(category=kind.code, caller=_caller(key), now=now)
    digest = _digest("request", draft.digest(), posted.name, posted.phone)
    name = _key_of(key, posted, digest, now=now)
    caller = OnBehalf(name=posted.name, phone=posted.phone) if posted.name or posted.phone else None
    with transaction.atomic():
        submission = cases.report_case(actor=actor_of(key), draft=draft, key=name, on_behalf=caller, now=now)
        row, _created = SentRequest.objects.get_or_create(
            case=submission.case,
            defaults={"api_key": key, "key": name, "digest": digest, "sent_at": now},
        )
    return Sent(row, submission.case, kind, submission.created)


def send_update(*, key: ApiKey, posted: PostedUpdate, now: datetime) -> SentUpdate:
    """Add words to a case that this key has sent: kept as from the reporter's side. What their system calls done
    changes no state here. The same `update_id` with the same words is the same update.

    Publishes `QuestionAnswered`. Raises `UnknownRequest`, `NotForThisKey`, `NotTheSame`, `TooMany`.
    """
    if not key.may_update:
        raise NotForThisKey
    sent = SentRequest.objects.filter(api_key=key, case__number=posted.number).select_related("case").first()
    if sent is None:
        raise UnknownRequest
    text = _words(posted)
    digest = _digest("update", posted.number, text)
    day = now.astimezone(SHANGHAI).date()
    name = _digest("update-key", posted.key or f"{digest}:{day}")
    earlier = SentUpdate.objects.filter(api_key=key, key=name).first()
    if earlier is None:
        spend("reports", _caller(key), now=now)
        try:
            with transaction.atomic():
                row = SentUpdate.objects.create(
                    api_key=key, case=sent.case, key=name, digest=digest, sent_at=now
                )
                cases.answer_question(actor=actor_of(key), case=sent.case, text=text, now=now)
        except IntegrityError:
            earlier = SentUpdate.objects.get(api_key=key, key=name)
        else:
            return row
    if earlier.digest != digest:
        raise NotTheSame
    return earlier


def actor_of(key: ApiKey) -> Actor:
    """The system itself: no person, no assignment, and no more than what a reporter may do with the own reports."""
    return Actor(role=OTHER_SYSTEM, subject_id=key.client_id, scope_code=key.scope_code, grants=GRANTS)


def _caller(key: ApiKey) -> str:
    return f"open311:{key.pk}"


def _within(area: Area, key: ApiKey) -> str:
    scope = narrower(area, key)
    if not scope:
        raise NotForThisKey
    return scope


def _key_of(key: ApiKey, posted: Posted, digest: str, *, now: datetime) -> str:
    if posted.key:
        return f"o3:{_digest('named', posted.key)[:48]}"
    earlier = (
        SentRequest.objects.filter(api_key=key, digest=digest, sent_at__gt=now - SAME_WITHIN)
        .order_by("-sent_at")
        .values_list("key", flat=True)
        .first()
    )
    return earlier or f"o3:{digest[:44]}:{now.astimezone(SHANGHAI):%Y%m%d}"


def _draft(posted: Posted, kind: Kind, scope: str, media: Sequence[BinaryIO], *, now: datetime) -> Draft:
    if len(media) > MOST_PHOTOS:
        raise BadArgument(_("最多 %(n)d 张照片。") % {"n": MOST_PHOTOS})
    unknown = set(posted.attributes) - known_attributes()
    if unknown:
        raise BadArgument(_("这个类别没有这个 attribute：%(name)s") % {"name": min(unknown)})
    address = " ".join(filter(None, (posted.address, posted.attributes.get(WHERE, ""))))[:200]
    place: dict[str, object] = {}
    if posted.lng is not None and posted.lat is not None:
        found = locate(posted.lng, posted.lat)
        if not found or not _inside(found, scope):
            raise BadArgument(_("这个位置不在 jurisdiction_id 或密钥的区域内。"))
        place = {"lng": posted.lng, "lat": posted.lat, "place_source": PlaceSource.PIN}
    elif posted.address_id:
        if not _is_place(posted.address_id, scope):
            raise BadArgument(_("address_id 要是区域内的社区或网格的区划代码。"))
        place = {"territory": posted.address_id, "place_source": PlaceSource.TERRITORY}
    else:
        place = {"compound_id": _compound_in(address, scope), "place_source": PlaceSource.COMPOUND}
    seen_at = moment(posted.attributes, SEEN_AT)
    return Draft(
        category=kind.code,
        text=posted.description,
        address=address,
        captured_at=seen_at,
        photos=tuple(Photo(PhotoKind.NEAR, accept_image(file)) for file in media),
        **place,  # type: ignore[arg-type]
    )


def _inside(code: str, scope: str) -> bool:
    return code.startswith(significant(scope))


def _is_place(code: str, scope: str) -> bool:
    if not (code.isascii() and code.isdecimal() and len(code) in {12, 15}):
        return False
    return level_of(code) in {"community", "grid"} and _inside(code, scope) and is_territory(code)


def _compound_in(address: str, scope: str) -> int:
    """An address in words is placed by the compound whose name it holds, the longest of several."""
    if address:
        names: Iterable[tuple[int, str]] = compounds_in(scope).order_by().values_list("pk", "name")
        held = sorted(((len(name), name, pk) for pk, name in names if name and name in address), reverse=True)
        if held and (len(held) == 1 or held[0][1] != held[1][1]):
            return held[0][2]
    raise BadArgument(
        _("不知道在哪里：请给出 lat 和 long，或者 address_id，或者在 address_string 里写明小区的名称。")
    )


def _words(posted: PostedUpdate) -> str:
    """Their state is said in words; it is a fact about their system, not about the case."""
    said = {OPEN: _("（对方系统标注：未完成）"), CLOSED: _("（对方系统标注：已完成）")}
    text = f"{posted.text}{said.get(posted.status, '')}".strip()
    if not text:
        raise BadArgument(_("缺少 description。"))
    if len(text) > MOST_WORDS:
        raise BadArgument(_("description 最多 %(n)d 个字。") % {"n": MOST_WORDS - 20})
    return text


def _digest(*parts: str) -> str:
    return salted_hmac("nuanxin.gateway.open311", "\x1f".join(parts), algorithm="sha256").hexdigest()
