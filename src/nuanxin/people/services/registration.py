from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, level_of
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.people.enums import Channel, DeclaredAs, Language, WorkerType
from nuanxin.people.events import AssignmentStarted, PersonRegistered, ProfileChanged
from nuanxin.people.identifiers import normal_mobile
from nuanxin.people.models import Assignment, Organisation, Person, Subject, WorkerJob, WorkerProfile
from nuanxin.people.services.codes import NotAMobile
from nuanxin.people.services.consents import record_consents

LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work, and the platform if there is one."""

    worker_type: str
    platform: Organisation | None = None


class NumberTaken(Conflict):
    default_message = _("这个手机号已经有账号了。")
    default_hint = _("请直接用它登录；号码换了主人，就请原来的人先换号。")


class ConsentMissing(Invalid):
    default_message = _("还差一个同意。")
    default_hint = _("没有“基本服务”这一项就没法为您登录和反馈；其他的都可以不选。")


def register_worker(
    *,
    phone: str,
    name: str,
    community_code: str,
    declared_as: str,
    works: Iterable[Work] = (),
    consents: Iterable[str],
    nickname: str = "",
    language: str = Language.CHINESE,
    channel: str = Channel.WEB,
    now: datetime,
) -> Person:
    """A worker's account on a number that has been proved by a code.

    Writes person, subject, profile, consents and the `worker` assignment in the declared community. Publishes
    `PersonRegistered`. Raises `NumberTaken`, `ConsentMissing`, `Invalid`.
    """
    given, trades = list(consents), list(works)
    _check_declaration(community_code, declared_as)
    _check_works(trades, given)
    with transaction.atomic():
        person = _create_self_registered(phone, name, nickname, language, given, channel, now)
        profile = WorkerProfile.objects.create(
            person=person, scope_code=community_code, declared_as=declared_as, declared_at=now,
        )  # fmt: skip
        _store_works(profile, trades)
        _start(person, "worker", community_code, now)
        publish(PersonRegistered("worker"), subject_id=person.subject.pk, scope_code=community_code, now=now)
    return person


def register_resident(
    *,
    phone: str,
    name: str,
    community_code: str,
    consents: Iterable[str],
    nickname: str = "",
    language: str = Language.CHINESE,
    channel: str = Channel.WEB,
    now: datetime,
) -> Person:
    """A resident's account; as `register_worker`, without a profile."""
    _check_declaration(community_code, DeclaredAs.HOME)
    with transaction.atomic():
        person = _create_self_registered(phone, name, nickname, language, list(consents), channel, now)
        _start(person, "resident", community_code, now)
        publish(
            PersonRegistered("resident"), subject_id=person.subject.pk, scope_code=community_code, now=now
        )
    return person


def create_person(
    *,
    name: str,
    now: datetime,
    phone: str = "",
    login_name: str | None = None,
    nickname: str = "",
    language: str = Language.CHINESE,
) -> Person:
    """An account without a role yet, with its subject. For invitations, the command line and the demo.

    Raises `NumberTaken`, `LoginNameTaken`, `NotAMobile`, `Invalid`.
    """
    number = normal_mobile(phone) if phone else ""
    if phone and not number:
        raise NotAMobile(fields={"phone": NotAMobile.default_message})
    person = Person(
        name=checked_name(name),
        nickname=checked_name(nickname, field="nickname") if nickname else "",
        phone=number,
        login_name=login_name or None,
        language=language,
        registered_at=now,
    )
    person.set_unusable_password()
    _check_free(person)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            Subject.objects.create(person=person)
    except IntegrityError:
        raise NumberTaken from None
    return person


class LoginNameTaken(Conflict):
    default_message = _("这个登录名已经有人用了。")
    default_hint = _("换一个，比如在后面加上岗位或数字。")


def rename(*, person: Person, name: str, nickname: str = "", language: str = "", now: datetime) -> None:
    """The person corrects what they are called and how they are spoken to."""
    person.name = checked_name(name)
    person.nickname = checked_name(nickname, field="nickname") if nickname else ""
    if language in Language.values:
        person.language = language
    with transaction.atomic():
        person.save(update_fields=["name", "nickname", "language"])
        _note(person, "people.rename", now)


