"""Verbs on practices."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices import entries
from bedside.safeguards.practices.models import Practice, PracticeProfile
from bedside.safeguards.practices.rules import Profile, check_profile
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.actions import make_practice_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_SENDER_INDEX = "one_practice_per_sender"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_PROFILE_COLUMNS = tuple(field.name for field in fields(Profile) if field.name not in {"practice_id", "name"})


def create_practice(scope: Scope, profile: Profile, *, slug: str, at: datetime) -> None:
    """Sets up a practice with its key. `scope.practice_id` is the new practice's id. Raises Refusal."""
    scope.require(Right.MANAGE_PRACTICE)
    check_profile(profile)
    if not _SLUG.match(slug):
        raise Refusal("practice_slug", "The short name may have small letters, digits and single hyphens.")
    with in_scope(scope):
        _, made = Practice.objects.get_or_create(
            slug=slug, defaults={"id": scope.practice_id, "name": profile.name, "created_at": at}
        )
        if not made:
            raise Refusal(
                "practice_exists", "There is already a practice of that short name; choose another."
            )
        with _sender_address_of_one():
            PracticeProfile.objects.create(practice_id=scope.practice_id, updated_at=at, **_columns(profile))
        make_practice_key(scope, at=at)
        record(scope, entries.PRACTICE_CREATED, at=at, subject=scope.practice_id)


def change_profile(scope: Scope, profile: Profile, *, at: datetime) -> None:
    """Replaces the practice's identity and house rules. Raises Refusal."""
    scope.require(Right.MANAGE_PRACTICE)
    check_profile(profile)
    with in_scope(scope):
        with _sender_address_of_one():
            PracticeProfile.objects.filter(practice_id=scope.practice_id).update(
                updated_at=at, **_columns(profile)
            )
        Practice.objects.filter(id=scope.practice_id).update(name=profile.name)
        record(scope, entries.PROFILE_CHANGED, at=at, subject=scope.practice_id)


@contextmanager
def _sender_address_of_one() -> Iterator[None]:
    """Turns the database's no to another practice's sender address into a Refusal."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _SENDER_INDEX not in str(error):
            raise
        # Without the cause: the database quotes the address, and it is another practice's.
        raise Refusal(
            "sender_address_taken",
            "Another practice of this installation sends from that address; choose one of your own.",
        ) from None


def _columns(profile: Profile) -> dict[str, object]:
    return {name: getattr(profile, name) for name in _PROFILE_COLUMNS}
