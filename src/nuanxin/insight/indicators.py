"""Every figure of this product, defined once (`domain.md` §2.4; GB/T 30428.4 in spirit).

An indicator is a numerator and a denominator over one relation (`relations.py`), both ibis expressions, and the words
that stand under the figure wherever it is shown. `nuanxin indicators compile` makes SQL of them, so that no web process
loads a library of analysis. No indicator counts persons, and none ranks them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.insight import relations
from nuanxin.insight.relations import Tables, Window

Words = str | Promise
Flag = Callable[[Any], Any]  # a row of the relation → true or false


class Kind(StrEnum):
    COUNT = "count"
    RATE = "rate"
    MINUTES = "minutes"
    SHARES = "shares"


class Group(StrEnum):
    """Where an indicator stands on the overview."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    HANDLED = "handled"
    CLOSED = "closed"
    REVISITED = "revisited"


GROUPS: dict[Group, Words] = {
    Group.RECEIVED: _("受理与立案"),
    Group.DISPATCHED: _("派遣与退回"),
    Group.HANDLED: _("处置"),
    Group.CLOSED: _("结案与督办"),
    Group.REVISITED: _("回访：响应、解决、满意"),
}


@dataclass(frozen=True, slots=True)
class Relation:
    """`words`: what one row is. `instant`: what puts it into a period. `tables`: where it comes from."""

    name: str
    words: Words
    instant: Words
    tables: tuple[str, ...]
    rows: Callable[[Tables, Window], Any]


@dataclass(frozen=True, slots=True)
class Indicator:
    """`formula` and `denominator_rule` are the definition in words; `needs_sample`: not shown below the minimum n.

    `better` is the direction that is good news, empty where neither is. `parts` belongs to a composition.
    """

    identifier: str
    name: Words
    kind: Kind
    group: Group
    relation: Relation
    formula: Words
    denominator_rule: Words
    numerator: Flag
    denominator: Flag
    numerator_name: Words = ""
    denominator_name: Words = ""
    better: str = ""
    needs_sample: bool = False
    parts: dict[str, tuple[Words, Flag]] = field(default_factory=dict)

    @property
    def measures(self) -> dict[str, Flag]:
        """Everything that is counted for it, by name; each can be opened down to its cases."""
        own = {name: flag for name, (_words, flag) in self.parts.items()} or {"numerator": self.numerator}
        return own if self.kind == Kind.COUNT else own | {"denominator": self.denominator}


def _every(row: Any) -> Any:
    return row.case_id.notnull()


REPORTS = Relation("reports", _("一件上报"), _("上报时间"), ("cases_case",), relations.reports)
FILINGS = Relation(
    "filings", _("一件已立案、未并案的案件"), _("立案时间"),
    ("cases_case", "cases_clock", "cases_supervision", "cases_appeal"), relations.filings,
)  # fmt: skip
DISPATCHES = Relation(
    "dispatches",
    _("一次派遣：一个案件派给一个单位"),
    _("派遣时间"),
    ("cases_task", "cases_case"),
    relations.dispatches,
)
HANDLINGS = Relation(
    "handlings", _("主办单位的一次应处置"), _("处置到期或提交结果的时间"),
    ("cases_clock", "cases_task", "cases_case", "cases_appeal"), relations.handlings,
)  # fmt: skip
CLOSINGS = Relation(
    "closings", _("一件应结案的案件"), _("总时限到期的时间"), ("cases_case", "cases_clock", "cases_appeal"),
    relations.closings,
)  # fmt: skip
ENDINGS = Relation(
    "endings", _("一件已结案的案件，另列期末仍挂账的"), _("结案时间"), ("cases_case",), relations.endings
)
VERIFICATIONS = Relation(
    "verifications", _("一件核查过的案件"), _("核查时间"), ("cases_caselog", "cases_case", "cases_appeal"),
    relations.verifications,
)  # fmt: skip
HANDLING_TIMES = Relation(
    "handling_times", _("一次交回结果的处置"), _("提交结果的时间"),
    ("cases_task", "cases_clock", "cases_clockchange", "cases_case"), relations.handling_times,
)  # fmt: skip
REVISITS = Relation(
    "revisits", _("上报人的一次回访作答"), _("作答时间"), ("cases_rating", "cases_case", "cases_appeal"),
    relations.revisits,
)  # fmt: skip

