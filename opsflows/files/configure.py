"""Where an account's files lie, as the settings say."""

import uuid
from pathlib import Path

from django.conf import settings

from opsflows.files.folder import FolderStore
from opsflows.files.s3 import bucket_at
from opsflows.files.s3_store import S3Store
from opsflows.files.store import Store

_MEGABYTE = 1024 * 1024


def largest_bytes() -> int:
    """How large one file may be."""
    return int(settings.FILES_LARGEST_MB) * _MEGABYTE


def store_of(account_id: uuid.UUID) -> Store:
    """The files of one account. Raises `ImproperlyConfigured`."""
    quota, largest = int(settings.FILES_QUOTA_MB) * _MEGABYTE, largest_bytes()
    place = str(settings.OPSFLOWS_FILES)
    if place.startswith("s3://"):
        return S3Store(bucket_at(place), account_id, quota=quota, largest=largest)
    return FolderStore(Path(place), account_id, quota=quota, largest=largest)
