"""What no category may be about (`domain.md` §0.3, law 23): persons' conduct, gatherings, opinions, identity, looks.

A list of words is a net with holes: it stops what is written down carelessly, and tells whoever writes it why. Help for
persons in need (confidential, named roles, no photographs) is what the shipped catalogue has; it is not added to here.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

ABOUT_PERSONS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (
        _("人的言行举止"),
        (
            "不文明", "不礼貌", "不听劝", "不配合", "骂人", "吵架",
            "打架", "闹事", "寻衅", "醉酒", "酗酒", "赌博", "抽烟",
            "吸烟", "吐痰", "闯红灯", "逆行", "加塞", "插队", "早恋",
            "举止", "行为不端", "可疑", "形迹", "尾随", "徘徊",
            "逗留", "misconduct", "behaviour", "behavior", "suspicious", "loitering", "jaywalk",
        ),
    ),
    (
        _("聚集和诉求"),
        (
            "聚集", "聚众", "集会", "游行", "示威", "静坐", "罢工",
            "停运抗议", "上访", "信访人", "维权人", "串联", "群体性",
            "拉横幅", "请愿", "gathering", "assembly", "protest", "strike", "petition",
        ),
    ),
    (
        _("言论和看法"),
        (
            "言论", "发帖", "谣言", "舆情", "思想", "观点", "立场",
            "政治", "信仰", "宗教", "opinion of", "speech", "rumour",
            "rumor", "belief", "religio",
        ),
    ),
    (
        _("身份和来历"),
        (
            "外来人", "外地人", "流动人口", "流动人员", "重点人",
            "闲散人员", "社会人员", "陌生人", "无业", "前科", "刑满",
            "吸毒人", "精神病", "肇事肇祸", "民族", "国籍", "户籍",
            "身份不明", "艾滋", "失信人", "identity", "migrant",
            "ethnic", "nationality", "ex-convict",
        ),
    ),
    (
        _("长相和穿着"),
        ("长相", "相貌", "容貌", "穿着", "衣着", "着装", "纹身",
            "肤色", "口音", "体型", "appearance of", "clothing", "tattoo"),
    ),
)  # fmt: skip
PERSONS_ARE_HELPED = ("1101", "1102", "1103")  # shipped: confidential help


def refusal_of(code: str, *texts: str) -> Text | None:
    """Why a category with these words may not be, or `None`."""
    if code in PERSONS_ARE_HELPED:
        return None
    written = " ".join(texts).lower()
    for about, words in ABOUT_PERSONS:
        for word in words:
            if word in written:
                return _(
                    "“%(word)s”说的是%(about)s：只能报地点、物和危险，不能报人。需要救助的人用 11-01 到 11-03，"
                    "正在发生的违法犯罪拨 110。"
                ) % {"word": word, "about": about}
    return None
