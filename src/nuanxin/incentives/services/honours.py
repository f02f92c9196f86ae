"""Honours (`domain.md` §4.3): nominate → verify → show for objections → award → display as long as its owner agrees.

Nothing here counts votes or likes. Who verifies does not decide; who is honoured or has nominated does neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.cases.services.handing_off import take_receipt
from nuanxin.incentives.enums import HonourState
from nuanxin.incentives.events import HonourAwarded, HonourMoved, HonourNominated
from nuanxin.incentives.models import Honour, HonourKind, HonourStep, Objection
from nuanxin.incentives.queries.honours import HonourNotFound, kind_named
from nuanxin.incentives.queries.membership import scope_of
from nuanxin.incentives.services.stars import called
from nuanxin.incentives.workflow import HONOUR
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, permits, visible
from nuanxin.kernel.errors import Conflict, DomainError, Invalid, KeyReused, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.kernel.worktime.months import months_on
from nuanxin.people.queries import is_same_person, person_of_subject, subject_by_phone
from nuanxin.people.services.consents import give_consent
from nuanxin.places.queries.scene_standard import working_days_on

MOST_OPINION, MOST_WHO, MOST_TITLE, MOST_STORY = 200, 60, 40, 1200
CASE_KIND = "good_deeds"
PUBLICITY, DISPLAY = "honour_publicity", "honour_display"
COLUMNS = {PUBLICITY: "may_publicise_at", DISPLAY: "may_display_at"}
WITHDRAWN_FROM = {PUBLICITY: (HonourState.PUBLICITY, "hide"), DISPLAY: (HonourState.DISPLAYED, "unshow")}


class OwnHonour(NotAllowed):
    default_message = gettext_lazy("和您有关的提名，不能由您核实、决定。")
    default_hint = gettext_lazy("请没有提名、也没有被提名的另一位同事来。")


class SameTwo(NotAllowed):
    default_message = gettext_lazy("核实的人不能再作决定。")
    default_hint = gettext_lazy("请另一位同事来公示和授予。")


class NoConsent(Conflict):
    default_message = gettext_lazy("本人还没有同意。")
    default_hint = gettext_lazy("公示前、展示前都要本人分别同意；本人在“我的荣誉”里点一下就行。")


class NobodyKnown(Conflict):
    default_message = gettext_lazy("还不知道提名的是哪个账号。")
    default_hint = gettext_lazy("核实时填本人的手机号；没有账号的，请本人先注册，再请本人同意。")


class StillShown(Conflict):
    default_message = gettext_lazy("公示还没有期满。")
    default_hint = gettext_lazy("期满以后再授予。")


class ObjectionsOpen(Conflict):
    default_message = gettext_lazy("还有没答复的意见。")
    default_hint = gettext_lazy("先把每一条核实、答复，再授予。")


class ObjectionUpheld(Conflict):
    default_message = gettext_lazy("公示期间有一条意见核实成立，不能授予。")
    default_hint = gettext_lazy("请点“不通过”，写明原因；本人看得到，也可以申诉。")


class NominationOnly(Conflict):
    default_message = gettext_lazy("见义勇为由政法委、民政部门依法认定，这里只提名、转报。")
    default_hint = gettext_lazy("核实以后点“转报认定单位”。")


class NotThisKind(Conflict):
    default_message = gettext_lazy("这一类不用转报。")
    default_hint = gettext_lazy("核实以后点“开始公示”。")


@dataclass(frozen=True, slots=True)
class Nomination:
    """`who` as the nominator would describe the person; `phone` only finds the account and is not kept."""

    kind: str
    title: str
    story: str
    who: str = ""
    phone: str = ""
    is_self: bool = False


def nominate(*, actor: Actor, data: Nomination, key: UUID, now: datetime) -> Honour:
    """Anybody nominates anybody, or themselves. The same `key` again is the same.

    Publishes `HonourNominated`. Raises `NotAllowed`, `Invalid`, and `KeyReused` where the key came with something else.
    """
    if not permits(actor, "incentives.nominate"):
        raise NotAllowed
    kind = _checked(data)
    subject = actor.subject_id if data.is_self else (subject_by_phone(data.phone) if data.phone else None)
    try:
        with transaction.atomic():
            made = Honour.objects.create(
                kind=kind, key=key, subject_id=subject, nominator_id=actor.subject_id,
                nominated_by_id=actor.assignment_id if actor.extent("incentives.nominate") == "area" else None,
                who=data.who.strip()[:MOST_WHO], title=data.title.strip()[:MOST_TITLE],
                story=data.story.strip()[:MOST_STORY], state_since=now, nominated_at=now,
                scope_code=scope_of(subject) if subject else actor.scope_code,
            )  # fmt: skip
            _told(actor, made, "nominate", "", now)
    except IntegrityError:
        own = Honour.objects.filter(
            key=key, nominator_id=actor.subject_id, title=data.title.strip()[:MOST_TITLE]
        )
        known = own.select_related("kind").first()
        if known is None:
            raise KeyReused from None
        return known
    return made


def _checked(data: Nomination) -> HonourKind:
    wrong: dict[str, Any] = {}
    kind = kind_named(data.kind)
    if kind is None:
        wrong["kind"] = _("请选一种荣誉。")
    if not data.title.strip():
        wrong["title"] = _("请用一句话写做了什么，例如：暴雨里帮老人推车。")
    if len(data.story.strip()) < 10:
        wrong["story"] = _("请写清楚什么时候、在哪里、做了什么，至少十个字。")
    if not data.is_self and not data.who.strip() and not data.phone.strip():
        wrong["who"] = _("请写提名的是谁，例如：常在枫桥驿站等单的王师傅。")
    if wrong or kind is None:
        raise Invalid(fields=wrong)
    return kind


def nominate_from_case(*, case_number: str, scope_code: str, event_id: UUID, now: datetime) -> Honour | None:
    """A good deed that was reported: whoever reported stays unknown, staff read the case. Once for each case."""
    kind = kind_named(CASE_KIND)
    if kind is None or Honour.objects.filter(case_number=case_number).exists():
        return None
    with transaction.atomic():
        made = Honour.objects.create(
            kind=kind, key=event_id, title=_("随手拍报来的好事"), story=_("事情的经过在这件上报里，核实后由社区另写。"),
            case_number=case_number, scope_code=scope_code, state_since=now, nominated_at=now,
        )  # fmt: skip
        _told(SYSTEM, made, "nominate", "", now)
    return made


def call_back_case(*, case_number: str, now: datetime) -> None:
    """The street handles it as a case after all."""
    found = Honour.objects.filter(case_number=case_number, state__in=["nominated", "verified"]).first()
    if found is not None:
        with transaction.atomic():
            _moved(SYSTEM, found, "call_back", _("街道收回去自己办。"), now)


def edit_story(*, actor: Actor, public_id: UUID, title: str, story: str, phone: str, now: datetime) -> Honour:
    """Who verifies writes what everybody will read, and finds the account by the number, which is not kept.

    Raises `HonourNotFound`, `OwnHonour`, `Invalid`, `NobodyKnown` for a number without an account.
    """
    if not title.strip() or len(story.strip()) < 10:
        raise Invalid(fields={"story": _("请写清楚什么时候、在哪里、做了什么，至少十个字。")})
    with transaction.atomic():
        honour = _locked(actor, "incentives.honour_verify", public_id, as_other=True)
        if honour.state not in (HonourState.NOMINATED, HonourState.VERIFIED):
            raise Conflict
        changes: dict[str, Any] = {
            "title": title.strip()[:MOST_TITLE], "story": story.strip()[:MOST_STORY],
        }  # fmt: skip
        if phone.strip():
            subject = subject_by_phone(phone)
            if subject is None:
                raise NobodyKnown
            if subject != honour.subject_id:
                changes |= {"subject_id": subject, "may_publicise_at": None, "may_display_at": None}
        Honour.objects.filter(pk=honour.pk).update(**changes)
        for name, value in changes.items():
            setattr(honour, name, value)
        _told(actor, honour, "edit", "", now)
    return honour


def perform_honour(*, actor: Actor, public_id: UUID, name: str, opinion: str, now: datetime) -> Honour:
    """The step of that name, for page and API.

    Publishes `HonourMoved` or `HonourAwarded`. Raises `KeyError` for a step that nobody presses, `HonourNotFound`,
    `OwnHonour`, `SameTwo`, `NoConsent`, `NobodyKnown`, `StillShown`, `ObjectionsOpen`, `ObjectionUpheld`,
    `NominationOnly`, `NotThisKind`, `IllegalMove`, `Invalid` where a word is missing.
    """
    move = HONOUR[name]
    if move.permission == "system" or name == "nominate":
        raise KeyError(name)
    text = opinion.strip()[:MOST_OPINION]
    if "opinion" in move.required_fields and not text:
        raise Invalid(fields={"opinion": _("请写一句：核实了什么，或者为什么。")})
    with transaction.atomic():
        honour = _locked(actor, move.permission, public_id, as_other=name != "withdraw")
        if move.permission == "incentives.honour_decide" and is_same_person(actor, honour.verified_by_id):
            raise SameTwo
        if honour.state not in move.sources:
            raise IllegalMove(HonourState(honour.state).label, move.label)
        changes = STEPS[name](actor, honour, now) if name in STEPS else {}
        _moved(actor, honour, name, text, now, **changes)
    return honour


def _verify(actor: Actor, honour: Honour, now: datetime) -> dict[str, Any]:
    return {"verified_by_id": actor.assignment_id}


def _forward(actor: Actor, honour: Honour, now: datetime) -> dict[str, Any]:
    if not honour.kind.is_nomination_only:
        raise NotThisKind
    return {"decided_by_id": actor.assignment_id}


def _publicise(actor: Actor, honour: Honour, now: datetime) -> dict[str, Any]:
    if honour.kind.is_nomination_only:
        raise NominationOnly
    if honour.subject_id is None:
        raise NobodyKnown
    if honour.may_publicise_at is None:
        raise NoConsent
    until = working_days_on(now, honour.kind.publicity_days, honour.scope_code)
    return {"decided_by_id": actor.assignment_id, "publicity_until": until, "warned_at": None}


def _award(actor: Actor, honour: Honour, now: datetime) -> dict[str, Any]:
    if honour.publicity_until is None or now < honour.publicity_until:
        raise StillShown
    raised = Objection.objects.filter(target=honour.public_id)
    if raised.filter(answered_at=None).exists():
        raise ObjectionsOpen
    if raised.filter(is_upheld=True, at__gte=honour.state_since).exists():  # of this publicity
        raise ObjectionUpheld
    return {"decided_by_id": actor.assignment_id, "awarded_at": now}


def _display(actor: Actor, honour: Honour, now: datetime) -> dict[str, Any]:
    if honour.may_display_at is None:
        raise NoConsent
    day = months_on(timezone.localdate(now), honour.kind.display_months)
    until = timezone.make_aware(datetime.combine(day, time.min))
    return {"displayed_until": until, "decided_by_id": actor.assignment_id}


def _decided(actor: Actor, honour: Honour, now: datetime) -> dict[str, Any]:
    return {"decided_by_id": actor.assignment_id}


STEPS: dict[str, Callable[[Actor, Honour, datetime], dict[str, Any]]] = {
    "verify": _verify,
    "forward": _forward,
    "publicise": _publicise,
    "award": _award,
    "display": _display,
    "take_down": _decided,
    "refuse": _decided,
}


def waits_for(*, actor: Actor, honour: Honour, now: datetime) -> dict[str, DomainError]:
    """What a step would be refused with if it were pressed now, by its name. Writes nothing."""
    found: dict[str, DomainError] = {}
    for move in HONOUR.from_state(honour.state):
        try:
            if move.name in STEPS:
                STEPS[move.name](actor, honour, now)
        except DomainError as error:
            found[move.name] = error
    return found


def agree_honour(*, actor: Actor, public_id: UUID, purpose: str, shown_as: str, now: datetime) -> Honour:
    """The honoured person agrees, for this one, to be shown for objections, or on the wall: two separate consents.

    Publishes `ConsentGiven`, `HonourMoved`. Raises `HonourNotFound`, `Invalid`.
    """
    name = called(shown_as)
    with transaction.atomic():
        honour = _mine(actor, public_id)
        person = person_of_subject(actor.subject_id) if actor.subject_id else None
        if person is None:
            raise HonourNotFound
        give_consent(person=person, purpose=purpose, now=now)
        column = COLUMNS[purpose]
        if getattr(honour, column) is None or honour.shown_as != name:
            Honour.objects.filter(pk=honour.pk).update(**{column: now}, shown_as=name)
            setattr(honour, column, now)
            honour.shown_as = name
            _told(actor, honour, "agree", "", now)
    return honour


def disagree_honour(*, actor: Actor, public_id: UUID, purpose: str, now: datetime) -> Honour:
    """Taken back for this one: what is shown is gone at once, the award stays. Publishes `HonourMoved`."""
    with transaction.atomic():
        honour = _mine(actor, public_id)
        _taken_back(actor, honour, purpose, now)
    return honour


def withdraw_all(*, subject_id: UUID, purpose: str, now: datetime) -> None:
    """The consent itself was withdrawn: everything that rests on it is gone, in the same transaction."""
    held = {f"{COLUMNS[purpose]}__isnull": False}
    for honour in Honour.objects.select_for_update(of=("self",)).filter(subject_id=subject_id, **held):
        _taken_back(SYSTEM, honour, purpose, now)


def _taken_back(actor: Actor, honour: Honour, purpose: str, now: datetime) -> None:
    column = COLUMNS[purpose]
    if getattr(honour, column) is None:
        return
    state, name = WITHDRAWN_FROM[purpose]
    if honour.state == state:
        _moved(SYSTEM, honour, name, "", now, **{column: None})
        return
    Honour.objects.filter(pk=honour.pk).update(**{column: None})
    setattr(honour, column, None)
    _told(actor, honour, "disagree", "", now)


def reopen_honour(*, target: UUID, now: datetime) -> None:
    """An appeal was upheld: it is verified anew, by others as well."""
    honour = Honour.objects.get(public_id=target)
    _moved(SYSTEM, honour, "reopen", _("申诉成立，重新核实。"), now, verified_by_id=None, decided_by_id=None)


def _mine(actor: Actor, public_id: UUID) -> Honour:
    """One's own, as the honoured. Raises `HonourNotFound`."""
    rows = visible(Honour.objects.filter(public_id=public_id), "incentives.honour_own", actor)
    found = rows.select_for_update(of=("self",)).filter(subject_id=actor.subject_id).first()
    if found is None or actor.subject_id is None:
        raise HonourNotFound
    return found


