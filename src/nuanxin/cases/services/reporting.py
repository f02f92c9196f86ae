"""A report comes in: one submission, one case, whatever the network does."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ClockKind, PlaceSource, Source, Visibility
from nuanxin.cases.events import CaseReported
from nuanxin.cases.models import KEY_LENGTH, TEXT_LENGTH, Case, Clock, Reporter
from nuanxin.cases.queries.catalogue import Kind, kinds, reportable_kind
from nuanxin.cases.queries.routing import compound_of
from nuanxin.cases.services.clocks import Start, new_clocks, plan_clocks
from nuanxin.cases.services.dispatching import dispatch_at_receipt
from nuanxin.cases.services.indexing import index_case
from nuanxin.cases.services.steps import Photo, write_log
from nuanxin.cases.services.voices import keep_voice
from nuanxin.cases.services.whereabouts import agree_to_location, may_keep_whereabouts
from nuanxin.compounds.models import Compound
from nuanxin.compounds.queries import compound_at
from nuanxin.kernel.access import SYSTEM, Actor, policy
from nuanxin.kernel.access.limits import spend
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.files.sounds.accept import AcceptedSound
from nuanxin.kernel.ids import next_serial
from nuanxin.kernel.plain_rows import NewRows
from nuanxin.kernel.words import seen
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.queries.subjects import subject_by_phone
from nuanxin.people.services import Agreement
from nuanxin.territories.queries import locate, path_name

FEWEST_WORDS = 2
MOST_PHOTOS = 6
OTHER_SYSTEM = "open311"  # the role of a program that reports what somebody told it
CAPTURED_AT_MOST_AHEAD = timedelta(minutes=10)
CAPTURED_AT_MOST_BEHIND = timedelta(days=7)  # a report may wait on a phone without signal


@dataclass(frozen=True, slots=True)
class Draft:
    """What the phone sends. `lng`, `lat` in WGS-84; a place is a point, a compound or a territory from the tree.

    `agreed`: what was pressed when the phone was first to say where it is (`location` among the consents). `source`:
    of what kind whoever found it is, where the actor is not it: the system itself files what workers have said.
    """

    category: str
    text: str = ""
    lng: float | None = None
    lat: float | None = None
    accuracy_m: int | None = None
    place_source: str = PlaceSource.GPS
    address: str = ""
    compound_id: int | None = None
    territory: str = ""
    captured_at: datetime | None = None
    agreed: Agreement | None = None
    source: str = ""
    photos: tuple[Photo, ...] = field(default=(), repr=False)
    voice: AcceptedSound | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", seen(self.text))
        object.__setattr__(self, "address", seen(self.address))

    def digest(self) -> str:
        """What makes two submissions the same: everything but the clock of the phone and what it knows of itself."""
        body = [
            self.category,
            self.text.strip(),
            self.lng,
            self.lat,
            self.address.strip(),
            self.compound_id,
            self.territory,
            [photo.image.source_sha256 for photo in self.photos],
            self.voice.source_sha256 if self.voice else "",
        ]
        return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """Whom a member of staff registers a report for; a phone number that has an account links it."""

    name: str = ""
    phone: str = ""


class Submission(NamedTuple):
    case: Case
    created: bool


class NoPlace(Invalid):
    default_message = _("还不知道在哪里。")
    default_hint = _("点“选小区”，或在地图上挪一下图钉。")


class OutsideOfCity(Invalid):
    default_message = _("这个位置不在本市的服务范围内。")
    default_hint = _("请检查图钉的位置，或直接选小区；别的城市请拨打当地 12345。")


class NothingToGoOn(Invalid):
    default_message = _("还缺一张照片或一句话。")
    default_hint = _("拍一张、说一句，或写两个字也行。")


class TooLongAgo(Invalid):
    default_message = _("这是 7 天以前看到的，现场可能变了。")
    default_hint = _("再去看一眼，还在的话改一下再送出。")


class KeyReused(Conflict):
    default_message = _("这次提交和刚才那次内容不一样。")
    default_hint = _("如果是另一件事，请重新打开“随手拍”再报。")


def count_report(*, category: str, caller: str, now: datetime) -> None:
    """Before `report_case`, at each door that takes reports. Raises `TooMany`, with nothing lost.

    Danger to life is never counted, nor is what names no kind that there is: the report itself says so better.
    """
    kind = kinds().get(category)
    if kind is not None and not kind.is_life_safety:
        spend("reports", caller, now=now)


def report_case(
    *,
    actor: Actor,
    draft: Draft,
    key: str,
    now: datetime,
    on_behalf: OnBehalf | None = None,
) -> Submission:
    """Take a report: case, clocks, log, outbox and audit in one transaction; life-safety ones are dispatched in it too.

    The same person with the same key and content gets the same case back; with other content `KeyReused` is raised.
    How exactly the phone knew where it was is kept only with its owner's consent, the place of the thing always.
    Publishes `CaseReported` (and for U1 `CaseFiled` and `TaskDispatched`). Raises `NoPlace`, `OutsideOfCity`,
    `NothingToGoOn`, `UnknownCategory`, `Invalid`.
    """
    if not policy.permits(actor, "cases.report_for" if on_behalf else "cases.report"):
        raise NotAllowed
    kind = reportable_kind(draft.category)
    _check(draft, kind, key=key, now=now)
    place = _place_of(draft)
    digest = _digest(draft, on_behalf)
    number = case_number(place.scope_code, now)
    try:
        with transaction.atomic():
            draft = _as_agreed(draft, actor, now=now)
            case = _new_case(draft, kind, place, actor=actor, number=number, now=now, on_behalf=on_behalf)
            clocks = _first_clocks(case, kind, now=now)
            _cases.write(case)
            reporter = _write_reporter(case, actor=actor, key=key, digest=digest, on_behalf=on_behalf)
            new_clocks.write(*clocks)
            _open(case, kind, draft, reporter, actor=actor, now=now)
    except IntegrityError:
        earlier = _same_submission(actor, key, digest)
        if earlier is None:
            raise
        return earlier
    return Submission(case, created=True)


def _as_agreed(draft: Draft, actor: Actor, *, now: datetime) -> Draft:
    """Without what the phone knows of itself, unless its owner agrees."""
    if draft.agreed is not None:
        agree_to_location(actor=actor, agreement=draft.agreed, now=now)
    is_by_phone = draft.accuracy_m is not None or draft.place_source == PlaceSource.GPS
    if not is_by_phone or may_keep_whereabouts(actor):
        return draft
    source = PlaceSource.PIN if draft.place_source == PlaceSource.GPS else draft.place_source
    return replace(draft, accuracy_m=None, place_source=source)


def _digest(draft: Draft, on_behalf: OnBehalf | None) -> str:
    """The same words from another caller are another report; keyed, so that no number can be guessed from it."""
    if on_behalf is None:
        return draft.digest()
    caller = f"{draft.digest()}:{on_behalf.name.strip()}:{on_behalf.phone.strip()}"
    return salted_hmac("nuanxin.cases.caller", caller, algorithm="sha256").hexdigest()


def case_number(scope_code: str, now: datetime) -> str:
    """Area 6 + yyyymmdd + serial 5 = 19 characters (`domain.md` §9); gaps are allowed."""
    day = now.astimezone(SHANGHAI).strftime("%Y%m%d")
    area = scope_code[:6]
    return f"{area}{day}{next_serial(f'case:{area}:{day}'):05d}"


def _check(draft: Draft, kind: Kind, *, key: str, now: datetime) -> None:
    if not key or len(key) > KEY_LENGTH:
        raise Invalid(_("缺少提交编号。"), code="bad_key")
    if len(draft.text) > TEXT_LENGTH:
        raise Invalid(fields={"text": _("最多 %(n)d 个字。") % {"n": TEXT_LENGTH}})
    if len(draft.photos) > MOST_PHOTOS:
        raise Invalid(fields={"photos": _("最多 %(n)d 张照片。") % {"n": MOST_PHOTOS}})
    if draft.photos and not kind.takes_photos:
        raise Invalid(
            _("这类情况请不要拍照，保护自己，也保护当事人。"),
            fields={"photos": _("请去掉照片后再提交。")},
            code="no_photos_here",
        )
    exempt = kind.is_life_safety or not kind.takes_photos
    if not draft.photos and not draft.voice and not exempt and len(draft.text.strip()) < FEWEST_WORDS:
        raise NothingToGoOn(fields={"text": NothingToGoOn.default_message})
    if draft.captured_at and draft.captured_at > now + CAPTURED_AT_MOST_AHEAD:
        raise Invalid(fields={"captured_at": _("手机的时间比现在还晚，请检查手机时钟。")})
    if draft.captured_at and draft.captured_at < now - CAPTURED_AT_MOST_BEHIND:
        raise TooLongAgo(fields={"captured_at": f"{TooLongAgo.default_message} {TooLongAgo.default_hint}"})


class _Place(NamedTuple):
    scope_code: str
    lng: float | None
    lat: float | None
    compound_id: int | None
    address: str


def _place_of(draft: Draft) -> _Place:
    """The territory and the point, from what the phone knows: the point first, else the compound, else the tree."""
    compound = compound_of(draft.compound_id)
    if compound is None and draft.lng is not None and draft.lat is not None:
        compound = compound_at(draft.lng, draft.lat)
    address = draft.address.strip() or (compound.name if compound else "")
    compound_id = compound.pk if compound else None
    if draft.lng is not None and draft.lat is not None:
        scope = locate(draft.lng, draft.lat) or _fallback_scope(draft, compound)
        if not scope:
            raise OutsideOfCity(fields={"place": OutsideOfCity.default_message})
        return _Place(scope, draft.lng, draft.lat, compound_id, address)
    if compound:
        return _Place(compound.scope_code, compound.lng, compound.lat, compound_id, address)
    if draft.territory and path_name(draft.territory):
        return _Place(draft.territory, None, None, None, address)
    raise NoPlace(fields={"place": NoPlace.default_message})


def _fallback_scope(draft: Draft, compound: Compound | None) -> str:
    if compound:
        return compound.scope_code
    return draft.territory if draft.territory and path_name(draft.territory) else ""


def _new_case(
    draft: Draft,
    kind: Kind,
    place: _Place,
    *,
    actor: Actor,
    number: str,
    now: datetime,
    on_behalf: OnBehalf | None,
) -> Case:
    return Case(
        number=number,
        category_id=kind.code,
        urgency=kind.urgency,
        visibility=Visibility.CONFIDENTIAL if kind.is_confidential else Visibility.NORMAL,
        source=draft.source or _source_of(actor, on_behalf),
        text=draft.text.strip(),
        address=place.address,
        compound_id=place.compound_id,
        place_source=draft.place_source,
        accuracy_m=draft.accuracy_m,
        scope_code=place.scope_code,
        lng=place.lng,
        lat=place.lat,
        captured_at=draft.captured_at,
        reported_at=now,
        state_since=now,
    )


def _source_of(actor: Actor, on_behalf: OnBehalf | None) -> str:
    if actor.role == OTHER_SYSTEM:
        return Source.OPEN311
    if actor.role == SYSTEM.role:
        return Source.DOOR
    if on_behalf:
        return Source.ON_BEHALF
    return {"worker": Source.WORKER, "grid_part": Source.WORKER, "resident": Source.RESIDENT}.get(
        actor.role, Source.STAFF
    )


def _write_reporter(
    case: Case, *, actor: Actor, key: str, digest: str, on_behalf: OnBehalf | None
) -> Reporter:
    subject_id, contact = actor.subject_id, ""
    if on_behalf:
        contact = " ".join(filter(None, (on_behalf.name.strip(), on_behalf.phone.strip())))
    if on_behalf and actor.role != OTHER_SYSTEM:  # a program's word opens nobody's account
        subject_id = subject_by_phone(on_behalf.phone) if on_behalf.phone else None
        contact = "" if subject_id else contact
    reporter = Reporter(
        case=case,
        subject_id=subject_id,
        submitter_id=actor.subject_id,
        key=key,
        body_digest=digest,
        contact=contact,
    )
    _reporters.write(reporter)
    return reporter


_cases, _reporters = NewRows(Case), NewRows(Reporter)


def _open(case: Case, kind: Kind, draft: Draft, reporter: Reporter, *, actor: Actor, now: datetime) -> None:
    """Everything that stands in the same transaction as the report itself."""
    index_case(case)
    log = write_log(
        case,
        action="report",
        actor=actor,
        now=now,
        from_state="",
        to_state=case.state,
        since=now,
        photos=draft.photos,
        is_reporter=True,
    )
    if draft.voice:
        keep_voice(case, log, draft.voice, now=now)
    publish(
        CaseReported(case.pk, case.number, kind.code, kind.urgency, case.source),
        subject_id=reporter.subject_id,
        scope_code=case.scope_code,
        now=now,
    )
    if kind.is_life_safety:
        dispatch_at_receipt(case, now=now)


def _first_clocks(case: Case, kind: Kind, *, now: datetime) -> list[Clock]:
    """Response and screening from receipt; for U1, which is filed at receipt, the total clock as well (§2.2)."""
    if kind.is_life_safety:
        starts = [Start(ClockKind.TOTAL), Start(ClockKind.RESPOND), Start(ClockKind.MAKE_SAFE)]
    else:
        starts = [Start(ClockKind.RESPOND), Start(ClockKind.SCREEN)]
    clocks = plan_clocks(case, starts, now=now)
    case.next_due_at = min(clock.due_at for clock in clocks)
    case.due_at = next((clock.due_at for clock in clocks if clock.kind == ClockKind.TOTAL), None)
    return clocks


def _same_submission(actor: Actor, key: str, digest: str) -> Submission | None:
    earlier = Reporter.objects.filter(submitter_id=actor.subject_id, key=key).select_related("case").first()
    if earlier is None:
        return None
    if earlier.body_digest != digest:
        raise KeyReused
    return Submission(earlier.case, created=False)
