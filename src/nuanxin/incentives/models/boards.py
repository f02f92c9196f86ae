"""Boards (积分榜): who chose to be on one, and the sums of a period, kept up to date award by award."""

from django.db import models
from django.db.models import Q

from nuanxin.incentives.enums import BoardKind
from nuanxin.kernel.access.scope import Scoped


class BoardMember(Scoped):
    """Somebody who chose to be seen there, under a nickname; taking it back deletes the row."""

    subject_id = models.UUIDField(unique=True)
    nickname = models.CharField("榜上的称呼", max_length=12)
    joined_at = models.DateTimeField()


class BoardTally(models.Model):
    """Somebody's points of a kind in a period (`2026-11`, or `all`); of those not on the board its owner alone asks.

    The areas of whoever is shown stand here too, so that a page of a board is the head of one index.
    """

    subject_id = models.UUIDField()
    period = models.CharField(max_length=7)
    kind = models.CharField(max_length=10, choices=BoardKind.choices)
    points = models.IntegerField(default=0)
    is_shown = models.BooleanField(default=False)
    district = models.CharField(max_length=6, blank=True)
    street = models.CharField(max_length=9, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "period", "kind"], name="incentives_tally_once"),
        ]
        indexes = [
            models.Index(
                fields=["period", "kind", "-points"], name="incentives_board_all", condition=Q(is_shown=True)
            ),
            models.Index(
                fields=["district", "period", "kind", "-points"],
                name="incentives_board_district",
                condition=Q(is_shown=True),
            ),
            models.Index(
                fields=["street", "period", "kind", "-points"],
                name="incentives_board_street",
                condition=Q(is_shown=True),
            ),
        ]


class TeamTally(models.Model):
    """Minutes that a team's people served in a period: a sum, nobody in it. `records`: of how many people."""

    team = models.CharField(max_length=36)
    period = models.CharField(max_length=7)
    minutes = models.IntegerField(default=0)
    records = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "period"], name="incentives_team_tally_once")]
        indexes = [models.Index(fields=["period", "-minutes"], name="incentives_board_team")]


class BoardMark(models.Model):
    """An award that is counted already: its event, for whoever delivers it twice."""

    event = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_index=True)
