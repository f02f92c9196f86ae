"""By mail and by the group's robot: who wants it, once, and nothing that must not leave."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import nuanxin
from nuanxin.cases import services as cases
from nuanxin.cases.services import Draft
from nuanxin.kernel.channels.models import Channel, RecordedMessage
from nuanxin.kernel.channels.send import ChannelDown
from nuanxin.kernel.errors import Invalid, NotAllowed, RateLimited
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.events.models import Delivery
from nuanxin.kernel.privacy.runners import erase_person, export_person
from nuanxin.notifications import queries, services
from nuanxin.notifications.enums import Group, Kind, Mail, group_of
from nuanxin.notifications.models import ChatRobot, Notice, NoticeSettings
from nuanxin.notifications.services.preferences import WrongCode
from nuanxin.people import services as people
from nuanxin.people.models import ConsentPurpose
from tests.factories.desks import client_of, dispatched, reported
from tests.factories.town import LAT, LNG

SOURCE = Path(nuanxin.__file__).parent
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0190abcd-1234"
EVERYTHING = {group.value: Mail.NOW.value for group in Group}
MORNING = datetime(2026, 9, 16, 0, 30, tzinfo=UTC)  # Wednesday 08:30 in Shanghai


def mails(to="desk@example.cn") -> list[RecordedMessage]:
    return list(RecordedMessage.objects.filter(channel=Channel.MAIL, to_index__holds=to).order_by("pk"))


def chats() -> list[str]:
    return list(
        RecordedMessage.objects.filter(channel=Channel.CHAT).order_by("pk").values_list("text", flat=True)
    )


def wants(town, who, by_group=None, *, digest_at="morning", mail="desk@example.cn", **given):
    services.set_mail(actor=town[who], address=mail, now=town.now - timedelta(hours=2))
    code = mails(mail)[-1].text.split("验证码是 ")[1][:6]
    services.confirm_mail(actor=town[who], code=code, now=town.now - timedelta(hours=2))
    RecordedMessage.objects.filter(channel=Channel.MAIL).delete()
    return services.save_preferences(
        actor=town[who],
        by_group=by_group or EVERYTHING,
        digest_at=digest_at,
        text_off_duty=given.get("text_off_duty", False),
        now=town.now - timedelta(hours=2),
    )


def robot(town, who="dispatcher", **given):
    chosen = {"address": ROBOT, "groups": ["work", "late"], "is_active": True} | given
    return services.save_robot(actor=town[who], now=town.now, **chosen)


# --- By mail, at once ----------------------------------------------------------------------------------------------
def test_a_mail_for_what_was_chosen_once(town):
    wants(town, "dispatcher", {**EVERYTHING, "late": "off"})
    case = reported(town)
    drain(now=town.now)
    (mail,) = mails()
    assert mail.title == "暖新：新上报：道路破损坑洼"
    assert f"/cases/{case.number}/" in mail.text
    assert case.text not in mail.text
    assert "测试worker" not in mail.text
    Delivery.objects.update(state="pending")
    drain(now=town.now)
    assert len(mails()) == 1


def test_without_a_choice_or_a_confirmed_address_nothing_leaves(town):
    services.set_mail(actor=town["dispatcher"], address="desk@example.cn", now=town.now)
    services.save_preferences(
        actor=town["dispatcher"], by_group=EVERYTHING, digest_at="morning", text_off_duty=False, now=town.now
    )
    reported(town)
    drain(now=town.now)
    assert [mail.title for mail in mails()] == ["暖新：邮箱验证码"]
    assert not Delivery.objects.filter(subscriber="notifications.message_due").exists()


def test_a_workers_mail_waits_for_the_end_of_the_peak(town):
    wants(town, "worker", mail="rider@example.cn")
    noon = town.now + timedelta(hours=3)
    reported(town, now=noon)
    drain(now=noon)
    assert not mails("rider@example.cn")
    drain(now=noon + timedelta(hours=1))
    assert [mail.title for mail in mails("rider@example.cn")] == ["暖新：已收到：道路破损坑洼"]


def test_what_was_read_in_between_needs_no_mail(town):
    wants(town, "worker", mail="rider@example.cn")
    noon = town.now + timedelta(hours=3)
    reported(town, now=noon)
    drain(now=noon)
    Notice.objects.update(read_at=noon)
    drain(now=noon + timedelta(hours=1))
    assert not mails("rider@example.cn")


def test_a_failed_mail_is_tried_again_by_the_outbox(town, settings):
    wants(town, "dispatcher")
    settings.NUANXIN_MAIL_PROVIDER = "none"
    reported(town)
    drain(now=town.now)
    assert Delivery.objects.get(subscriber="notifications.message_due").attempts == 1
    settings.NUANXIN_MAIL_PROVIDER = "recorder"
    drain(now=town.now + timedelta(minutes=5))
    assert len(mails()) == 1


# --- The group's robot ---------------------------------------------------------------------------------------------
def test_the_group_hears_once_what_where_and_the_link(town):
    robot(town)
    case = reported(town)
    drain(now=town.now)
    (text,) = chats()
    assert text.splitlines()[0] == "【暖新】新上报：道路破损坑洼"
    assert text.splitlines()[-1].endswith(f"/cases/{case.number}/")
    assert case.text not in text
    assert ROBOT not in str(RecordedMessage.objects.values())
    Delivery.objects.update(state="pending")
    drain(now=town.now)
    assert len(chats()) == 1


def test_of_a_confidential_case_the_group_learns_neither_what_nor_where(town):
    robot(town, "community_head")
    wants(town, "community_head", mail="head@example.cn")
    draft = Draft(
        category="1102", text="孩子一个人在家哭", lng=LNG + 0.002, lat=LAT + 0.002, address="云栖里 5 号楼"
    )
    cases.report_case(actor=town["worker"], draft=draft, key="key-secret", now=town.now)
    drain(now=town.now)
    for text in [*chats(), *[mail.title + mail.text for mail in mails("head@example.cn")]]:
        assert "云栖里" not in text
        assert "儿童" not in text
        assert "孩子" not in text
        assert "保密" in text


def test_life_safety_is_said_in_the_group_whatever_was_chosen(town):
    robot(town, "gas_lead", groups=[])
    reported(town, "0101")
    drain(now=town.now)
    assert any("危及生命" in text for text in chats())


def test_a_robot_is_kept_tried_changed_and_dropped_by_those_who_may(town, settings):
    with pytest.raises(NotAllowed):
        robot(town, "community")
    with pytest.raises(Invalid):
        robot(town, address="https://example.com/hook")
    with pytest.raises(Invalid):
        robot(town, address="")
    first = robot(town)
    services.test_robot(actor=town["dispatcher"], now=town.now)
    assert "测试消息" in chats()[0]
    assert ChatRobot.objects.get().tested_at == town.now
    assert robot(town, address="", groups=["news"]).pk == first.pk
    assert (ChatRobot.objects.get().address, ChatRobot.objects.get().groups) == (ROBOT, ["news"])
    settings.NUANXIN_CHAT_PROVIDER = "none"
    with pytest.raises(ChannelDown):
        services.test_robot(actor=town["dispatcher"], now=town.now + timedelta(minutes=1))
    services.drop_robot(actor=town["dispatcher"], now=town.now)
    reported(town)
    drain(now=town.now)
    assert len(chats()) == 1


# --- The digest ----------------------------------------------------------------------------------------------------
def test_the_digest_is_one_mail_with_counts_only(town):
    wants(town, "dispatcher", {"work": "digest", "late": "digest", "news": "off", "own": "off"})
    for number in range(3):
        reported(town, now=town.now + timedelta(minutes=number))
    drain(now=town.now + timedelta(minutes=5))
    assert not mails()
    assert services.send_digests(now=MORNING - timedelta(minutes=1)) == 0
    assert services.send_digests(now=MORNING + timedelta(minutes=3)) == 1
    assert services.send_digests(now=MORNING + timedelta(minutes=8)) == 0
    (mail,) = mails()
    assert mail.title == "暖新：3 条新消息"
    assert mail.text.startswith("要我办的：3 条")
    assert "坑洼" not in mail.text
    assert services.send_digests(now=MORNING + timedelta(days=1)) == 0, "nothing new"


def test_no_digest_on_a_day_off_and_in_the_evening_every_day(town):
    saturday = datetime(2026, 9, 19, 0, 30, tzinfo=UTC)
    wants(town, "dispatcher", {"work": "digest"})
    wants(town, "gas_lead", {"work": "digest"}, digest_at="evening", mail="gas@example.cn")
    friday = town.now + timedelta(days=3)
    reported(town, "0101", now=friday)
    reported(town, now=friday)
    drain(now=friday)
    assert services.send_digests(now=saturday) == 0
    assert services.send_digests(now=saturday + timedelta(hours=8, minutes=30)) == 1
    assert mails("gas@example.cn")


def test_a_digest_that_cannot_be_sent_is_tried_again(town, settings):
    wants(town, "dispatcher", {"work": "digest"})
    reported(town)
    drain(now=town.now)
    settings.NUANXIN_MAIL_PROVIDER = "none"
    with pytest.raises(ChannelDown):
        services.send_digests(now=MORNING)
    settings.NUANXIN_MAIL_PROVIDER = "recorder"
    assert services.send_digests(now=MORNING + timedelta(minutes=5)) == 1
    assert len(mails()) == 1


# --- Text messages when life is at stake -----------------------------------------------------------------------------
def test_off_duty_a_text_message_only_for_those_who_asked(town):
    reported(town, "0101")
    drain(now=town.now)
    before = RecordedMessage.objects.filter(channel=Channel.SMS).count()
    services.save_preferences(
        actor=town["gas"], by_group={}, digest_at="morning", text_off_duty=True, now=town.now
    )
    reported(town, "0101", now=town.now + timedelta(minutes=1))
    drain(now=town.now + timedelta(minutes=1))
    assert RecordedMessage.objects.filter(channel=Channel.SMS).count() == 2 * before + 1


# --- Text messages about one's own report: with that consent only -----------------------------------------------------
def texts() -> list[str]:
    rows = RecordedMessage.objects.filter(channel=Channel.SMS, text__contains="您报的事有进展")
    return list(rows.order_by("pk").values_list("text", flat=True))


def agree(town, who="worker"):
    return people.give_consent(person=town.persons[who], purpose="notices_sms", now=town.now)


def rejected(town, now, *, drained=None):
    case = reported(town, now=now)
    drain(now=now)
    cases.reject_case(actor=town["dispatcher"], case=case, reason="1", opinion="不归这里管", now=now)
    drain(now=drained or now)
    return case


def test_who_has_not_agreed_gets_no_text_message(town):
    rejected(town, town.now)
    assert not texts()
    assert not Delivery.objects.filter(subscriber="notifications.message_due").exists()


def test_who_has_agreed_is_texted_how_far_it_is_and_nothing_more(town):
    agree(town)
    case = rejected(town, town.now)
    (text,) = texts()
    assert "不予受理" in text
    assert not [
        word for word in (case.number, case.text, "坑洼", "不归这里管", case.address) if word and word in text
    ]
    Delivery.objects.update(state="pending")
    drain(now=town.now)
    assert len(texts()) == 1


def test_a_withdrawal_stops_what_waits_for_the_end_of_the_peak(town):
    agree(town)
    noon = town.now + timedelta(hours=3)
    rejected(town, noon)
    assert not texts()
    people.withdraw_consent(person=town.persons["worker"], purpose="notices_sms", now=noon)
    drain(now=noon + timedelta(hours=1))
    assert not texts()
    agree(town)
    rejected(town, noon + timedelta(minutes=5))
    drain(now=noon + timedelta(hours=1))
    assert len(texts()) == 1, "agreed to once more it goes out, at the end of the peak"


def test_an_agreement_to_older_words_is_not_stretched(town):
    agree(town)
    noon = town.now + timedelta(hours=3)
    rejected(town, noon)
    ConsentPurpose.objects.filter(pk="notices_sms").update(version=2)
    drain(now=noon + timedelta(hours=1))
    rejected(town, noon + timedelta(hours=2))
    assert not texts()
    agree(town)
    rejected(town, noon + timedelta(hours=3))
    assert len(texts()) == 1


def test_where_nothing_carries_text_messages_none_is_planned(town, settings):
    agree(town)
    settings.NUANXIN_SMS_PROVIDER = "none"
    rejected(town, town.now)
    assert not Delivery.objects.filter(subscriber="notifications.message_due").exists()


def test_codes_and_calls_to_those_on_duty_rest_on_no_consent(town):
    """What needs none is sent where it belongs; a new door for text messages is a decision to be made here."""
    services.save_preferences(
        actor=town["gas"], by_group={}, digest_at="morning", text_off_duty=True, now=town.now
    )
    reported(town, "0101")
    drain(now=town.now)
    assert RecordedMessage.objects.filter(channel=Channel.SMS).exists()
    assert not texts()
    doors = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "send_sms(" in path.read_text(encoding="utf-8")
    }
    assert doors == {
        "kernel/channels/send.py",
        "notifications/urgent.py",  # to those on duty, when life is at stake
        "people/services/codes.py",
        "people/services/invitations.py",  # to a number that is nobody's account yet
        "people/services/numbers.py",  # to the old number, that the account has moved
        "people/services/texting.py",  # with a consent
    }


# --- The address ---------------------------------------------------------------------------------------------------
def test_an_address_counts_once_its_code_has_come_back(town):
    actor, now = town["dispatcher"], town.now
    with pytest.raises(Invalid):
        services.set_mail(actor=actor, address="nobody", now=now)
    services.set_mail(actor=actor, address="desk@example.cn", now=now)
    with pytest.raises(RateLimited) as refused:
        services.set_mail(actor=actor, address="desk@example.cn", now=now + timedelta(seconds=20))
    assert (refused.value.retry_after, refused.value.hint) == (41, "请等 41 秒再试。")
    code = mails()[0].text.split("验证码是 ")[1][:6]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _again in range(5):
        with pytest.raises(WrongCode):
            services.confirm_mail(actor=actor, code=wrong, now=now)
    with pytest.raises(WrongCode):
        services.confirm_mail(actor=actor, code=code, now=now)  # five wrong ones used it up
    later = now + timedelta(minutes=2)
    services.set_mail(actor=actor, address="desk@example.cn", now=later)
    code = mails()[1].text.split("验证码是 ")[1][:6]
    with pytest.raises(WrongCode):
        services.confirm_mail(actor=actor, code=code, now=later + timedelta(minutes=31))
    assert services.confirm_mail(actor=actor, code=code, now=later).mail_confirmed_at == later
    services.drop_mail(actor=actor)
    assert queries.settings_of(actor.person_id).mail == ""


def test_export_and_erasure_know_the_settings(town):
    wants(town, "worker", mail="rider@example.cn")
    person = town.persons["worker"]
    told = export_person(person_id=person.pk, subject_id=None)
    rows = {table["table"]: table["rows"] for table in told["tables"]}["notifications.NoticeSettings"]
    assert rows[0]["mail"] == "rider@example.cn"
    erase_person(person_id=person.pk, subject_id=town["worker"].subject_id, now=town.now)
    assert not NoticeSettings.objects.filter(person=person.pk).exists()


# --- The pages -----------------------------------------------------------------------------------------------------
def test_the_page_of_preferences(town):
    for who, groups in (("worker", {"own"}), ("dispatcher", {"work", "late", "news"})):
        client = client_of(town, who)
        page = client.get("/me/notices/")
        assert page.status_code == 200
        assert {field.name for field in page.context["form"].choices} >= groups
        given = dict.fromkeys(groups, "digest") | {"digest_at": "evening"}
        chosen = {**{field.name: "off" for field in page.context["form"].choices}, **given}
        assert client.post("/me/notices/", chosen).status_code == 302
        row = NoticeSettings.objects.get(person=town.persons[who])
        assert {group for group, way in row.by_group.items() if way == "digest"} == groups
        assert client.post("/me/notices/", {**chosen, "digest_at": "midnight"}).status_code == 422
        assert client.post("/me/notices/mail/", {"mail": "x"}).status_code == 422
        assert client.post("/me/notices/mail/", {"mail": f"{who}@example.cn"}).status_code == 302
        assert client.post("/me/notices/mail/confirm/", {"code": "1"}).status_code == 422
        assert client.post("/me/notices/mail/forget/").status_code == 302
    worker = client_of(town, "worker")
    assert "现在不发短信" in worker.get("/me/notices/").content.decode()
    agree(town)
    assert "会发短信告诉您" in worker.get("/me/notices/").content.decode()


def test_the_page_of_the_robot(town):
    client = client_of(town, "dispatcher")
    assert client.get("/inbox/robot/").status_code == 200
    given = {"address": "https://example.com/x", "groups": ["work"], "is_active": "on"}
    assert client.post("/inbox/robot/", given).status_code == 422
    assert client.post("/inbox/robot/test/").status_code == 404
    assert client.post("/inbox/robot/", given | {"address": ROBOT}).status_code == 302
    page = client.get("/inbox/robot/").content.decode()
    assert "…1234" in page
    assert "0190abcd" not in page, "the address is never shown again"
    assert client.post("/inbox/robot/test/").status_code == 302
    assert client.post("/inbox/robot/forget/").status_code == 302
    assert client_of(town, "community").get("/inbox/robot/").status_code == 404


def test_every_kind_of_notice_is_in_a_group():
    assert group_of(Kind.CLOSED, is_staff=False) == Group.OWN
    assert group_of(Kind.NEW_TASK, is_staff=True) == Group.WORK
    assert group_of(Kind.LATE, is_staff=True) == Group.LATE
    assert group_of(Kind.BULLETIN, is_staff=True) == Group.NEWS


def test_telling_costs_nothing_more_for_those_who_chose_nothing(town, django_assert_num_queries):
    dispatched(town)
    drain(now=town.now + timedelta(minutes=2))
    notice = Notice.objects.exclude(assignment=None).select_related("assignment").first()
    again = [
        Notice(
            **{
                field.attname: getattr(notice, field.attname)
                for field in Notice._meta.concrete_fields
                if field.attname != "id"
            }
        )
    ]
    services.tell(again)
    with django_assert_num_queries(1):
        services.tell(again)
