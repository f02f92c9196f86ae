from django.db import models
from django.db.models import Q

from nuanxin.kernel.ids import random_id

FOLDERS = PICTURES, THUMBS = "pictures", "thumbs"


class StoredFile(models.Model):
    """A picture in the file store. Its place is its digest; what may be told about it is the owning row's business.

    `taken_at`, `lng` and `lat` are the claims of the original file.
    """

    public_id = models.UUIDField(default=random_id, unique=True, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)  # of the stored bytes
    source_sha256 = models.CharField(max_length=64, db_index=True)  # of the upload: the same photo sent twice
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True)
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    likeness = models.BigIntegerField(null=True)  # `kernel.files.likeness`: how it looks, in 64 bits
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "kernel"
        constraints = [
            models.CheckConstraint(
                name="kernel_storedfile_whole_point",
                condition=Q(lng=None, lat=None) | Q(lng__isnull=False, lat__isnull=False),
            ),
        ]

    @property
    def path(self) -> str:
        return path_of(PICTURES, self.sha256)

    @property
    def thumb_path(self) -> str:
        return path_of(THUMBS, self.sha256)

    @property
    def download_name(self) -> str:
        """Neutral: the random end of the public id; no time, no place, no person."""
        return f"photo-{self.public_id.hex[-8:]}.jpg"


def path_of(folder: str, sha256: str) -> str:
    """Two levels of folders keep each below a few thousand entries at ten million pictures."""
    return f"{folder}/{sha256[:2]}/{sha256[2:4]}/{sha256}.jpg"
