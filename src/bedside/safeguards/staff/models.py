"""Tables of the people who work in Bedside."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from bedside.ground.identity import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator


class AccountQuerySet(models.QuerySet["Account"]):
    """Accounts are few, so none is read by a cursor of the server's: that is declared by a statement of its own, in
    which the server's statistics keep the address that somebody typed to sign in, and allauth asks so.
    """

    def iterator(self, chunk_size: int | None = None) -> Iterator[Account]:  # noqa: ARG002  as Django asks it
        return iter(self)


class AccountManager(BaseUserManager["Account"]):
    def get_queryset(self) -> AccountQuerySet:
        return AccountQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """Somebody who can sign in. What they may do is a Membership of a practice, never a flag here."""

    id = models.UUIDField(primary_key=True, default=new_id)
    email = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    # Somebody else knows this password: it must be changed before anything else, or that somebody could act,
    # and approve, in this person's name.
    password_is_initial = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    def __str__(self) -> str:
        return str(self.id)


class Membership(models.Model):
    """An account's roles in one practice: codes of `rules.Role`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    roles = models.JSONField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "account"], name="one_membership_per_practice")
        ]

    def __str__(self) -> str:
        return str(self.id)
