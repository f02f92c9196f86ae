"""A solved case becomes public: its reporter agrees, somebody who had no part in it looks and writes, and either of
them takes it back. What was reported is never shown; the words are the office's.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import PublicationState
from nuanxin.cases.events import CasePublished, PublicationRefused, PublicationWanted, PublicationWithdrawn
from nuanxin.cases.models import Case, Publication
from nuanxin.cases.queries.publication_review import (
    WORDS,
    coarse,
    community_of,
    flags_in,
    may_be_public,
    unit_shown,
)
from nuanxin.cases.queries.publications import CONSENT
from nuanxin.cases.queries.redacting import released_pictures
from nuanxin.cases.services.redacting import call_off_redactions, propose_redactions
from nuanxin.cases.services.steps import announce, locked_case, require_text
from nuanxin.cases.workflow import PUBLICATION
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.kernel.privacy.flags import Flag
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.enums import Channel
from nuanxin.people.models import Consent
from nuanxin.people.queries.subjects import person_of_subject
from nuanxin.people.services import give_consent, withdraw_consent

TAKEN_BACK = {PublicationState.WANTED, PublicationState.IN_REVIEW, PublicationState.PUBLISHED}
BATCH = 200


class NotPublishable(Conflict):
    default_message = _("这一件不能公开。")
    default_hint = _(
        "只公开已解决、没有重新打开、所在街道已开通的；保密、纠纷、转办和涉及燃气治安的一律不公开。"
    )


class AlreadyDecided(Conflict):
    default_message = _("这一件街道已经决定不公开了。")
    default_hint = _("不影响办理结果；有疑问可以在下面补充一句，街道会看到。")


class Flagged(Invalid):
    """Something in the words may point at a person; what it is stands beside each field."""

    default_message = _("文字里还有会让人认出谁的内容，不能公开。")
    default_hint = _("标红的删掉或换个说法；标黄的确认不是某个人以后，勾上再公开。")


def offer_publication(*, actor: Actor, case: Case, now: datetime, channel: str = Channel.WEB) -> Publication:
    """The reporter agrees that the result of this one may be shown, in the words in force.

    Agreeing twice is agreeing once. Records the consent and publishes `PublicationWanted`.
    Raises `NotPublishable`, `AlreadyDecided`.
    """
    with transaction.atomic():
        case = locked_case(actor, "cases.offer_publication", case)
        row = Publication.objects.select_for_update().filter(case=case).first()
        if row is not None and row.state == PublicationState.REFUSED:
            raise AlreadyDecided
        if row is not None and row.state != PublicationState.WITHDRAWN:
            return row
        if not may_be_public(case) or case.parent_id is not None:
            raise NotPublishable
        agreed = {**_agree(actor, channel, now=now), "agreed_at": now, "changed_at": now}
        if row is None:
            row = Publication.objects.create(case=case, **_facts(case), **agreed)
        else:
            PUBLICATION.step(row, "want", **agreed)
        propose_redactions(case=case, now=now)
        _audit(case, "want", actor=actor, now=now)
        announce(case, PublicationWanted(case.pk, case.number), now=now)
    return row


def take_back_publication(*, actor: Actor, case: Case, now: datetime) -> None:
    """The reporter no longer wants it shown: gone at once, from every page. Publishes `PublicationWithdrawn`.

    With the last one the consent itself ends. Taking back what is not there changes nothing.
    """
    with transaction.atomic():
        case = locked_case(actor, "cases.offer_publication", case)
        row = Publication.objects.select_for_update().filter(case=case, state__in=TAKEN_BACK).first()
        if row is None:
            return
        _take_back(row, case, actor=actor, now=now)
        _end_consent(actor, now=now)


def withdraw_publications(*, subject_id: UUID | None, now: datetime) -> int:
    """The consent to all of them has ended, or the person has left. Publishes `PublicationWithdrawn` for each.

    Returns how many.
    """
    if subject_id is None:
        return 0
    with transaction.atomic():
        rows = Publication.objects.select_for_update(of=("self",)).filter(
            case__reporter__subject_id=subject_id, state__in=TAKEN_BACK
        )
        found = list(rows.select_related("case").order_by("pk"))
        for row in found:
            _take_back(row, row.case, actor=SYSTEM, now=now)
    return len(found)


def draft_publication(
    *,
    actor: Actor,
    publication: Publication,
    words: Mapping[str, str],
    before_id: int | None,
    after_id: int | None,
    cleared: Collection[str],
    now: datetime,
) -> Publication:
    """Keep what has been written so far; nothing is public by it. Raises `Invalid` for a picture not released."""
    with transaction.atomic():
        row = _write(_locked(actor, publication), actor, words, before_id, after_id, cleared, now=now)
        _audit(row.case, "draft_publication", actor=actor, now=now)
    return row


def publish_case(
    *,
    actor: Actor,
    publication: Publication,
    words: Mapping[str, str],
    before_id: int | None,
    after_id: int | None,
    cleared: Collection[str],
    now: datetime,
) -> Publication:
    """Show it to everybody: the words given, the pictures released, day, community, unit. Publishes `CasePublished`.

    Raises `NotPublishable`, `Flagged` as long as anything in the words may point at a person, `Invalid`.
    """
    with transaction.atomic():
        row = _locked(actor, publication)
        row = _write(row, actor, words, before_id, after_id, cleared, now=now)
        if not may_be_public(row.case):
            raise NotPublishable
        for name in WORDS:
            require_text(name, words.get(name, ""), _("这一栏要写，大家会看到。"))
        _refuse_flagged(row.case, words, set(cleared))
        PUBLICATION.step(
            row, "publish", **_facts(row.case), published_on=now.astimezone(SHANGHAI).date(), changed_at=now
        )
        _audit(row.case, "publish", actor=actor, now=now)
        announce(row.case, CasePublished(row.case_id, row.case.number, row.category_id), now=now)
    return row


def refuse_publication(*, actor: Actor, publication: Publication, opinion: str, now: datetime) -> Publication:
    """Do not show it, or no longer: the reporter reads why. Publishes `PublicationRefused`."""
    reason = require_text("opinion", opinion, _("请写明原因，上报人会看到。"))
    with transaction.atomic():
        row = _locked(actor, publication)
        was_public = row.state == PublicationState.PUBLISHED
        name = "take_down" if was_public else "refuse_publication"
        PUBLICATION.step(row, name, reason=reason, changed_at=now, assignment_id=actor.assignment_id)
        call_off_redactions(case=row.case, now=now)
        _audit(row.case, name, actor=actor, now=now)
        announce(row.case, PublicationRefused(row.case_id, row.case.number, was_public), now=now)
    return row


def revise_publication(*, actor: Actor, publication: Publication, now: datetime) -> Publication:
    """Off the page at once, to be put right and looked at again."""
    with transaction.atomic():
        row = _locked(actor, publication)
        PUBLICATION.step(row, "revise", changed_at=now, assignment_id=actor.assignment_id)
        _audit(row.case, "revise", actor=actor, now=now)
    return row


def recall_publication(case: Case, *, now: datetime) -> None:
    """Part of reopening: it is not solved after all. Once it is, somebody looks again."""
    shown = (PublicationState.IN_REVIEW, PublicationState.PUBLISHED)
    row = Publication.objects.select_for_update().filter(case=case, state__in=shown).first()
    if row is not None:
        PUBLICATION.step(row, "recall", changed_at=now)
        _audit(case, "recall", actor=SYSTEM, now=now)


def _locked(actor: Actor, publication: Publication) -> Publication:
    """Raises `NotFound` to whoever may not publish it, or has handled it."""
    rows = Publication.objects.select_for_update(of=("self",)).filter(policy.rule("cases.publish", actor))
    row = rows.filter(pk=publication.pk).select_related("case__handled_by", "case__compound").first()
    if row is None:
        raise NotFound
    return row


def _agree(actor: Actor, channel: str, *, now: datetime) -> dict[str, Any]:
    person = person_of_subject(actor.subject_id) if actor.subject_id else None
    if person is None:
        raise NotFound
    consent = give_consent(person=person, purpose=CONSENT, channel=channel, now=now)
    return {"agreed_version": consent.version, "agreed_hash": consent.text_hash}


def _end_consent(actor: Actor, *, now: datetime) -> None:
    """When nothing of the person's is on its way or public any more."""
    left = Publication.objects.filter(case__reporter__subject_id=actor.subject_id, state__in=TAKEN_BACK)
    person = person_of_subject(actor.subject_id) if actor.subject_id else None
    if person is None or left.exists():
        return
    if Consent.objects.filter(person=person, purpose=CONSENT, withdrawn_at=None).exists():
        withdraw_consent(person=person, purpose=CONSENT, now=now)


