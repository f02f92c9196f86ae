"""The one router of the context; the files beside this one hang their operations on it."""

from ninja import Router

router = Router()
