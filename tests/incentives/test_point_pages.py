"""The pages of points: one's own, the one on which anybody checks, and those of staff, who never see whose they are."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.incentives.models import Account, Grant, Posting, RuleVersion, SealedStatement
from nuanxin.incentives.queries import statements
from nuanxin.incentives.queries.costs import costs
from nuanxin.incentives.queries.rule_pages import RuleFilters
from nuanxin.incentives.services import grants, ledger
from nuanxin.incentives.services.lapsing import remind_of_lapsing
from nuanxin.incentives.services.replaying import check_ledger
from nuanxin.incentives.services.rule_changes import propose_rule
from nuanxin.incentives.services.rule_sheet import export_rules
from nuanxin.incentives.services.sealing import NothingToSeal, seal_statement
from nuanxin.kernel.audit import merkle, seal_pending
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import NotAllowed
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications.models import Notice
from nuanxin.people.services import create_token
from tests.cases.test_api_feedback import closed  # noqa: F401  -- a fixture
from tests.factories import people
from tests.factories.desks import client_of
from tests.factories.served import assigned
from tests.factories.town import DISTRICT, START, STREET
from tests.incentives.test_ledger import DAY, give, take
from tests.incentives.test_rules import FILED


@pytest.fixture
def api(town):
    """`api("swd")("post", path, {…})`: what a program of that person is answered."""

    def of(who):
        person = town.persons[who]
        given = {"person": person, "assignment": person.assignments.get(), "name": "x", "now": timezone.now()}
        client = Client(headers={"authorization": f"Bearer {create_token(**given)[1]}"})
        return lambda method, path, data=None: getattr(client, method)(
            path, *([json.dumps(data)] if method == "post" else []), content_type="application/json"
        )

    return of


def text_of(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


@pytest.mark.django_db
class TestOwn:
    def test_the_statement_says_where_it_came_from_and_until_when(self, client):
        worker = people.worker("王强")
        rider = people.sign_in(client, worker)
        assert "还没有积分" in text_of(rider, "/thanks/points/")
        own = worker.subject.pk
        now = timezone.now()
        for number in range(34):
            give(3, f"g{number}", to=own, now=now - timedelta(days=number), rule="hazard")
        take(5, of=own, now=now)
        answer = rider.get("/thanks/points/")
        assert answer.context["balance"].points == 97
        page = answer.content.decode()
        assert "用到" in page
        assert "−5" in page
        assert "before=" in page
        assert "−5" not in text_of(rider, "/thanks/points/?kind=in")
        assert "没有符合条件的" in text_of(rider, "/thanks/points/?kind=hold")
        assert text_of(rider, "/thanks/points/?kind=nonsense&since=2026-99-99&before=abc")
        exported = rider.post("/thanks/points/export/", {"kind": "out"}).getvalue().decode()
        assert exported.count("\r\n") == 2

    def test_a_page_costs_the_same_for_one_posting_and_for_thirty(
        self, client, django_assert_max_num_queries
    ):
        worker = people.worker("王强")
        rider = people.sign_in(client, worker)
        for number in range(30):
            give(3, f"g{number}", to=worker.subject.pk, now=timezone.now())
        text_of(rider, "/thanks/points/")
        with django_assert_max_num_queries(14):
            text_of(rider, "/thanks/points/")

    def test_the_api_says_the_same(self, client):
        worker = people.worker("王强")
        rider = people.sign_in(client, worker)
        give(7, to=worker.subject.pk, now=timezone.now())
        assert statements.lines_of(worker.subject.pk, statements.StatementFilters())[0][0].change == 7
        assert rider.get("/api/v1/points/balance").status_code in (200, 401)  # by session or token

    def test_sixty_thirty_and_seven_days_before_it_lapses_each_once(self):
        give(10)
        end = START + timedelta(days=0)
        lot_end = ledger.Lot.objects.get().expires_at
        assert end < lot_end
        told = [remind_of_lapsing(now=lot_end - timedelta(days=days)) for days in (90, 59, 50, 29, 20, 6, 1)]
        assert told == [0, 1, 0, 1, 0, 1, 0]
        payloads = (
            Event.objects.filter(name="incentives.PointsLapsing")
            .order_by("pk")
            .values_list("payload", flat=True)
        )
        assert [each["days"] for each in payloads] == [60, 30, 7]


@pytest.mark.django_db
class TestSealed:
    def sealed(self, client, amount=10):
        worker = people.worker("王强")
        rider = people.sign_in(client, worker)
        give(amount, to=worker.subject.pk, now=timezone.now() - DAY)
        answer = rider.post("/thanks/points/seal/")
        made = SealedStatement.objects.get()
        assert answer["Location"] == f"/thanks/verify/{made.code}/"
        return rider, made

    def follow(self, facts):
        """From the leaf to the root, as anybody can who has the file."""
        audit = facts["audit"]
        digest = bytes.fromhex(audit["leaf"])
        for side, beside in audit["path"]:
            pair = (bytes.fromhex(beside), digest) if side == "left" else (digest, bytes.fromhex(beside))
            digest = merkle.ALGORITHMS[audit["algorithm"]](b"\x01" + pair[0] + pair[1])
        return digest.hex() == audit["root"]

    @pytest.mark.django_db(transaction=True)  # only what is committed is sealed
    def test_anybody_checks_it_and_sees_numbers_only(self, client):
        rider, made = self.sealed(client)
        assert "正在盖章" in text_of(rider, f"/thanks/verify/{made.code}/")
        seal_pending(now=timezone.now())
        visitor = Client()
        page = text_of(visitor, f"/thanks/verify/{made.code.lower()}/")
        assert "是真的" in page
        for hidden in ("王强", "感谢", "下载 PDF", str(made.subject_id)):
            assert hidden not in page
        assert visitor.get("/thanks/verify/", {"code": f"{made.code[:4]} {made.code[4:]}"}).status_code == 302
        assert "没有这个编号" in text_of(visitor, "/thanks/verify/?code=ABCD", 422)
        assert visitor.get("/thanks/verify/NOTACODE/").status_code == 404
        facts = json.loads(visitor.get(f"/thanks/verify/{made.code}/file/").content)
        assert self.follow(facts)
        assert facts["totals"]["points"] == 10
        assert "王强" not in json.dumps(facts, ensure_ascii=False)
        again = rider.post("/thanks/points/seal/")  # nothing new since
        assert (again["Location"], SealedStatement.objects.count()) == (f"/thanks/verify/{made.code}/", 1)
        assert AuditEntry.objects.get(action="incentives.seal_statement").actor_subject_id is None
        give(5, "later", to=made.subject_id, now=timezone.now())  # changes nothing of it
        assert statements.verify_statement(made.code).state == statements.GENUINE

    @pytest.mark.parametrize("what", ["posting", "totals", "head", "entry", "digest"])
    def test_whatever_is_changed_shows(self, client, what):
        _rider, made = self.sealed(client)
        seal_pending(now=timezone.now())
        rows = SealedStatement.objects.filter(pk=made.pk)
        {
            "posting": lambda: Posting.objects.update(amount=11),
            "totals": lambda: rows.update(totals={**made.totals, "points": 99}),
            "head": lambda: rows.update(head=bytes(32)),
            "digest": lambda: rows.update(digest=bytes(32)),
            "entry": lambda: AuditEntry.objects.filter(action="incentives.seal_statement").update(detail={}),
        }[what]()
        assert statements.verify_statement(made.code).state == statements.ALTERED
        assert "可能被改过" in text_of(client, f"/thanks/verify/{made.code}/")

    def test_the_path_leads_to_the_root_for_any_number_of_leaves(self):
        for count in range(1, 12):
            leaves = [
                merkle.leaf(number, bytes([number]) * 32, algorithm="sha256") for number in range(count)
            ]
            for place in range(count):
                digest = leaves[place]
                for side, beside in merkle.path(leaves, place, algorithm="sha256"):
                    pair = beside + digest if side == "left" else digest + beside
                    digest = merkle.ALGORITHMS["sha256"](b"\x01" + pair)
                assert digest == merkle.root(leaves, algorithm="sha256")

    def test_there_is_nothing_to_seal_without_points_and_no_paper_of_others(self, client):
        worker = people.worker("李梅")
        with pytest.raises(NothingToSeal):
            seal_statement(actor=people.actor(worker), now=START)
        rider, made = self.sealed(client)
        assert rider.get(f"/thanks/verify/{made.code}/paper/").status_code in (200, 503)
        other = people.sign_in(client, worker)
        assert other.get(f"/thanks/verify/{made.code}/paper/").status_code == 404


@pytest.mark.django_db
class TestStaff:
    def test_two_people_change_a_rule_on_its_pages(self, town):
        lead = client_of(town, "street_lead")
        swd = client_of(town, "swd")
        assert "每次 5 分" in text_of(lead, "/thanks/rules/")
        here = "/thanks/rules/case_filed/edit/"
        given = {
            "name_zh": "上报立案", "name_en": "Report filed", "formula": "fixed", "amount": "6", "rule_per_day": "0",
            "group_per_day": "30", "all_per_day": "100", "category_per_day": "0", "near_amount": "1",
            "first_places": "0", "months": "24", "reason": "立案更要紧",
        }  # fmt: skip
        assert "连续" in lead.post(here, {**given, "name_zh": "连续三天上报"}).content.decode()
        assert "最近 30 天" in lead.post(here, {**given, "try": "1"}).content.decode()
        assert not RuleVersion.objects.filter(number=2).exists()
        for wrong in ("blah", "category", "category=", "category=0101；=x", "outcome=solved"):
            assert lead.post(here, {**given, "conditions": wrong}).status_code == 422, wrong
        late = lead.post(here, {**given, "effective_on": "2020-01-01"}).content.decode()
        assert late.count("不能从过去算起") == 2  # above, with the way to it, and beside the day
        assert "一模一样" in lead.post(here, {**given, "amount": "5"}).content.decode()
        assert "这件事能比的有：category。" in text_of(lead, here)
        assert (
            lead.post(here, {**given, "conditions": "category＝0101｜0301", "months": "12"}).status_code
            == 302
        )
        made = RuleVersion.objects.get(number=2)
        assert made.conditions == {"category": ["0101", "0301"]}
        page = text_of(lead, "/thanks/rules/case_filed/")
        assert "要另一位批" in page
        rows = re.findall(
            r'<th scope="row">(.*?)</th><td>(.*?)</td><td><strong>(.*?)</strong>',
            text_of(swd, "/thanks/rules/case_filed/"),
        )
        assert rows == [
            ("给多少", "每次 5 分", "每次 6 分"), ("附加条件", "—", "category=0101|0301"), ("多少个月有效", "24", "12"),
        ]  # fmt: skip
        step = f"/thanks/rules/step/{made.public_id}"
        assert lead.post(f"{step}/approve/").status_code == 403
        assert "批准" in text_of(swd, "/thanks/rules/case_filed/")
        assert swd.post(f"{step}/refuse/").status_code == 422
        assert swd.post(f"{step}/approve/", {"because": "同意"}).status_code == 302
        assert RuleVersion.objects.get(number=2).state == "approved"
        assert swd.post(f"{step}/approve/", {"because": "同意"}).status_code == 409
        assert swd.post(f"{step}/propose/", {"because": "同意"}).status_code == 404
        drain()
        told = Notice.objects.filter(kind__in=["thanks_todo", "thanks_news"]).order_by("pk")
        assert [(each.person, each.facts["thanks"]) for each in told] == [
            (town.persons["swd"], "rule_asked"), (town.persons["street_lead"], "rule_approved"),
        ]  # fmt: skip
        assert "每次 6 分" in text_of(swd, "/thanks/rules/")
        assert swd.get("/thanks/rules/nothing/").status_code == 404

    def test_the_rules_are_filtered_and_taken_along(self, town, django_assert_max_num_queries):
        lead, community = client_of(town, "street_lead"), client_of(town, "community")
        text_of(community, "/thanks/rules/")
        with django_assert_max_num_queries(12):
            text_of(community, "/thanks/rules/")
        propose_rule(actor=town["street_lead"], code="case_filed", data=FILED, now=timezone.now())
        with django_assert_max_num_queries(12):
            whole = text_of(community, "/thanks/rules/")
        assert "/thanks/rules/no_show/" in whole

        def listed(query):
            page = text_of(community, f"/thanks/rules/?{query}")
            return set(re.findall(r'<td class="rule-name"><a href="/thanks/rules/(\w+)/"', page))

        everything = listed("")
        assert len(everything) > 10
        assert listed("state=off") == {"no_show", "false_report"}
        assert listed("state=on") == everything - {"no_show", "false_report"}
        assert listed("state=waiting") == {"case_filed"}
        assert listed("event=cases.CaseFiled") == {"case_filed"}
        assert "case_filed" in listed("words=%EF%BC%A3ASE_fi")  # a wide C
        assert listed("words=CASE_filed&state=waiting") == {"case_filed"}
        assert listed("event=nothing&state=nothing&words=%E2%80%8B") == everything
        assert "没有符合条件的" in text_of(community, "/thanks/rules/?state=off&event=cases.CaseFiled")
        plain = community.post("/thanks/rules/export/", {"form": "csv", "state": "waiting"})
        rows = list(csv.reader(io.StringIO(plain.getvalue().decode("utf-8-sig"))))
        assert [row[0] for row in rows] == ["代码", "case_filed"]
        assert "每次 5 分" in rows[1]
        assert "等另一位批" in rows[1][-1]
        assert plain["Content-Disposition"].startswith('attachment; filename="point-rules-')
        book = community.post("/thanks/rules/export/", {"form": "xlsx"})
        assert book.getvalue().startswith(b"PK")
        kept = AuditEntry.objects.filter(action="incentives.rules_export").order_by("pk")
        assert [each.detail["rows"] for each in kept] == [1, len(everything)]
        assert lead.get("/thanks/rules/export/").status_code == 405
        for who in ("worker", "grid", "audit_admin"):
            assert client_of(town, who).post("/thanks/rules/export/").status_code == 404
        with pytest.raises(NotAllowed):
            export_rules(actor=town["grid"], filters=RuleFilters(), form="csv", now=timezone.now())

    def test_a_program_reads_tries_and_proposes_and_another_person_decides(self, town, api):
        lead, swd, head, rider = (api(who) for who in ("street_lead", "swd", "community_head", "worker"))
        at = "/api/v1/points/rules"
        listed = head("get", f"{at}?state=on&words=case_filed").json()
        assert [(each["code"], each["is_waiting"], each["held"]["amount"]) for each in listed] == [
            ("case_filed", False, 5)
        ]
        assert head("get", f"{at}?state=nothing").status_code == 422
        given = {"amount": 6, "reason": "立案更要紧"}
        tried = lead("post", f"{at}/case_filed/simulation", given)
        assert (tried.status_code, tried.json()["points_after"]) == (200, 0)
        assert not RuleVersion.objects.filter(number=2).exists()
        for wrong, name in (
            ({"name_zh": "连续七天打卡"}, "name_zh"), ({"name_en": "Streak of seven days"}, "name_en"),
            ({"name_zh": "每周至少报三件"}, "name_zh"), ({"amount": 10**30}, "amount"), ({"amount": -1}, "amount"),
            ({"conditions": {"hours>": ["3"]}}, "conditions"), ({"conditions": {"outcome": ["x"]}}, "conditions"),
            ({"formula": "hours"}, "formula"), ({"months": 1}, "months"), ({"near_amount": 9}, "near_amount"),
            ({"team_per_day": 5}, "team_per_day"), ({"effective_on": "2020-01-01"}, "effective_from"),
            ({"reason": " "}, "reason"),
        ):  # fmt: skip
            for end in ("simulation", "versions"):
                refused = lead("post", f"{at}/case_filed/{end}", given | wrong)
                assert (refused.status_code, name in refused.json()["fields"]) == (422, True), (wrong, end)
        for who, status in ((head, 404), (rider, 404), (lead, 201), (swd, 409)):
            assert who("post", f"{at}/case_filed/versions", given).status_code == status
        page = lead("get", f"{at}/case_filed").json()
        assert [(each["number"], each["state"]) for each in page["versions"]] == [
            (2, "proposed"),
            (1, "approved"),
        ]
        made = page["versions"][0]
        assert (made["near_amount"], made["group_per_day"], made["name_zh"]) == (
            1,
            30,
            "上报立案",
        )  # as before
        assert (made["transitions"], made["simulated"]["deeds"]) == (["withdraw"], 0)
        assert page["held"]["number"] == 1
        step = f"{at}/versions/{made['id']}/transitions"
        for who, name, said, status in (
            (lead, "approve", {}, 403), (head, "approve", {}, 404), (swd, "withdraw", {}, 403),
            (swd, "refuse", {"because": " "}, 422), (swd, "propose", {}, 404), (swd, "nothing", {}, 404),
            (swd, "approve", {"because": "同意"}, 200), (swd, "approve", {}, 409),
        ):  # fmt: skip
            assert who("post", f"{step}/{name}", said).status_code == status, name
        assert head("get", f"{at}/case_filed").json()["held"]["amount"] == 6
        assert swd("post", f"{at}/case_filed/versions", given | {"near_amount": None}).status_code == 201
        own = swd("get", f"{at}/case_filed").json()["versions"][0]
        assert (own["near_amount"], own["transitions"]) == (None, ["withdraw"])
        assert swd("post", f"{at}/versions/{own['id']}/transitions/approve", {}).status_code == 403
        names = {town.persons[who].name for who in ("street_lead", "swd")}
        assert not any(name in str(swd("get", f"{at}/case_filed").json()) for name in names)

    def test_a_big_award_takes_two_and_neither_learns_for_whom(self, town, closed):  # noqa: F811  -- the fixture
        case = closed
        reporter = town["worker"].subject_id
        dispatcher = client_of(town, "dispatcher")
        lead = client_of(town, "street_lead")
        given = {"number": case.number, "reason": "及时关阀，没有出事"}
        assert dispatcher.post("/thanks/grants/", {**given, "number": "1"}).status_code == 404
        assert dispatcher.post("/thanks/grants/", given).status_code == 302
        assert dispatcher.post("/thanks/grants/", given).status_code == 409
        made = Grant.objects.get()
        with pytest.raises(grants.GrantNotFound):
            grants.decide_grant(
                actor=town["dispatcher"], public_id=made.public_id, name="approve", because="", now=town.now
            )
        page = text_of(lead, "/thanks/grants/")
        assert case.number in page
        for who in (town.persons["worker"].name, str(reporter)):
            assert who not in page
        assert lead.post(f"/thanks/grants/{made.public_id}/approve/").status_code == 302
        assert ledger.Posting.objects.filter(account=reporter, rule="hazard").get().amount == 50
        drain()
        assert Notice.objects.filter(kind="points", person=town.persons["worker"]).exists()
        assert check_ledger().is_equal

    def test_who_reported_it_neither_proposes_nor_approves_in_another_role(self, town, closed):  # noqa: F811  -- the fixture
        rider = town.persons["worker"]
        given = {"number": closed.number, "reason": "及时关阀，没有出事", "now": town.now}
        with pytest.raises(grants.OwnReport):
            grants.propose_grant(actor=assigned(rider, "dispatcher", scope_code=STREET), **given)
        made = grants.propose_grant(actor=town["dispatcher"], **given)
        decided = {"public_id": made.public_id, "name": "approve", "because": "", "now": town.now}
        with pytest.raises(grants.OwnReport):
            grants.decide_grant(actor=assigned(rider, "street_lead", scope_code=STREET), **decided)
        assert not ledger.Posting.objects.filter(rule="hazard").exists()
        grants.decide_grant(actor=town["street_lead"], **decided)
        assert ledger.Posting.objects.filter(rule="hazard").exists()

    def test_what_points_cost_is_said_in_sums_and_never_of_one_or_two(self, town):
        now = timezone.now()
        for number in range(4):
            give(
                10,
                f"{number}",
                to=people.worker(f"骑手{number}").subject.pk,
                now=now,
                scope_code=STREET,
                rule="service",
            )
        give(50, "one", now=now, scope_code=STREET, rule="hazard")
        client = client_of(town, "street_lead")
        page = text_of(client, "/thanks/cost/")
        assert "不到 3 个人" in page
        found = costs(within=STREET, now=now)
        assert (found.issued, found.people, found.spent) == (90, 5, None)
        assert found.by_rule[0].issued == 40
        whole = costs(within=DISTRICT, now=now)
        assert (whole.spent, whole.liability) == (0, 90)
        exported = client.post("/thanks/cost/export/").getvalue().decode()
        assert "<3" in exported
        assert Account.objects.count() == 5
