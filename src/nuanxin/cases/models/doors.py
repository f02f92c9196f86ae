"""A case that the system opened because people found the door of a place locked."""

from django.db import models

from nuanxin.cases.models.case import Case


class PlaceCase(models.Model):
    """Which doubt of which place a case answers: one case for each, however often the event comes."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    doubt_id = models.BigIntegerField(unique=True)


class PromiseCase(models.Model):
    """Which broken promise a case answers: one case for as long as it is looked into."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    promise_id = models.BigIntegerField(unique=True)
