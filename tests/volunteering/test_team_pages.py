"""The pages of teams, posts, programmes, notices and the reserve, and their API; who sees what on them."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.events import drain
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token, give_consent
from nuanxin.volunteering.models import (
    Appointment,
    Post,
    PreventionNotice,
    Programme,
    ReserveCandidate,
    Team,
)
from nuanxin.volunteering.queries import programmes as programme_queries
from nuanxin.volunteering.queries import reserve as reserve_queries
from nuanxin.volunteering.services import membership, programmes, reserve
from nuanxin.volunteering.services.appointment_log import OwnNomination
from nuanxin.volunteering.services.programmes import NoticeData, ProgrammeData
from tests.factories import people
from tests.factories.desks import reported
from tests.factories.town import COMMUNITY, NEXT_COMMUNITY, STREET
from tests.factories.volunteers import applied, leader, member, post, publicised, team

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(town):
    """`signed("worker")`: a client of that person."""

    def sign(who):
        assignment = Assignment.objects.get(pk=town[who].assignment_id)
        return people.sign_in(Client(), assignment)

    return sign


def text(response):
    return response.content.decode()


class TestTeams:
    def test_a_worker_finds_a_team_and_joins_it(self, town, signed):
        made = team(town, scope_code=COMMUNITY)
        phone = signed("worker")
        assert made.name in text(phone.get("/volunteering/teams/"))
        here = f"/volunteering/teams/{made.public_id}/"
        assert phone.post(here, {"shown_as": ""}).status_code == 422
        assert phone.post(here, {"shown_as": "小禾"}).status_code == 302
        assert "等队长同意" in text(phone.get(here))
        desk = signed("community")
        held = made.members.get()
        at = f"/volunteering/register/teams/{made.public_id}/"
        assert "小禾" in text(desk.get(at))
        steps = f"{at}members/{held.public_id}/"
        assert desk.post(f"{steps}take_in/").status_code == 302
        drain(now=timezone.now())
        notice = Notice.objects.filter(kind="team_news").latest("pk")
        assert "您已经是队员" in line_of(notice, {}).title
        shown = f"/volunteering/teams/mine/{held.public_id}/"
        phone.post(f"{shown}shown/", {"shown_as": "老禾", "is_shown": "on"})
        assert "老禾" in text(phone.get(here))
        assert "老禾" not in text(signed("resident").get(here))
        assert "老禾" not in text(signed("dispatcher").get(at))
        assert signed("platform").get(at).status_code in (403, 404)
        phone.post(f"{shown}leave/")
        held.refresh_from_db()
        assert held.state == "left"

    def test_the_desk_sets_up_leads_and_closes(self, town, signed):
        lead = signed("street_lead")
        given = {
            "name": "枫林志愿队",
            "scope_code": COMMUNITY,
            "colour": "green",
            "icon": "leaf",
            "level": "分队",
            "takes_requests": "on",
        }
        assert lead.post("/volunteering/register/teams/new/", {**given, "name": ""}).status_code == 422
        at = lead.post("/volunteering/register/teams/new/", given)["Location"]
        made = Team.objects.get()
        assert lead.post(f"{at}edit/", {**given, "words": "送药送饭"}).status_code == 302
        held = member(town, made)
        head = signed("community_head")
        head.post(f"{at}members/{held.public_id}/lead/")
        role = Assignment.objects.get(role="team_leader")
        assert role.organisation_id == made.organisation_id
        captain = people.sign_in(Client(), role)
        assert captain.get(at).status_code == 200
        assert captain.get("/volunteering/register/teams/").status_code == 200
        assert captain.post(f"{at}invite/", {"phone": "1"}).status_code == 422
        assert captain.post(f"{at}invite/", {"phone": town.persons["resident"].phone}).status_code == 302
        assert captain.post(f"{at}close/").status_code in (403, 404)
        other = team(town, "别的队")
        assert captain.get(f"/volunteering/register/teams/{other.public_id}/").status_code == 404
        head.post(f"{at}leaders/{role.public_id}/end/")
        role.refresh_from_db()
        assert role.active_to is not None
        assert lead.post(f"{at}close/")["Location"].endswith("/register/teams/")

    def test_the_export_has_figures_and_nobody(self, town, signed):
        member(town, team(town), shown_as="小禾")
        desk = signed("street_lead")
        file = desk.post("/volunteering/register/teams/export/", {"form": "csv"}).getvalue()
        rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))
        assert rows[1][-2:] == ["1", "0"]
        assert "小禾" not in file.decode()
        book = desk.post("/volunteering/register/teams/export/", {"form": "xlsx"})
        assert book.getvalue()[:2] == b"PK"
        assert signed("dispatcher").post("/volunteering/register/teams/export/").status_code in (403, 404)


class TestPosts:
    def test_from_the_form_to_the_card_and_away(self, town, signed, client):
        community = signed("community")
        form = {
            "kind": "part_time_grid_worker", "scope_code": COMMUNITY, "headcount": 1, "term_months": 12,
            "training": "网格工作和保密培训", "setting": "核查、巡看", "takes_applications": "on",
        }  # fmt: skip
        assert community.post("/volunteering/register/posts/new/", {**form, "setting": ""}).status_code == 422
        community.post("/volunteering/register/posts/new/", form)
        made = Post.objects.get()
        phone = signed("worker")
        assert "社区兼职网格员" in text(phone.get("/volunteering/posts/"))
        mine = phone.post(f"/volunteering/posts/{made.public_id}/", {"why": "下午有空"})["Location"]
        found = Appointment.objects.get()
        at = f"/volunteering/register/appointments/{found.public_id}/"
        assert found.person.name in text(community.get(at))
        assert found.person.name not in text(signed("dispatcher").get("/volunteering/register/appointments/"))
        community.post(f"{at}steps/review/")
        community.post(f"{at}trained/")
        head = signed("community_head")
        head.post(f"{at}steps/publicise/")
        public = f"/volunteering/posts/publicity/{found.public_id}/"
        said = {"key": str(uuid4()), "text": "不住这里"}
        assert client.post(public, said).status_code == 302
        assert found.person.name not in text(client.get(public))
        assert "公示还没有期满" in text(head.post(f"{at}steps/appoint/", follow=True))
        assert "公示期过了" not in text(phone.get(mine))
        Appointment.objects.update(publicity_until=timezone.now() - timedelta(hours=1))
        assert "公示期过了" in text(phone.get(mine))
        assert "还有意见没有答复" in text(head.post(f"{at}steps/appoint/", follow=True))
        objection = found.objections.get().pk
        answer = {"is_upheld": "no", "answer": "核实过，住在这里"}
        assert head.post(f"{at}objections/{objection}/", {}).status_code == 422
        assert head.post(f"{at}objections/{objection}/", answer).status_code == 302
        head.post(f"{at}steps/appoint/")
        found.refresh_from_db()
        assert found.state == "appointed"
        page = text(phone.get(mine))
        assert found.number in page
        assert "data:image/svg" in page
        card = text(client.get(f"/volunteering/c/{found.code}/"))
        assert "证件有效" in card
        assert found.person.name not in card
        assert head.post(f"{at}steps/remove/", {"words": ""}).status_code == 422
        assert phone.post(f"{mine}resign/", {"words": "钥匙交给社区"}).status_code == 302
        assert "已经失效" in text(client.get(f"/volunteering/c/{found.code}/"))

    def test_a_step_is_taken_by_a_post_alone(self, town, signed):
        """A link that somebody is sent, or that a browser fetches beforehand, decides nothing."""
        desk, public = signed("community"), publicised(town, post(town, "love_courier"))
        group = team(town, scope_code=COMMUNITY)
        asked = applied(town, post(town, "elder_helper"), "other_worker")
        wanting = membership.ask_to_join(
            actor=town["worker"], public_id=group.public_id, shown_as="小禾", now=town.now
        )
        register = "/volunteering/register"
        for client, address in (
            (signed("community_head"), f"{register}/appointments/{public.public_id}/steps/appoint/"),
            (desk, f"{register}/appointments/{asked.public_id}/steps/review/"),
            (signed("other_worker"), f"/volunteering/posts/mine/{asked.public_id}/withdraw/"),
            (desk, f"{register}/teams/{group.public_id}/members/{wanting.public_id}/take_in/"),
        ):
            assert client.get(address).status_code == 302, address
        for each, state in ((public, "publicity"), (asked, "nominated"), (wanting, "asked")):
            each.refresh_from_db()
            assert each.state == state

    def test_who_reviewed_has_no_button_to_decide(self, town, signed):
        found = applied(town, post(town))
        head = signed("community_head")
        at = f"/volunteering/register/appointments/{found.public_id}/"
        head.post(f"{at}steps/review/")
        page = text(head.get(at))
        assert "由另一位同事来定" in page
        assert f"{at}steps/publicise/" not in page
        assert "不能自己审" in text(head.post(f"{at}steps/publicise/", follow=True))
        for name in ("expire", "lose", "drop", "agree", "nothing"):
            assert head.post(f"{at}steps/{name}/").status_code == 404

    def test_the_export_masks_and_the_list_narrows(self, town, signed):
        found = publicised(town, post(town))
        desk = signed("street_lead")
        here = "/volunteering/register/appointments/"
        assert "公示中" in text(desk.get(here, {"tab": "publicity"}))
        file = desk.post(f"{here}export/", {"tab": "publicity"}).getvalue().decode()
        assert "社区兼职网格员" in file
        assert found.person.name not in file
        assert "满员" in text(desk.get("/volunteering/register/posts/", {"only": "filled", "within": STREET}))
        assert "没有符合条件的" in text(
            desk.get("/volunteering/register/posts/", {"only": "vacant", "within": STREET})
        )

    def test_a_city_edits_its_kinds(self, town, signed):
        swd = signed("swd")
        here = "/volunteering/register/posts/kinds/"
        assert "People&#x27;s-sentiment courier" in text(swd.get(here))
        given = {
            "code": "river_watcher", "name_zh": "护河员", "name_en": "River watcher", "icon": "droplet",
            "area": "street", "term_months": 6, "sort": 5, "is_active": "on",
        }  # fmt: skip
        assert swd.post(f"{here}new/", {**given, "icon": "dragon"}).status_code == 422
        assert swd.post(f"{here}new/", given).status_code == 302
        assert swd.post(f"{here}new/", given).status_code == 422
        assert swd.post(f"{here}river_watcher/edit/", {**given, "name_zh": "护湖员"}).status_code == 302
        assert "护湖员" in text(swd.get(here))
        assert signed("community").get(here).status_code in (403, 404)


class TestProgrammes:
    def start(self, town, **given):
        now = timezone.now()
        today = timezone.localdate(now)
        data = {
            "name": "隐患随手拍", "words": "看井盖和路灯", "categories": ("0301", "0302"), "scope_code": STREET,
            "starts_on": today - timedelta(days=3), "ends_on": today + timedelta(days=20),
        }  # fmt: skip
        return programmes.start_programme(
            actor=town["street_lead"], data=ProgrammeData(**{**data, **given}), now=now
        )

    def test_one_takes_part_and_reports_from_there(self, town, signed):
        made = self.start(town)
        assert self.start(town) == made
        phone = signed("worker")
        assert "我也参加" in text(phone.get("/volunteering/programmes/"))
        phone.post(f"/volunteering/programmes/{made.public_id}/", {"in": "1"})
        page = text(phone.get("/volunteering/programmes/"))
        assert "/report/?category=0301" in page
        assert "不到十人参加" in page
        phone.post(f"/volunteering/programmes/{made.public_id}/", {"in": "0"})
        assert not made.members.exists()
        assert "隐患随手拍" in text(signed("street_lead").get("/volunteering/register/programmes/"))

    def test_only_members_of_its_team_where_it_names_one(self, town):
        made = self.start(town, team=team(town).public_id)
        with pytest.raises(programmes.NotForYou):
            programmes.take_part(actor=town["worker"], public_id=made.public_id, now=timezone.now())

    def test_small_numbers_are_not_said_and_no_row_joins_case_and_person(self, town, monkeypatch):
        made = self.start(town)
        now = timezone.now()
        programmes.take_part(actor=town["worker"], public_id=made.public_id, now=now)
        reach = programme_queries.reach_of(made, now=now)
        assert (reach.reports, reach.people) == (0, 0)
        assert [programme_queries.said_of(*each) for each in ((9, 9), (57, 4), (57, 5))] == [0, 0, 50]
        names = {field.name for field in Programme.members.rel.related_model._meta.get_fields()}
        assert names == {"id", "programme", "person", "joined_at"}

    def test_the_count_is_of_subjects_areas_and_whole_days(self, town):
        case = reported(town)
        made = self.start(town, categories=(case.category_id,))
        programmes.take_part(actor=town["worker"], public_id=made.public_id, now=timezone.now())
        subject = town["worker"].subject_id
        start, end = case.reported_at - timedelta(days=1), case.reported_at + timedelta(days=1)
        given = {"categories": [case.category_id], "since": start, "until": end}
        count = programme_queries.reported_by
        assert count([subject], scope_code=STREET, **given) == (1, 1)
        assert count([town["resident"].subject_id], scope_code=STREET, **given) == (0, 0)
        assert count([subject], scope_code=NEXT_COMMUNITY, **given) == (0, 0)
        assert count([subject], scope_code=STREET, **{**given, "until": case.reported_at}) == (0, 0)

    def test_what_is_wrong_is_said(self, town, signed):
        lead = signed("street_lead")
        answer = lead.post("/volunteering/register/programmes/new/", {"name": "x", "categories": ["1101"]})
        assert answer.status_code == 422
        with pytest.raises(Exception, match="改"):
            self.start(town, categories=("1101",), name="")


class TestPrevention:
    def data(self, **given):
        now = timezone.now()
        data = {
            "key": uuid4(), "topic": "scam", "title": "假冒站长要验证码", "text": "不要把验证码告诉任何人",
            "scope_code": COMMUNITY, "expires_at": now + timedelta(days=3),
        }  # fmt: skip
        return NoticeData(**{**data, **given})

    def test_it_reaches_who_agreed_and_lives_there(self, town, signed):
        now = timezone.now()
        for who in ("worker", "other_worker"):
            profile(town, who)
        give_consent(person=town.persons["worker"], purpose="safety_notices", now=now)
        give_consent(person=town.persons["other_worker"], purpose="safety_notices", now=now)
        data = self.data()
        made = programmes.send_prevention(actor=town["community"], data=data, now=now)
        assert programmes.send_prevention(actor=town["community"], data=data, now=now) == made
        drain(now=now)
        told = Notice.objects.filter(kind="prevention")
        assert [each.person_id for each in told] == [town.persons["worker"].pk]
        assert "假冒站长" in line_of(told[0], {}).title
        phone = signed("worker")
        assert "假冒站长" in text(phone.get("/volunteering/safety/"))
        assert "没有选收" in text(signed("resident").get("/volunteering/safety/"))
        desk = signed("community")
        at = f"/volunteering/register/safety/{made.public_id}/recall/"
        assert desk.post(at, {"words": ""}).status_code == 422
        assert desk.post(at, {"words": "已经抓到"}).status_code == 302
        recalled = f"/volunteering/safety/{made.public_id}/"
        assert "已经抓到" in text(phone.get(recalled))
        assert 'href="/volunteering/safety/"' in text(phone.get(recalled))
        assert 'href="/volunteering/register/safety/"' in text(desk.get(recalled))
        assert "已撤回" in text(desk.get("/volunteering/register/safety/", {"state": "recalled"}))

    def test_it_is_about_things_and_ends(self, town, signed):
        now = timezone.now()
        for words in ("见到 13800138000 请举报", "车牌晋A·12345", "身份证 11010119900101123X"):
            with pytest.raises(Exception, match="改") as wrong:
                programmes.send_prevention(actor=town["community"], data=self.data(text=words), now=now)
            assert "text" in wrong.value.fields
        with pytest.raises(programmes.OutsideArea):
            programmes.send_prevention(
                actor=town["community"], data=self.data(scope_code=NEXT_COMMUNITY), now=now
            )
        programmes.send_prevention(actor=town["community"], data=self.data(), now=now)
        assert programmes.expire_prevention(now=now + timedelta(days=4)) == 1
        assert PreventionNotice.objects.get().state == "expired"
        day = timezone.localdate(now + timedelta(days=2)).isoformat()
        form = {
            "key": str(uuid4()), "topic": "hazard", "title": "路口井盖松动", "text": "绕行", "scope_code": COMMUNITY,
            "until": day,
        }  # fmt: skip
        assert signed("community").post("/volunteering/register/safety/new/", form).status_code == 302


class TestReserve:
    def test_private_from_the_first_word_to_the_outcome(self, town, signed):
        phone = signed("worker")
        assert phone.post("/volunteering/reserve/apply/", {"words": ""}).status_code == 422
        given = {"words": "跑了五年枫桥，想当社区工作者", "criteria": ["lives_nearby"]}
        assert phone.post("/volunteering/reserve/apply/", given).status_code == 302
        found = ReserveCandidate.objects.get()
        assert "跑了五年" in text(phone.get("/volunteering/reserve/"))
        at = f"/volunteering/register/reserve/{found.public_id}/"
        lead = signed("street_lead")
        assert "跑了五年" in text(lead.get(at))
        for who in ("community", "community_head", "dispatcher", "platform", "grid"):
            assert signed(who).get(at).status_code in (403, 404)
        lead.post(f"{at}steps/admit/")
        assert lead.post(f"{at}steps/train/", {"words": ""}).status_code == 422
        lead.post(f"{at}steps/train/", {"words": "社会工作实务"})
        lead.post(f"{at}steps/engage/", {"words": "枫桥社区网格员"})
        assert "枫桥社区网格员" in text(phone.get("/volunteering/reserve/"))
        drain(now=timezone.now())
        assert Notice.objects.filter(kind="reserve", person=town.persons["worker"]).count() == 3

    def test_recommended_one_is_asked_first(self, town, signed):
        phone = town.persons["worker"].phone
        given = {"actor": town["community_head"], "now": timezone.now()}
        found = reserve.recommend_for_reserve(**given, phone=phone, words="热心")
        with pytest.raises(reserve.InReserve):
            reserve.recommend_for_reserve(**given, phone=phone, words="热心")
        with pytest.raises(OwnNomination):
            reserve.recommend_for_reserve(**given, phone=town.persons["community_head"].phone, words="我")
        assert reserve_queries.listed_candidates(town["community_head"], tab="all")[0] == [found]
        head = signed("community_head")
        assert head.get("/volunteering/register/reserve/").status_code == 200
        worker = signed("worker")
        worker.post(f"/volunteering/reserve/mine/{found.public_id}/agree/")
        found.refresh_from_db()
        assert found.state == "applied"
        worker.post(f"/volunteering/reserve/mine/{found.public_id}/withdraw/")
        found.refresh_from_db()
        assert found.state == "withdrawn"


def profile(town, who):
    from nuanxin.people.models import WorkerProfile  # only this factory writes it without registering

    return WorkerProfile.objects.create(
        person=town.persons[who], scope_code=town[who].scope_code, declared_as="work", declared_at=town.now
    )


def test_programs_read_teams_and_posts_and_apply(town, client):
    made, opening = team(town, scope_code=COMMUNITY), post(town)
    assignment = Assignment.objects.select_related("person").get(pk=town["worker"].assignment_id)
    key = create_token(person=assignment.person, assignment=assignment, name="t", now=timezone.now())
    secret = key[1] if isinstance(key, tuple) else key.secret
    head = {"headers": {"authorization": f"Bearer {secret}"}, "content_type": "application/json"}
    assert client.get("/api/v1/teams", **head).json()[0]["name"] == made.name
    joined = client.post(f"/api/v1/teams/{made.public_id}/join", {"shown_as": "小禾"}, **head)
    assert joined.json()["state"] == "asked"
    assert len(client.get("/api/v1/teams/mine", **head).json()) == 1
    assert client.get("/api/v1/teams/posts", **head).json()[0]["vacant"] == 1
    assert (
        client.post(f"/api/v1/teams/posts/{opening.public_id}/apply", {"why": " "}, **head).status_code == 422
    )
    found = client.post(f"/api/v1/teams/posts/{opening.public_id}/apply", {"why": "有空"}, **head).json()
    assert found["state"] == "nominated"
    steps = f"/api/v1/teams/appointments/{found['id']}/transitions/"
    assert client.post(f"{steps}review", {}, **head).status_code == 404
    assert client.post(f"{steps}withdraw", {}, **head).json()["state"] == "withdrawn"
    assert client.get("/api/v1/teams/appointments", **head).json()[0]["state"] == "withdrawn"


def test_leaders_hear_of_who_asks_and_reviewers_of_who_applies(town):
    made = team(town)
    lead = leader(town, made, "other_worker")
    membership.ask_to_join(actor=town["worker"], public_id=made.public_id, shown_as="小禾", now=town.now)
    applied(town, post(town, actor=SYSTEM))
    drain(now=town.now)
    assert Notice.objects.filter(kind="team_todo").latest("pk").person_id == lead.person_id
    todo = Notice.objects.filter(kind="post_todo").get()
    assert todo.person_id == town.persons["community"].pk
    assert "有人报名" in line_of(todo, {}).title
