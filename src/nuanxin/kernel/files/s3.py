"""Files in a bucket that speaks S3 (object stores of domestic clouds, MinIO), when `NUANXIN_S3_BUCKET` is set.

The bucket is private and stays so: every read goes through our own permission check and is passed on by the process
that made it. There is no address of a file, signed or not, that could be handed on. Needs `pip install nuanxin[s3]`.
"""

from typing import Any, NoReturn

from django.conf import settings
from storages.backends.s3 import S3Storage


class PrivateS3Storage(S3Storage):  # type: ignore[misc]  # published without types
    """Names are digests, so writing one again writes the same bytes."""

    def get_default_settings(self) -> dict[str, Any]:
        """Nothing from `AWS_*`: what this installation uses is what its own settings say."""
        given: dict[str, Any] = super().get_default_settings()
        return given | {
            "access_key": settings.NUANXIN_S3_ACCESS_KEY or None,
            "secret_key": settings.NUANXIN_S3_SECRET_KEY or None,
            "security_token": None,
            "bucket_name": settings.NUANXIN_S3_BUCKET,
            "endpoint_url": settings.NUANXIN_S3_ENDPOINT or None,
            "region_name": settings.NUANXIN_S3_REGION or None,
            "location": settings.NUANXIN_S3_PREFIX,
            "addressing_style": "path" if settings.NUANXIN_S3_PATH_STYLE else "virtual",
            "signature_version": "s3v4",
            "default_acl": None,  # the bucket's own: many stores refuse any, and none of ours is ever public
            "object_parameters": _encryption(),
            "file_overwrite": True,
            "custom_domain": None,
        }

    def url(self, name: str, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("files are read through the views that check who may see them")


def _encryption() -> dict[str, str]:
    """At rest, by the store itself: `AES256`, or `aws:kms`, with the id of a key as `aws:kms/…`."""
    kind, _colon, key = settings.NUANXIN_S3_ENCRYPTION.partition("/")
    if not kind:
        return {}
    return {"ServerSideEncryption": kind} | ({"SSEKMSKeyId": key} if key else {})