def declare_work(
    *,
    person: Person,
    community_code: str,
    declared_as: str,
    works: Iterable[Work],
    has_consented: bool,
    now: datetime,
) -> WorkerProfile:
    """The worker changes community or trades; a resident becomes a worker. Publishes `ProfileChanged`.

    The assignment moves along: the old one ends, a new one starts. Raises `Invalid`.
    """
    trades = list(works)
    _check_declaration(community_code, declared_as)
    _check_works(trades, ["work_profile"] if has_consented else [])
    with transaction.atomic():
        profile, _created = WorkerProfile.objects.update_or_create(
            person=person,
            defaults={"scope_code": community_code, "declared_as": declared_as, "declared_at": now},
        )
        profile.jobs.all().delete()
        _store_works(profile, trades)
        _move_self(person, community_code, now)
        _note(person, "people.declare_work", now, scope_code=community_code)
        publish(
            ProfileChanged(community_code), subject_id=person.subject.pk, scope_code=community_code, now=now
        )
    return profile


def checked_name(name: str, *, field: str = "name") -> str:
    """Any name of up to 50 characters, interpuncts and single names included (`domain.md` §9). Raises `Invalid`."""
    text = " ".join(name.split())
    if not text:
        raise Invalid(fields={field: _("请告诉我们怎么称呼您。")})
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise Invalid(fields={field: _("最多50个字，不能有特殊符号。")})
    return text


def _create_self_registered(
    phone: str, name: str, nickname: str, language: str, given: list[str], channel: str, now: datetime
) -> Person:
    if "service" not in given:
        raise ConsentMissing(fields={"consents": ConsentMissing.default_message})
    if not normal_mobile(phone):
        raise NotAMobile(fields={"phone": NotAMobile.default_message})
    person = create_person(name=name, phone=phone, nickname=nickname, language=language, now=now)
    record_consents(person=person, purposes=given, channel=channel, now=now)
    return person


def _check_free(person: Person) -> None:
    if person.phone and Person.objects.filter(phone_index__holds=person.phone).exists():
        raise NumberTaken
    if person.login_name and Person.objects.filter(login_name__iexact=person.login_name).exists():
        raise LoginNameTaken(code="login_name_taken")


def _check_declaration(code: str, declared_as: str) -> None:
    try:
        level = level_of(code)
    except ValueError:
        level = ""
    if level not in {"community", "grid"}:
        raise Invalid(fields={"community": _("请选到社区这一级。")})
    if declared_as not in DeclaredAs.values:
        raise Invalid(fields={"declared_as": _("请选住在这里，还是主要在这里跑。")})


def _check_works(works: list[Work], given: list[str]) -> None:
    if any(work.worker_type not in WorkerType.values for work in works):
        raise Invalid(fields={"worker_types": _("从业类型不在列表里，请重新选。")})
    if works and "work_profile" not in given:
        raise ConsentMissing(
            fields={"worker_types": _("要保存从业类型，请勾选“从业资料”；不想留，就一个也不选。")},
        )  # fmt: skip


def _store_works(profile: WorkerProfile, works: list[Work]) -> None:
    unique = {(work.worker_type, work.platform.pk if work.platform else None) for work in works}
    WorkerJob.objects.bulk_create(
        WorkerJob(profile=profile, worker_type=worker_type, platform_id=platform_id)
        for worker_type, platform_id in sorted(unique, key=str)
    )


def _start(person: Person, role: str, scope_code: str, now: datetime) -> Assignment:
    assignment = Assignment.objects.create(
        person=person, role_id=role, scope_code=scope_code, active_from=now
    )
    publish(
        AssignmentStarted(assignment.pk, role), subject_id=person.subject.pk, scope_code=scope_code, now=now
    )
    return assignment


def _move_self(person: Person, scope_code: str, now: datetime) -> None:
    """End the self-registered role elsewhere and start the worker's here; nothing if it is here already."""
    open_now = Assignment.objects.filter(person=person, role__in=["worker", "resident"], active_to=None)
    if open_now.filter(role="worker", scope_code=scope_code).exists():
        return
    open_now.update(active_to=now)
    _start(person, "worker", scope_code, now)


def _note(person: Person, action: str, now: datetime, scope_code: str = "") -> None:
    actor = Actor(role="self", person_id=person.pk, subject_id=person.subject.pk)
    record(
        actor=actor, action=action, object_type="people.subject", object_id=person.subject.pk,
        scope_code=scope_code, now=now,
    )  # fmt: skip