def _take_back(row: Publication, case: Case, *, actor: Actor, now: datetime) -> None:
    PUBLICATION.step(row, "take_back", changed_at=now)
    call_off_redactions(case=case, now=now)
    _audit(case, "take_back", actor=actor, now=now)
    announce(case, PublicationWithdrawn(case.pk, case.number), now=now)


def _write(
    row: Publication,
    actor: Actor,
    words: Mapping[str, str],
    before_id: int | None,
    after_id: int | None,
    cleared: Collection[str],
    *,
    now: datetime,
) -> Publication:
    pictures = released_pictures([row.case_id]).get(row.case_id, [])
    released = {picture.attachment_id for picture in pictures}
    for name, chosen in (("before", before_id), ("after", after_id)):
        if chosen is not None and chosen not in released:
            raise Invalid(fields={name: _("这张照片还没有打码放行，不能公开。请先在案件页里处理照片。")})
    changes = {
        **{name: words.get(name, "").strip() for name in WORDS},
        "before_id": before_id,
        "after_id": after_id,
        "cleared": sorted(set(cleared)),
        "assignment_id": actor.assignment_id,
        "changed_at": now,
    }
    if row.state == PublicationState.WANTED:
        PUBLICATION.step(row, "review_publication", **changes)
    elif row.state != PublicationState.IN_REVIEW:
        raise Conflict
    else:
        Publication.objects.filter(pk=row.pk).update(**changes)
        for name, value in changes.items():
            setattr(row, name, value)
    return row


