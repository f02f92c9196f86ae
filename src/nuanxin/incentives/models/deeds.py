from django.db import models
from django.db.models import Q


class Deed(models.Model):
    """What may earn or move points, as it was heard of: the journal from which all else can be told again.

    Kernel events are pruned; these are not. `source` is the event's id, or the key of whoever asked; `facts` are the
    few codes and numbers that a rule needs, no names, no free text. Append-only (`models/guard.py`). `id`
    grows in the order in which the deeds of one subject took effect: the subject's account is locked first.
    """

    name = models.CharField(max_length=80)  # cases.CaseClosed, incentives.Spent …
    rule = models.CharField(max_length=32, blank=True)
    source = models.CharField(max_length=80)
    subject_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "source", "rule", "subject_id"], name="incentives_deed_once"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(source=""), name="incentives_deed_named"),
        ]
        indexes = [models.Index(fields=["subject_id", "id"], name="incentives_deed_subject")]


class Mention(models.Model):
    """Which case a deed was about: for its owner's eyes, cut where `cases` cuts the link to who reported."""

    deed = models.OneToOneField(Deed, on_delete=models.CASCADE, primary_key=True, related_name="mention")
    subject_id = models.UUIDField()
    case_id = models.BigIntegerField()
    number = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "case_id"], name="incentives_mention_case"),
            models.Index(fields=["at"], name="incentives_mention_at"),
        ]
