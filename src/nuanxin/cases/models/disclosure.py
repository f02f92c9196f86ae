"""Somebody has looked at who reported: told to the reporter in words, as an office and never as a person."""

from django.db import models

from nuanxin.cases.models.case import Case

REASON_LENGTH = 300


class Disclosure(models.Model):
    """Written in the transaction that hands out name and number; never edited, gone with the case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="disclosures")
    at = models.DateTimeField("时间")
    role = models.CharField("身份", max_length=32)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    assignment = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.CharField("为什么", max_length=REASON_LENGTH)

    class Meta:
        ordering = ["at", "id"]
