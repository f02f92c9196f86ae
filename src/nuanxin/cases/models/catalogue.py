"""What can be reported, and who takes it: reference data that a city edits."""

from django.db import models

from nuanxin.cases.enums import AboutParty, TaskRole, Urgency, Visibility


class Category(models.Model):
    """A kind of report: 12 majors, 73 minors to start from (`domain.md` §3). Every value is a city's to edit."""

    code = models.CharField("编码", max_length=4, primary_key=True)
    major = models.CharField("大类", max_length=2)
    name_zh = models.CharField("名称", max_length=40)
    name_en = models.CharField("英文名称", max_length=60)
    keywords = models.CharField("检索词", max_length=300, blank=True)
    lead = models.CharField("主办单位类型", max_length=40)
    assist = models.CharField("协办单位类型", max_length=40, blank=True)
    emergency_numbers = models.CharField("先打的电话", max_length=40, blank=True)
    respond_within = models.CharField("响应时限", max_length=12, blank=True)
    make_safe_within = models.CharField("控制险情时限", max_length=12, blank=True)
    finish_within = models.CharField("办结时限", max_length=12)
    urgency = models.CharField("紧急程度", max_length=2, choices=Urgency.choices)
    evidence = models.CharField("取证要求", max_length=12)
    gbt30428 = models.CharField("国标代码", max_length=20, blank=True)
    visibility = models.CharField(
        "可见范围", max_length=12, choices=Visibility.choices, default=Visibility.NORMAL
    )
    difficulty = models.CharField("六难", max_length=20, blank=True)
    handoff = models.CharField("转办去向", max_length=20, blank=True)
    # Whom reports of this kind are about: never theirs to handle (`queries/parties.py`). No city edits it.
    about_party = models.CharField("说的是谁", max_length=8, choices=AboutParty.choices, blank=True)
    # 721 (`domain.md` 004-42): with a term here a kind notice comes before any other measure.
    notice_within = models.CharField("提示单期限", max_length=12, blank=True)
    notice_words = models.CharField("提示单的话", max_length=200, blank=True)
    is_active = models.BooleanField("启用", default=True)
    spelling = models.CharField(
        "拼音", max_length=300, blank=True, editable=False
    )  # of the name, in full and initials

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class DispatchRule(models.Model):
    """Which organisation takes a category in an area, where the city has decided so itself; the longest area wins."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    area_code = models.CharField("区划", max_length=15)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.CASCADE, related_name="+")
    role = models.CharField("分工", max_length=10, choices=TaskRole.choices, default=TaskRole.LEAD)
    note = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "area_code", "organisation"], name="cases_rule_once"),
        ]
