"""What of a service is not kept for good: the point of a check-in, the trace of a phone, the person who leaves."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.volunteering.enums import CertificateState, HelpState, OfferState, RecordState
from nuanxin.volunteering.models import (
    Certificate,
    CertificateLine,
    CheckInPoint,
    HelpOffer,
    HelpRequest,
    RecordCorrection,
    ServiceRecord,
)
from nuanxin.volunteering.services.claim_pictures import erase_pictures
from nuanxin.volunteering.workflow import CERTIFICATE, RECORD

POINTS_KEPT = timedelta(days=90)
OFFERS_KEPT = timedelta(days=30)
ROUGHLY = 2  # decimals of a degree: about a kilometre
BATCH = 500


def _fine(now: datetime) -> QuerySet[CheckInPoint]:
    return CheckInPoint.objects.filter(is_coarse=False, at__lt=now - POINTS_KEPT)


def points_due(now: datetime) -> int:
    return _fine(now).count()


def blur_points(*, now: datetime) -> int:
    """To a grid of about a kilometre; what tells phones apart goes with it. Returns how many."""
    rows = list(_fine(now).order_by("pk")[:BATCH])
    for each in rows:
        lng, lat = (float(part) for part in each.place.split())
        each.place, each.is_coarse = f"{lng:.{ROUGHLY}f} {lat:.{ROUGHLY}f}", True
    with transaction.atomic():
        CheckInPoint.objects.bulk_update(rows, ["place", "is_coarse"])
        ServiceRecord.objects.filter(pk__in=[each.record_id for each in rows]).update(device="")
    return len(rows)


def _past_offers(now: datetime) -> QuerySet[HelpOffer]:
    return HelpOffer.objects.filter(request__ends_at__lt=now - OFFERS_KEPT)


def offers_due(now: datetime) -> int:
    return _past_offers(now).count()


def forget_offers(*, now: datetime) -> int:
    """Who was asked, and who said no, is nobody's business any more. Returns how many."""
    keys = list(_past_offers(now).values_list("pk", flat=True)[:BATCH])
    HelpOffer.objects.filter(pk__in=keys).delete()
    return len(keys)


def erase_records(subject: Subject, *, now: datetime) -> Erased:
    """The minutes stay, nobody's, without what somebody wrote; whoever is checked in is not any more."""
    rows = ServiceRecord.objects.filter(person=subject.person_id or 0)
    with transaction.atomic():
        for record in rows.filter(state=RecordState.CHECKED_IN):
            RECORD.step(record, "submit", state_since=now, minutes=0)
        keys = list(rows.values_list("pk", flat=True))
        CheckInPoint.objects.filter(record__in=keys).delete()
        erase_pictures(subject, now=now)
        RecordCorrection.objects.filter(record__in=keys).update(words="—")
        own_words = ServiceRecord.objects.filter(pk__in=keys, is_manual=True)
        CertificateLine.objects.filter(record__in=own_words).update(title="—")
        own_words.update(title="—")
        ServiceRecord.objects.filter(pk__in=keys).update(
            person=None, sign_up=None, proof="—", device="", entered_by=None, key=None
        )
    return Erased(anonymised=len(keys))


def erase_certificates(subject: Subject, *, now: datetime) -> Erased:
    """Issued ones are no longer anybody's; what was only asked for is withdrawn."""
    rows = Certificate.objects.filter(person=subject.person_id or 0)
    with transaction.atomic():
        for row in rows.filter(state=CertificateState.APPLIED):
            CERTIFICATE.step(row, "withdraw", state_since=now)
        count = rows.update(person=None)
    return Erased(anonymised=count)


def erase_offers(subject: Subject, *, now: datetime) -> Erased:
    """A yes of somebody who has left makes the need look for another one."""
    rows = HelpOffer.objects.filter(person=subject.person_id or 0)
    open_again = Q(offers__in=rows.filter(state=OfferState.ACCEPTED), state=HelpState.OPEN)
    with transaction.atomic():
        HelpRequest.objects.filter(open_again, starts_at__gt=now).update(look_at=now)
        count, _each = rows.delete()
    return Erased(removed=count)
