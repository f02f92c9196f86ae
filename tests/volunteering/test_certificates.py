"""Certificates and spot-checks: issued by who recorded, verified by anybody, revoked when they stop being true."""

import io
import json
from datetime import date, timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from joserfc import jwt as jose
from joserfc.jwk import KeySet
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from pypdf import PdfReader

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid, KeyReused, NotFound
from nuanxin.people.queries import actor_for
from nuanxin.people.services import assign
from nuanxin.volunteering.models import Certificate, ServiceRecord, SpotCheck
from nuanxin.volunteering.queries import credentials
from nuanxin.volunteering.queries.certificates import certificate_by_code, in_register, said_by
from nuanxin.volunteering.queries.spot_checks import drawn_by, spot_report
from nuanxin.volunteering.services import certificates, record_correcting, spot_checks
from nuanxin.volunteering.services.record_confirming import confirm_hours
from tests.factories.people import sign_in
from tests.factories.served import BEGINS, DAY, ENDS, HOUR, build_served
from tests.factories.town import COMMUNITY
from tests.volunteering.test_records import came, left, recorded

YEAR = (date(2026, 1, 1), date(2026, 9, 16))
BASE = "https://warm.example"


@pytest.fixture
def served(town):
    return build_served(town)


def applied(served, key=None):
    return certificates.apply_for_certificate(
        actor=served.town["worker"], organisation=served.team.public_id, period_from=YEAR[0], period_to=YEAR[1],
        key=key or uuid4(), now=ENDS + DAY,
    )  # fmt: skip


def issued(served):
    recorded(served)
    row = applied(served)
    return certificates.issue_certificate(actor=served.leader, public_id=row.public_id, now=ENDS + 2 * DAY)


class TestIssuing:
    def test_from_asking_to_the_register(self, served):
        row = issued(served)
        assert (row.state, row.minutes) == ("issued", 120)
        assert row.number == "990101-FW-2026-00001"
        again = certificates.issue_certificate(
            actor=served.leader, public_id=row.public_id, now=ENDS + 3 * DAY
        )
        assert (again.number, again.lines.count()) == (row.number, 1)
        assert in_register(ENDS + 8 * DAY) == [row]
        assert in_register(ENDS + 10 * DAY) == []

    def test_asked_twice_with_one_key_it_is_one(self, served):
        recorded(served)
        key = uuid4()
        first = applied(served, key)
        assert applied(served, key) == first
        assert applied(served) == first, "asked again while nobody has answered, under whichever key"
        assert Certificate.objects.count() == 1
        for who, since in (("worker", YEAR[0] + DAY), ("other_worker", YEAR[0])):
            with pytest.raises(KeyReused):
                certificates.apply_for_certificate(
                    actor=served.town[who], organisation=served.team.public_id, period_from=since,
                    period_to=YEAR[1], key=key, now=ENDS + DAY,
                )  # fmt: skip

    def test_nothing_is_certified_that_nobody_recorded(self, served):
        left(served, came(served))
        with pytest.raises(certificates.NothingToCertify):
            applied(served)

    def test_not_by_oneself_and_not_by_a_stranger(self, served):
        recorded(served)
        row = applied(served)
        with pytest.raises(NotFound):
            certificates.issue_certificate(
                actor=served.town["next_community"], public_id=row.public_id, now=ENDS
            )
        with pytest.raises(Invalid):
            certificates.refuse_certificate(
                actor=served.leader, public_id=row.public_id, reason=" ", now=ENDS
            )
        done = certificates.refuse_certificate(
            actor=served.town["community"], public_id=row.public_id, reason="期间写错了", now=ENDS + DAY
        )
        assert done.state == "refused"

    def test_a_correction_revokes_what_said_the_old(self, served):
        row = issued(served)
        record = ServiceRecord.objects.get(state="recorded")
        record_correcting.ask_correction(
            actor=served.town["worker"],
            public_id=record.public_id,
            words="多记了",
            wanted_minutes=60,
            now=ENDS + 3 * DAY,
        )
        record_correcting.grant_correction(
            actor=served.leader,
            public_id=record.public_id,
            minutes=60,
            quality=100,
            answer="查过",
            now=ENDS + 3 * DAY,
        )
        row.refresh_from_db()
        assert row.state == "revoked"
        said = said_by(certificate_by_code(row.number, row.code))
        assert (said.is_valid, said.certificate.minutes) == (False, 120)


class TestVerifying:
    def test_an_outsider_sees_it_masked(self, served):
        row = issued(served)
        client = Client()
        page = client.get(f"/volunteering/verify/{row.number}/{row.code}/")
        text = page.content.decode()
        assert page.status_code == 200
        assert "真实有效" in text
        assert "2.00" in text
        assert served.town.persons["worker"].name not in text
        assert client.get(f"/volunteering/verify/{row.number}/aaaaaaaaaa/").status_code == 404
        found = client.get("/volunteering/verify/", {"number": row.number, "code": row.code})
        assert found.status_code == 302
        wrong = client.get("/volunteering/verify/", {"number": row.number, "code": "nothing"})
        assert "没有这份证明" in wrong.content.decode()
        assert client.get("/volunteering/verify/register/").status_code == 200

    def test_the_pdf_says_whose_it_is(self, served):
        row = issued(served)
        client = sign_in(Client(), served.town.persons["worker"])
        answer = client.get(f"/volunteering/my-certificates/{row.public_id}/pdf/")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
        assert row.number in text
        assert row.code in text
        stranger = sign_in(Client(), served.town.persons["other_worker"])
        assert stranger.get(f"/volunteering/my-certificates/{row.public_id}/pdf/").status_code == 404


