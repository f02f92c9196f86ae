from django.db import models

from nuanxin.places.models.places import Place


class SavedPlace(models.Model):
    """A place that somebody wants to find again. Nobody else sees it, and nothing is counted from it."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = "存下的地方"
        constraints = [models.UniqueConstraint(fields=["person", "place"], name="places_saved_once")]
