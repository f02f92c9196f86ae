"""How sure one may be of a place: what its keeper has looked at, what passers-by say, what is being checked.

Nothing here says who: a passer-by is a digest under a salt that is thrown away when the day is over.
"""

from django.db import models
from django.db.models import Q

from nuanxin.places.enums import DoubtEnd, Question, Standing
from nuanxin.places.models.catalogue import Entry
from nuanxin.places.models.places import Place

DIGEST_LENGTH = 32


class CheckPoint(Entry):
    """One of the points of the open-check (`domain.md` §10.3); `facility`: what is broken where it is not right."""

    facility = models.CharField("对应设施", max_length=32, blank=True)

    class Meta(Entry.Meta):
        verbose_name = "开门检查项"


class OpenCheck(models.Model):
    """The keeper has gone round: once a day, the last word of the day holds. `wrong`: codes of points, by commas."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="checks")
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    points = models.PositiveSmallIntegerField("项数")
    wrong = models.CharField("不对的项", max_length=400, blank=True)
    role = models.CharField(max_length=24, blank=True)

    class Meta:
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["place", "on"], name="places_check_once_a_day")]


class Sighting(models.Model):
    """What a passer-by said with one tap at the door. `expected`: what the hours said at that moment.

    `who` and `via` are digests of person and address under the day's salt; both are emptied when the day is over.
    """

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="sightings")
    at = models.DateTimeField()
    question = models.CharField(max_length=8, choices=Question.choices)
    answer = models.BooleanField()
    expected = models.CharField(max_length=8, choices=Standing.choices)
    who = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    via = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    is_member = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["place", "-at"], name="places_sighting_recent"),
            models.Index(fields=["at"], name="places_sighting_told", condition=~Q(who="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(question__in=Question.values), name="places_sighting_question")
        ]


class Doubt(models.Model):
    """Two people found the door locked at an open hour; it is being checked until it is settled."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="doubts")
    since = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=DoubtEnd.choices, blank=True)

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=Q(settled_at__isnull=True), name="places_doubted_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, end="") | Q(settled_at__isnull=False, end__in=DoubtEnd.values),
                name="places_doubt_end",
            ),
        ]  # fmt: skip


class VisitDay(models.Model):
    """Visitors of a day: `people` 人, each once, and `times` 人次."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="visit_days")
    on = models.DateField()
    people = models.PositiveIntegerField(default=0)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["place", "on"], name="places_visits_of_a_day")]


class VisitMark(models.Model):
    """That somebody has been counted today: a digest under the day's salt, gone when the day is over."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    who = models.CharField(max_length=DIGEST_LENGTH)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "on", "who"], name="places_visitor_once_a_day")
        ]


class DaySalt(models.Model):
    """The secret under which a day's passers-by are told apart; without it no digest can be worked out again."""

    on = models.DateField(primary_key=True)
    salt = models.CharField(max_length=64)


class TruthRule(models.Model):
    """A weight or a limit as the city has set it; `reference/truth.csv` is where it starts."""

    name = models.SlugField(max_length=32, primary_key=True)
    value = models.PositiveIntegerField()
