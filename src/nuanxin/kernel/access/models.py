from django.db import models


class Tally(models.Model):
    """How often somebody did something in one window of a limit (`limits.py`).

    Who it was is a keyed digest that also holds the limit and the window: nothing leads back to a person, and two
    windows of one person have nothing in common. The row goes when the window is over.
    """

    bucket = models.CharField(max_length=64, primary_key=True)
    uses = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "kernel"
