"""What a reporter has added later: sent twice it is the same."""

from django.db import models

from nuanxin.cases.models.case import KEY_LENGTH, Case
from nuanxin.cases.models.work import CaseLog


class Addition(models.Model):
    """One submission of pictures or a voice to a case that was reported before; what came is under its log row."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="additions")
    log = models.OneToOneField(CaseLog, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=KEY_LENGTH)
    body_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="cases_added_once")]