ANSWERED = _("只算作了答的；没有作答不算，不推定满意。样本太小时不显示。")
UPHELD = _("申诉成立的不计入。")

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        identifier="reported_count",
        name=_("上报数"),
        kind=Kind.COUNT,
        group=Group.RECEIVED,
        relation=REPORTS,
        formula=_("本期上报的件数。"),
        denominator_rule=_("没有分母；并案的也各算一件上报。"),
        numerator=_every,
        denominator=_every,
        numerator_name=_("上报"),
    ),
    Indicator(
        identifier="valid_count",
        name=_("有效上报数"),
        kind=Kind.COUNT,
        group=Group.RECEIVED,
        relation=REPORTS,
        formula=_("本期上报、没有因“找不到位置”“恶意重复”“现场不存在”而不予受理的件数。"),
        denominator_rule=_("没有分母。"),
        numerator=lambda row: row.is_valid,
        denominator=_every,
        numerator_name=_("有效上报"),
    ),
    Indicator(
        identifier="filing_rate",
        name=_("立案率"),
        kind=Kind.RATE,
        group=Group.RECEIVED,
        relation=REPORTS,
        formula=_("立案数 ÷ 核实完的上报数。"),
        denominator_rule=_("还没核实完的不算；并案的算上报、不算立案。"),
        numerator=lambda row: row.is_screened & row.is_filed,
        denominator=lambda row: row.is_screened,
        numerator_name=_("立案"),
        denominator_name=_("已核实的上报"),
    ),
    Indicator(
        identifier="on_time_filing_rate",
        name=_("按时立案率"),
        kind=Kind.RATE,
        group=Group.RECEIVED,
        relation=FILINGS,
        formula=_("在核实时限内立案的件数 ÷ 立案数。危及生命的案件收到即立案。"),
        denominator_rule=UPHELD,
        numerator=lambda row: row.is_on_time & row.is_counted,
        denominator=lambda row: row.is_counted,
        numerator_name=_("按时立案"),
        denominator_name=_("立案"),
        better="up",
    ),
    Indicator(
        identifier="duplicate_rate",
        name=_("重复率"),
        kind=Kind.RATE,
        group=Group.RECEIVED,
        relation=REPORTS,
        formula=_("并入其他案件的上报数 ÷ 上报数。"),
        denominator_rule=_("全部上报。重复说明热度，不是谁的过失。"),
        numerator=lambda row: row.is_merged,
        denominator=_every,
        numerator_name=_("并案"),
        denominator_name=_("上报"),
    ),
    Indicator(
        identifier="dispatch_accuracy",
        name=_("准确派遣率"),
        kind=Kind.RATE,
        group=Group.DISPATCHED,
        relation=DISPATCHES,
        formula=_("没有因“不在辖区”“不是职责”“类别有误”被退回的派遣数 ÷ 派遣数。"),
        denominator_rule=_("全部派遣，主办、协办和属地社区各算一次；并案的不算。"),
        numerator=lambda row: ~row.is_misdirected,
        denominator=_every,
        numerator_name=_("派准的"),
        denominator_name=_("派遣"),
        better="up",
    ),
    Indicator(
        identifier="return_rate",
        name=_("回退率"),
        kind=Kind.RATE,
        group=Group.DISPATCHED,
        relation=DISPATCHES,
        formula=_("退回的派遣数 ÷ 收到的派遣数，按单位看。"),
        denominator_rule=_("单位收到的全部派遣；并案的不算。"),
        numerator=lambda row: row.is_returned,
        denominator=_every,
        numerator_name=_("退回"),
        denominator_name=_("收到"),
        better="down",
    ),
    Indicator(
        identifier="handling_rate",
        name=_("处置率"),
        kind=Kind.RATE,
        group=Group.HANDLED,
        relation=HANDLINGS,
        formula=_("已提交结果的 ÷ 应处置的。应处置：处置时限在本期到期，或在本期提交了结果。"),
        denominator_rule=_("还没到期的、到期前收回或退回的、正在挂账的不算；返工后的处置另算一次。"),
        numerator=lambda row: row.is_submitted,
        denominator=_every,
        numerator_name=_("已提交"),
        denominator_name=_("应处置"),
        better="up",
    ),
    Indicator(
        identifier="on_time_handling_rate",
        name=_("按期处置率"),
        kind=Kind.RATE,
        group=Group.HANDLED,
        relation=HANDLINGS,
        formula=_("在处置时限前提交结果的 ÷ 应处置的。"),
        denominator_rule=_("同处置率；申诉成立的超时不计入。"),
        numerator=lambda row: row.is_on_time & row.is_counted,
        denominator=lambda row: row.is_counted,
        numerator_name=_("按期提交"),
        denominator_name=_("应处置"),
        better="up",
    ),
    Indicator(
        identifier="avg_handling_minutes",
        name=_("平均处置时长"),
        kind=Kind.MINUTES,
        group=Group.HANDLED,
        relation=HANDLING_TIMES,
        formula=_("从接单到提交结果的时间，减去挂账暂停的时间，求平均；同时给中位数。"),
        denominator_rule=_("本期提交了结果的处置；协办的不算。"),
        numerator=_every,
        denominator=_every,
        numerator_name=_("处置时间合计"),
        denominator_name=_("已处置"),
        better="down",
    ),
    Indicator(
        identifier="rework_rate",
        name=_("返工率"),
        kind=Kind.RATE,
        group=Group.HANDLED,
        relation=VERIFICATIONS,
        formula=_("至少有一次核查不通过的案件 ÷ 核查过的案件。"),
        denominator_rule=_("本期核查过的案件，一件只算一次；申诉成立的那次核查不计入。"),
        numerator=lambda row: row.has_failed,
        denominator=_every,
        numerator_name=_("返工"),
        denominator_name=_("核查过"),
        better="down",
    ),
    Indicator(
        identifier="closure_rate",
        name=_("结案率"),
        kind=Kind.RATE,
        group=Group.CLOSED,
        relation=CLOSINGS,
        formula=_("已结案的 ÷ 应结案的。应结案：已立案、总时限在本期到期。"),
        denominator_rule=_("正在挂账的不算，另行列出；并案的不算。"),
        numerator=lambda row: row.is_closed,
        denominator=_every,
        numerator_name=_("已结案"),
        denominator_name=_("应结案"),
        better="up",
    ),
    Indicator(
        identifier="on_time_closure_rate",
        name=_("按期结案率"),
        kind=Kind.RATE,
        group=Group.CLOSED,
        relation=CLOSINGS,
        formula=_("在总时限前结案的 ÷ 应结案的。"),
        denominator_rule=_("正在挂账的不算，另行列出；申诉成立的超时不计入。"),
        numerator=lambda row: row.is_on_time & row.is_counted,
        denominator=lambda row: row.is_counted,
        numerator_name=_("按期结案"),
        denominator_name=_("应结案"),
        better="up",
    ),
    Indicator(
        identifier="overdue_rate",
        name=_("超期率"),
        kind=Kind.RATE,
        group=Group.CLOSED,
        relation=CLOSINGS,
        formula=_("超过总时限才结案或仍未结案的 ÷ 应结案的。"),
        denominator_rule=_("正在挂账的不算，另行列出；申诉成立的超时不计入。"),
        numerator=lambda row: ~row.is_on_time & row.is_counted,
        denominator=lambda row: row.is_counted,
        numerator_name=_("超期"),
        denominator_name=_("应结案"),
        better="down",
    ),
    Indicator(
        identifier="supervision_rate",
        name=_("督办率"),
        kind=Kind.RATE,
        group=Group.CLOSED,
        relation=FILINGS,
        formula=_("被督办过的案件 ÷ 立案数。黄色预警不算督办。"),
        denominator_rule=_("本期立案、没有并案的。"),
        numerator=lambda row: row.is_supervised,
        denominator=_every,
        numerator_name=_("督办"),
        denominator_name=_("立案"),
        better="down",
    ),
    Indicator(
        identifier="recurrence_rate",
        name=_("反弹率"),
        kind=Kind.RATE,
        group=Group.CLOSED,
        relation=ENDINGS,
        formula=_("结案后 30 天内、30 米内同类再发的案件 ÷ 结案数。"),
        denominator_rule=_("本期结案的；不予受理和并案的不算。"),
        numerator=lambda row: row.is_closed & row.has_recurred,
        denominator=lambda row: row.is_closed,
        numerator_name=_("反弹"),
        denominator_name=_("结案"),
        better="down",
    ),
    Indicator(
        identifier="solved_rate",
        name=_("结案中已解决的占比"),
        kind=Kind.RATE,
        group=Group.CLOSED,
        relation=ENDINGS,
        formula=_("以“已解决”结案的 ÷ 结案数。“已解释说明”从不算作解决。"),
        denominator_rule=_("本期结案的；不予受理和并案的不算。"),
        numerator=lambda row: row.is_closed & (row.outcome == "solved"),
        denominator=lambda row: row.is_closed,
        numerator_name=_("已解决"),
        denominator_name=_("结案"),
        better="up",
    ),
    Indicator(
        identifier="closure_composition",
        name=_("结案构成"),
        kind=Kind.SHARES,
        group=Group.CLOSED,
        relation=ENDINGS,
        formula=_("已解决、已解释说明、已转交、挂账各多少件，分开列，不相加成“解决”。"),
        denominator_rule=_("本期结案的，加上期末仍挂账的。"),
        numerator=_every,
        denominator=_every,
        denominator_name=_("合计"),
        parts={
            "solved": (_("已解决"), lambda row: row.is_closed & (row.outcome == "solved")),
            "explained": (_("已解释说明"), lambda row: row.is_closed & (row.outcome == "explained")),
            "transferred": (_("已转交"), lambda row: row.is_closed & (row.outcome == "transferred")),
            "shelved": (_("挂账"), lambda row: ~row.is_closed),
        },
    ),
    Indicator(
        identifier="response_rate",
        name=_("响应率"),
        kind=Kind.RATE,
        group=Group.REVISITED,
        relation=REVISITS,
        formula=_("回访中答“有人联系过我”的 ÷ 作答的。"),
        denominator_rule=ANSWERED,
        numerator=lambda row: row.contacted,
        denominator=_every,
        numerator_name=_("联系过"),
        denominator_name=_("作答"),
        better="up",
        needs_sample=True,
    ),
    Indicator(
        identifier="resolution_rate",
        name=_("解决率"),
        kind=Kind.RATE,
        group=Group.REVISITED,
        relation=REVISITS,
        formula=_("回访中答“解决了”的 ÷ 作答的。以上报人的回答为准，不以工作人员的意见为准。"),
        denominator_rule=ANSWERED,
        numerator=lambda row: row.solved,
        denominator=_every,
        numerator_name=_("解决了"),
        denominator_name=_("作答"),
        better="up",
        needs_sample=True,
    ),
    Indicator(
        identifier="satisfaction_rate",
        name=_("满意率"),
        kind=Kind.RATE,
        group=Group.REVISITED,
        relation=REVISITS,
        formula=_("回访中答“满意”的 ÷ 作答的。"),
        denominator_rule=_("只算作了答的；没有作答不算，申诉成立的不满意不计入。样本太小时不显示。"),
        numerator=lambda row: row.satisfied & row.is_counted,
        denominator=lambda row: row.is_counted,
        numerator_name=_("满意"),
        denominator_name=_("作答"),
        better="up",
        needs_sample=True,
    ),
)  # fmt: skip

BY_IDENTIFIER = {indicator.identifier: indicator for indicator in INDICATORS}
RELATIONS = {indicator.relation.name: indicator.relation for indicator in INDICATORS}


def of_relation(name: str) -> list[Indicator]:
    return [indicator for indicator in INDICATORS if indicator.relation.name == name]


def column(indicator: Indicator, measure: str) -> str:
    """The name of a measure in the compiled statements, and in the address of its cases."""
    return f"{indicator.identifier}__{measure}"
