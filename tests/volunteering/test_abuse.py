"""What somebody leaves behind, and what a stranger might try: each of it comes to nothing."""

from uuid import uuid4

import pytest

from nuanxin.kernel.errors import Invalid, KeyReused
from nuanxin.kernel.privacy.register import Subject
from nuanxin.volunteering.models import CertificateLine, ServiceRecord
from nuanxin.volunteering.services import appointment_watching, programmes, record_forgetting, records
from nuanxin.volunteering.services import certificates as certifying
from nuanxin.volunteering.services.record_confirming import confirm_hours
from tests.factories import volunteers
from tests.factories.served import BEGINS, DAY, ENDS, HOUR, build_served
from tests.factories.town import COMMUNITY

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(town):
    return build_served(town)


def test_whoever_leaves_takes_along_what_they_wrote(served):
    worker = served.town["worker"]
    claim = records.Claim(
        organisation=served.team.public_id, source="help", title="帮张大爷搬柜子", starts_at=BEGINS, ends_at=ENDS,
        proof="枫桥社区 3 号楼，网格员在场",
    )  # fmt: skip
    row = records.enter_service(actor=worker, claim=claim, key=uuid4(), now=ENDS + HOUR)
    confirm_hours(actor=served.leader, records=[row.public_id], now=ENDS + HOUR)
    days = {"period_from": row.served_on, "period_to": row.served_on}
    asked = certifying.apply_for_certificate(
        actor=worker, organisation=served.team.public_id, key=uuid4(), now=ENDS + DAY, **days
    )
    certifying.issue_certificate(actor=served.leader, public_id=asked.public_id, now=ENDS + DAY)
    record_forgetting.erase_records(Subject(worker.person_id, worker.subject_id), now=ENDS + 2 * DAY)
    row.refresh_from_db()
    assert (row.minutes, row.person, row.title, row.proof) == (120, None, "—", "—")
    assert list(CertificateLine.objects.values_list("title", "minutes")) == [("—", 120)]
    assert not ServiceRecord.objects.filter(title__contains="张大爷").exists()


def test_a_key_that_came_with_another_objection_is_a_conflict(town):
    one = volunteers.publicised(town, volunteers.post(town))
    two = volunteers.publicised(town, volunteers.post(town, "safety_patroller"), "other_worker")
    key = uuid4()
    given = {"key": key, "text": "不住在这个网格", "now": town.now}
    appointment_watching.object_to_appointment(public_id=one.public_id, **given)
    with pytest.raises(KeyReused):
        appointment_watching.object_to_appointment(public_id=two.public_id, **given)


@pytest.mark.parametrize(
    ("words", "is_about_somebody"),
    [
        ("见到他请打 138 0013 8000", True),
        ("见到他请打 138-0013-8000", True),
        ("见到他请打 １３８００１３８０００", True),
        ("身份证 110101 19900101 123X", True),
        ("请装国家反诈中心 APP 96110，2026-09-15 13:00 起打 12345", False),
    ],
)
def test_a_notice_about_somebody_is_one_however_the_number_is_written(town, words, is_about_somebody):
    data = programmes.NoticeData(
        key=uuid4(),
        topic="scam",
        title="假冒站长收押金",
        text=words,
        scope_code=COMMUNITY,
        expires_at=town.now + DAY,
    )
    told: dict[str, object] = {}
    try:
        programmes.send_prevention(actor=town["community"], data=data, now=town.now)
    except Invalid as refused:
        told = refused.fields
    assert ("text" in told) is is_about_somebody
