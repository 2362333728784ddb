"""What rules call by a name."""

from typing import Any

from django.db import models

from opsflows.accounts.names import name_key
from opsflows.queue.ids import new_id


class Named(models.Model):
    """A row that rules call by its name, however they write it (opsflows/accounts/names.py)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The constraint of each subclass begins with the account, and is the index that names are looked up by.
    account = models.ForeignKey("accounts.PlatformAccount", on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=100)
    # Longer than the name: folding case makes three letters of some.
    name_key = models.CharField(max_length=300, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)
