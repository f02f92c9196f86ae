"""The personal tables of this context. The ledger knows subjects only; who that is, is one row that can be erased."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.models import (
    Absence,
    AbsenceReview,
    Account,
    Appeal,
    BoardMark,
    BoardMember,
    BoardTally,
    Deed,
    Hold,
    Honour,
    HoursEntry,
    HoursTotal,
    Mention,
    Objection,
    Posting,
    SealedStatement,
    ShopOrder,
    StarApplication,
    TeamAward,
    TipOff,
    WorkerRating,
)
from nuanxin.incentives.queries.shop_orders import orders_of
from nuanxin.incentives.services.absences import erase_absences
from nuanxin.incentives.services.holds import evidence_due, forget_evidence
from nuanxin.incentives.services.honour_privacy import (
    erase_appeals,
    erase_holds,
    erase_honours,
    erase_hours,
    erase_stars,
    erase_tips,
)
from nuanxin.incentives.services.shop_orders import erase_orders, forget_orders, orders_over
from nuanxin.incentives.services.team_awards import erase_team_awards
from nuanxin.kernel.privacy.register import Subject, columns, deletes, no_rows, register, stays
from nuanxin.kernel.privacy.wording import name_columns
from nuanxin.kernel.retention import Rows, expired, retain

KEPT = _("账只记一个不认得人的编号：编号和您的联系已经断开，数目留下，总账才对得上。")


# --- Points ----------------------------------------------------------------------------------------------------------
def _export_postings(subject: Subject) -> Iterable[Mapping[str, Any]]:
    rows = (
        Posting.objects.filter(account=subject.subject_id) if subject.subject_id else Posting.objects.none()
    )
    return rows.order_by("number").values("number", "at", "kind", "amount", "debit", "credit", "because")


def _export_account(subject: Subject) -> Iterable[Mapping[str, Any]]:
    rows = Account.objects.filter(pk=subject.subject_id) if subject.subject_id else Account.objects.none()
    return rows.values("points", "held", "owed", "growth")


register(
    Account,
    purpose=_("积分余额"),
    fields={"subject_id": "S1", "points": "S1", "held": "S1", "owed": "S1", "growth": "S1"},
    retention=_("注销后只留数目，不知道是谁的"),
    erase=stays(Account, "subject_id", KEPT),
    export=_export_account,
)
register(
    Posting,
    purpose=_("积分每一笔从哪里来、到哪里去"),
    fields={"account": "S1", "amount": "S1", "because": "S1"},
    retention=_("注销后只留数目，不知道是谁的"),
    erase=stays(Posting, "account_id", KEPT),
    export=_export_postings,
)
register(
    Deed,
    purpose=_("做成的事，积分由它算出来"),
    fields={"subject_id": "S1", "facts": "S1"},
    retention=_("注销后只留数目，不知道是谁的"),
    erase=stays(Deed, "subject_id", KEPT),
    export=lambda subject: Deed.objects.filter(subject_id=subject.subject_id).values("name", "at"),
)
register(
    Mention,
    purpose=_("积分是哪一件上报得来的，只有自己看得到"),
    fields={"subject_id": "S2", "case_id": "S2", "number": "S2"},
    retention=_("1 年，之后只剩积分"),
    erase=deletes(Mention, "subject_id"),
    export=lambda subject: Mention.objects.filter(subject_id=subject.subject_id).values("number", "at"),
)
retain(
    Mention, purpose=_("积分和案件的关联"), keeps=_("1 年"), of=expired(Mention, "at", timedelta(days=365))
)
register(
    SealedStatement,
    purpose=_("盖了章的积分对账单，谁拿到编号谁能查真伪"),
    fields={"subject_id": "S1", "totals": "S1"},
    retention=_("到注销为止"),
    erase=deletes(SealedStatement, "subject_id"),
    export=lambda subject: SealedStatement.objects.filter(subject_id=subject.subject_id).values(
        "code", "issued_at"
    ),
)
name_columns(
    {
        "number": _("第几笔"), "at": _("时间"), "kind": _("种类"), "amount": _("分数"), "debit": _("从哪里"),
        "credit": _("到哪里"), "because": _("原因"),
    },
    table="incentives.Posting",
)  # fmt: skip
name_columns(
    {"points": _("可用积分"), "held": _("待核实积分"), "owed": _("待抵扣积分"), "growth": _("成长值")},
    table="incentives.Account",
)
name_columns({"name": _("哪件事"), "at": _("时间")}, table="incentives.Deed")
name_columns({"number": _("案卷号"), "at": _("时间")}, table="incentives.Mention")
name_columns({"code": _("查验编号"), "issued_at": _("盖章时间")}, table="incentives.SealedStatement")


# --- Hours, stars, honours, boards, held awards ----------------------------------------------------------------------
UNTIL_ERASED = _("到注销为止")
register(
    HoursEntry,
    purpose=_("每一份服务记录的时长，评星级用"),
    fields={"subject_id": "S1", "minutes": "S1", "served_on": "S1", "team": "S1"},
    retention=_("注销后只留分钟数，不知道是谁的"),
    erase=erase_hours,
    export=columns(HoursEntry, "subject_id", "served_on", "minutes"),
)
register(
    HoursTotal,
    purpose=_("服务时长一共多少"),
    fields={"subject_id": "S1", "minutes": "S1"},
    retention=UNTIL_ERASED,
    erase=deletes(HoursTotal, "subject_id"),
    export=no_rows,
)
register(
    StarApplication,
    purpose=_("您申请的志愿者星级"),
    fields={"subject_id": "S1", "shown_as": "S1", "minutes": "S1"},
    retention=_("注销后不知道是谁的"),
    erase=erase_stars,
    export=columns(StarApplication, "subject_id", "level", "state", "applied_at"),
)
register(
    WorkerRating,
    purpose=_("您的小哥星级评价，只有您看得到"),
    fields={"subject_id": "S2", "level": "S2", "minutes": "S1", "courses": "S1"},
    retention=_("2 年，或到您撤回同意"),
    erase=deletes(WorkerRating, "subject_id"),
    export=columns(WorkerRating, "subject_id", "period", "level", "minutes", "courses"),
)
retain(
    WorkerRating, purpose=_("小哥星级评价"), keeps=_("2 年"),
    of=expired(WorkerRating, "made_at", timedelta(days=730)),
)  # fmt: skip
register(
    TipOff,
    purpose=_("您登记领奖的线索；没有银行和税务信息"),
    fields={"subject_id": "S2", "clue": "S2"},
    retention=_("2 年，或到您撤回同意"),
    erase=erase_tips,
    export=columns(TipOff, "subject_id", "clue", "state", "registered_at"),
)
retain(
    TipOff, purpose=_("举报奖励的登记"), keeps=_("2 年"),
    of=expired(TipOff, "registered_at", timedelta(days=730)),
)  # fmt: skip
register(
    Honour,
    purpose=_("您得到的、您提名的荣誉"),
    fields={"subject_id": "S1", "nominator_id": "S2", "who": "S2", "shown_as": "S1", "story": "S1"},
    retention=_("注销后事迹删去，不知道是谁的"),
    erase=erase_honours,
    export=columns(Honour, "subject_id", "kind__name_zh", "title", "state", "awarded_at"),
)
register(
    BoardMember,
    purpose=_("您选择上积分榜用的称呼"),
    fields={"subject_id": "S1", "nickname": "S1"},
    retention=_("到您下榜或注销"),
    erase=deletes(BoardMember, "subject_id"),
    export=columns(BoardMember, "subject_id", "nickname", "joined_at"),
)
register(
    BoardTally,
    purpose=_("您每个月的积分合计，没上榜时只有您自己看得到"),
    fields={"subject_id": "S1", "points": "S1"},
    retention=UNTIL_ERASED,
    erase=deletes(BoardTally, "subject_id"),
    export=columns(BoardTally, "subject_id", "period", "kind", "points"),
)
retain(
    BoardMark, purpose=_("哪些积分已经算进榜里（不记是谁）"), keeps=_("90 天"),
    of=expired(BoardMark, "at", timedelta(days=90)),
)  # fmt: skip
register(
    Hold,
    purpose=_("被留下来请人看的积分：为什么、您怎么说、结果怎样"),
    fields={"subject_id": "S2", "evidence": "S2", "case_number": "S2", "answer": "S2"},
    retention=_("决定后 90 天去掉证据和说明"),
    erase=erase_holds,
    export=columns(Hold, "subject_id", "reason", "amount", "state", "answer", "held_at"),
)
retain(
    Hold, purpose=_("核实积分用的证据和说明"), keeps=_("决定后 90 天，之后只剩结果"),
    of=Rows(evidence_due, lambda now: forget_evidence(now=now)),
)  # fmt: skip
register(
    Absence,
    purpose=_("报了名没来的次数，本地评星的办法用到才看"),
    fields={"subject_id": "S1", "on": "S1"},
    retention=_("13 个月"),
    erase=deletes(Absence, "subject_id"),
    export=columns(Absence, "subject_id", "on"),
)
retain(Absence, purpose=_("报了名没来"), keeps=_("13 个月"), of=expired(Absence, "on", timedelta(days=396)))
register(
    AbsenceReview,
    purpose=_("没来的次数到了，您怎么说、结果怎样"),
    fields={"subject_id": "S2", "answer": "S2", "count": "S1"},
    retention=_("2 年；注销后不知道是谁的"),
    erase=erase_absences,
    export=columns(AbsenceReview, "subject_id", "year", "count", "state", "answer", "opinion"),
)
retain(
    AbsenceReview, purpose=_("没来的次数到了的核实"), keeps=_("2 年"),
    of=expired(AbsenceReview, "asked_at", timedelta(days=730)),
)  # fmt: skip
name_columns({"on": _("哪天")}, table="incentives.Absence")
name_columns(
    {
        "year": _("哪一年"), "count": _("没来几次"), "state": _("结果"), "answer": _("您的说明"),
        "opinion": _("理由"),
    },
    table="incentives.AbsenceReview",
)  # fmt: skip
register(
    Appeal,
    purpose=_("您的申诉和裁定"),
    fields={"subject_id": "S2", "reason": "S2"},
    retention=_("2 年"),
    erase=erase_appeals,
    export=columns(Appeal, "subject_id", "about", "at", "reason", "end", "answer"),
)
retain(Appeal, purpose=_("申诉"), keeps=_("2 年"), of=expired(Appeal, "at", timedelta(days=730)))
retain(
    Objection, purpose=_("公示期间的意见（不记是谁提的）"), keeps=_("1 年"),
    of=expired(Objection, "at", timedelta(days=365)),
)  # fmt: skip
name_columns({"served_on": _("哪天"), "minutes": _("分钟")}, table="incentives.HoursEntry")
name_columns(
    {"level": _("星级"), "state": _("到哪一步"), "applied_at": _("申请时间")},
    table="incentives.StarApplication",
)
name_columns(
    {"period": _("季度"), "level": _("等级"), "minutes": _("分钟"), "courses": _("课程")},
    table="incentives.WorkerRating",
)
name_columns(
    {"clue": _("线索编号"), "state": _("到哪一步"), "registered_at": _("登记时间")}, table="incentives.TipOff"
)
name_columns(
    {"kind__name_zh": _("荣誉"), "title": _("一句话"), "state": _("到哪一步"), "awarded_at": _("授予时间")},
    table="incentives.Honour",
)
name_columns({"nickname": _("榜上的称呼"), "joined_at": _("上榜时间")}, table="incentives.BoardMember")
name_columns({"period": _("月份"), "kind": _("哪一类"), "points": _("积分")}, table="incentives.BoardTally")
name_columns(
    {
        "reason": _("为什么"), "amount": _("分数"), "state": _("结果"), "answer": _("您的说明"), "held_at": _("时间"),
    },
    table="incentives.Hold",
)  # fmt: skip
name_columns(
    {
        "about": _("关于什么"),
        "at": _("时间"),
        "reason": _("理由"),
        "end": _("结果"),
        "answer": _("裁定的理由"),
    },
    table="incentives.Appeal",
)


# --- The volunteer supermarket ---------------------------------------------------------------------------------------
register(
    ShopOrder,
    purpose=_("您用积分换了什么、取没取；柜台只看到昵称或打了星号的姓名"),
    fields={
        "person": "S1",
        "item": "S1",
        "number": "S1",
        "points": "S1",
        "state": "S1",
        "placed_at": "S1",
        "collected_at": "S1",
        "return_reason": "S1",
    },
    retention=_("13 个月后不再知道是谁换的，只剩件数和金额，账才对得上"),
    erase=erase_orders,
    export=orders_of,
)
retain(
    ShopOrder,
    purpose=_("谁在志愿服务超市换了什么"),
    keeps=_("13 个月，之后只是件数和金额"),
    of=Rows(orders_over, lambda now: forget_orders(now=now)),
)
name_columns(
    {
        "item__name_zh": _("换的是什么"),
        "shop__place__name_zh": _("哪家超市"),
        "points": _("用了多少积分"),
        "placed_at": _("什么时候换的"),
        "state": _("到哪一步"),
        "collected_at": _("什么时候取的"),
    },
    table="incentives.ShopOrder",
)


# --- What team leaders give ------------------------------------------------------------------------------------------
register(
    TeamAward,
    purpose=_("队长谢您的积分和写的话；您当队长时谢过谁"),
    fields={
        "giver": "S1", "member": "S1", "subject_id": "S1", "amount": "S1", "reason": "S1", "reversed_because": "S1",
    },
    retention=_("注销后只留数目，不知道是谁的"),
    erase=erase_team_awards,
    export=columns(TeamAward, "subject_id", "at", "amount", "reason", "state", "reversed_because"),
)  # fmt: skip
name_columns(
    {
        "at": _("时间"), "amount": _("分数"), "reason": _("谢什么"), "state": _("到哪一步"),
        "reversed_because": _("为什么收回"),
    },
    table="incentives.TeamAward",
)  # fmt: skip