def _refuse_flagged(case: Case, words: Mapping[str, str], cleared: set[str]) -> None:
    open_flags = {
        name: [flag for flag in found if not (flag.may_be_cleared and flag.text in cleared)]
        for name, found in flags_in(case, words).items()
    }
    fields = {name: _told(found) for name, found in open_flags.items() if found}
    if fields:
        raise Flagged(fields=fields)


def _told(found: list[Flag]) -> str:
    return "；".join(f"{flag.kind.label}：{flag.text}" for flag in found)


def _facts(case: Case) -> dict[str, Any]:
    """What is public without anybody writing it: kind, community, hexagon, unit and days."""
    lng, lat = coarse(case.lng, case.lat)
    return {
        "scope_code": community_of(case.scope_code),
        "category_id": case.category_id,
        **unit_shown(case.handled_by),
        "reported_on": case.reported_at.astimezone(SHANGHAI).date(),
        "solved_on": (case.closed_at or case.state_since).astimezone(SHANGHAI).date(),
        "lng": lng,
        "lat": lat,
    }


def _audit(case: Case, action: str, *, actor: Actor, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=f"cases.{action}",
        object_type="cases.publication",
        object_id=case.number,
        scope_code=case.scope_code,
        now=now,
        is_unnamed=actor.organisation_id is None,  # the reporter
    )