class TestOpenBadge:
    """What signs it is our own code; what verifies it here are three libraries that are not."""

    def token(self, served):
        row = issued(served)
        return row, credentials.signed(row, BASE)

    def test_a_verifier_of_open_badges_accepts_it(self, served):
        _row, token = self.token(served)
        pem = jwt.PyJWK(credentials.key_set(BASE)["keys"][0]).key.public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        found = OB3Verifier(pubkey_pem=pem).verify(token)
        assert found.issuer.name == served.team.name
        assert found.issuer.id == f"{BASE}/volunteering/issuers/{served.team.public_id}/"
        assert "2.00" in found.achievement.name
        head, body, signature = token.split(".")
        with pytest.raises(OB3VerificationError):
            OB3Verifier(pubkey_pem=pem).verify(f"{head}.{body}.{signature[:-4]}AAAA")

    def test_by_the_published_key_set(self, served, settings):
        row, token = self.token(served)
        settings.BASE_URL = BASE
        keys = Client().get("/volunteering/issuers/keys/").json()
        told = jose.decode(token, KeySet.import_key_set(keys), algorithms=["ES256"]).claims
        plain = jwt.decode(token, jwt.PyJWK(keys["keys"][0]), algorithms=["ES256"])
        assert told == plain
        assert told["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
        assert (told["iss"], told["jti"]) == (told["issuer"]["id"], told["id"])
        assert told["nbf"] == int(row.issued_at.timestamp())
        assert told["@context"][0] == "https://www.w3.org/ns/credentials/v2"
        [identity] = told["credentialSubject"]["identifier"]
        assert identity["hashed"] is True
        assert served.town.persons["worker"].name not in json.dumps(told, ensure_ascii=False)
        header = jwt.get_unverified_header(token)
        assert header["jwk"]["kty"] == "EC"
        assert "d" not in header["jwk"]
        named = Client().get(header["kid"].removeprefix(BASE)).json()
        assert named == keys["keys"][0]
        assert all("d" not in each for each in keys["keys"])

    def test_its_status_says_when_it_is_revoked(self, served):
        row, _token = self.token(served)
        address = f"/volunteering/verify/{row.number}/{row.code}/status/"
        assert Client().get(address).json()["revokedCredential"] == []
        certificates.revoke_certificate(
            actor=served.leader, public_id=row.public_id, reason="开错了人", now=ENDS + 3 * DAY
        )
        [said] = Client().get(address).json()["revokedCredential"]
        assert (said["revoked"], said["revocationReason"]) == (True, "开错了人")
        issuer = Client().get(f"/volunteering/issuers/{served.team.public_id}/").json()
        assert issuer["type"] == ["Profile"]


class TestSpotChecks:
    def drawn(self, served, count=1, seed="20260916"):
        return spot_checks.draw_spot_checks(
            actor=served.town["community"],
            since=YEAR[0],
            until=YEAR[1],
            count=count,
            seed=seed,
            now=ENDS + DAY,
        )

    def test_anybody_can_draw_the_same(self):
        pool = [uuid4() for _each in range(30)]
        assert drawn_by("a", pool, 5) == drawn_by("a", list(reversed(pool)), 5)
        assert drawn_by("a", pool, 5) != drawn_by("b", pool, 5)

    def test_labelled_ones_first_and_none_twice(self, served):
        recorded(served)
        late = came(served, "other_worker", now=BEGINS + 10 * timedelta(minutes=1))
        left(served, late, "other_worker")
        confirm_hours(actor=served.leader, records=[late.public_id], now=ENDS)
        [first] = self.drawn(served)
        assert first.record_id == late.pk
        assert len(self.drawn(served, count=5)) == 1
        with pytest.raises(spot_checks.NothingToDraw):
            self.drawn(served)

    def test_what_is_not_true_is_corrected(self, served):
        row = issued(served)
        record = ServiceRecord.objects.get(state="recorded")
        self.drawn(served)
        given = {"public_id": record.public_id, "now": ENDS + 4 * DAY}
        with pytest.raises(Invalid):
            spot_checks.judge_spot_check(actor=served.town["community"], result="wrong", note="", **given)
        spot_checks.judge_spot_check(
            actor=served.town["community"], result="wrong", note="店主说只来了半小时", minutes=30, **given
        )
        record.refresh_from_db()
        row.refresh_from_db()
        assert (record.state, record.minutes, row.state) == ("corrected", 30, "revoked")
        report = spot_report(since=YEAR[0], until=YEAR[1])
        assert (report.counted, report.drawn, report.ok, report.wrong, report.percent_ok) == (1, 1, 0, 1, 0)
        assert "志愿服务时长抽查结果" in Client().get("/volunteering/spot-checks/public/").content.decode()

    def test_who_confirmed_does_not_check(self, served):
        row = left(served, came(served))
        confirm_hours(actor=served.town["community"], records=[row.public_id], now=ENDS + HOUR)
        self.drawn(served)
        given = {"person": served.town.persons["community"], "scope_code": COMMUNITY, "now": ENDS}
        again = actor_for(assign(actor=SYSTEM, role="community_head", **given))
        for who in (served.town["community"], again):  # another role is no other pair of eyes
            with pytest.raises(spot_checks.ConfirmedIt):
                spot_checks.judge_spot_check(
                    actor=who, public_id=row.public_id, result="ok", note="", now=ENDS + DAY
                )
        done = spot_checks.judge_spot_check(
            actor=served.town["community_head"], public_id=row.public_id, result="ok", note="", now=ENDS + DAY
        )
        assert SpotCheck.objects.get() == done