def _locked(actor: Actor, permission: str, public_id: UUID, *, as_other: bool) -> Honour:
    rows = visible(Honour.objects.filter(public_id=public_id), permission, actor)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise HonourNotFound
    honour = Honour.objects.select_for_update(of=("self",)).select_related("kind").get(pk=key)
    own = actor.subject_id
    if as_other and own is not None and own in (honour.subject_id, honour.nominator_id):
        raise OwnHonour
    return honour


def _moved(actor: Actor, honour: Honour, name: str, opinion: str, now: datetime, **changes: Any) -> Honour:
    HONOUR.step(honour, name, state_since=now, state_reason=opinion, **changes)
    _told(actor, honour, name, opinion, now)
    if honour.case_number and name in RECEIPTS:
        take_receipt(case_number=honour.case_number, receipt=str(RECEIPTS[name]), now=now)
    return honour


# What whoever reported the good deed reads; nobody here knows who that is.
RECEIPTS = {
    "verify": gettext_lazy("社区核实了，登上善行义举榜之前会先问本人愿不愿意。谢谢你看见了这件好事。"),
    "refuse": gettext_lazy("社区去核实过，这次没有登记。谢谢你留心。"),
}


def _told(actor: Actor, honour: Honour, name: str, opinion: str, now: datetime) -> None:
    """Its line in the ledger, its audit entry, its event; in the caller's transaction."""
    HonourStep.objects.create(
        honour=honour, at=now, action=name, state=honour.state, opinion=opinion, role=actor.role
    )
    audit.record(
        actor=actor, action=f"incentives.honour_{name}", object_type="honour", object_id=honour.pk,
        scope_code=honour.scope_code, detail={"state": honour.state, "kind": honour.kind_id}, now=now,
    )  # fmt: skip
    key = str(honour.public_id)
    happened: Any = HonourMoved(key, honour.kind_id, name, honour.state)
    if name == "nominate":
        happened = HonourNominated(key, honour.kind_id)
    elif name == "award":
        happened = HonourAwarded(key, honour.kind_id)
    publish(happened, subject_id=honour.subject_id, scope_code=honour.scope_code, now=now)
