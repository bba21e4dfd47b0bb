"""Wrapped keys. The root key is never here."""

from __future__ import annotations

from django.db import models


class PracticeKey(models.Model):
    """One version of a practice's key, wrapped by a root key; version 0 is the key of its blind indexes.

    Of a destroyed version the row stays, with nothing wrapped in it. `recovery_copy` is the same key once more,
    for whoever brings enough shares of the recovery key whose id is `recovery_id`.
    """

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, default="active")
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=200, blank=True, default="")
    recovery_copy = models.BinaryField(default=bytes)
    recovery_id = models.BigIntegerField(null=True)
    mark = models.BinaryField(default=bytes)  # `marks.py`
    created_at = models.DateTimeField()
    active_at = models.DateTimeField(null=True)
    deactivated_at = models.DateTimeField(null=True)
    compromised_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "version"], name="one_key_per_version"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["pre_active", "active", "deactivated", "compromised", "destroyed"]
                ),
                name="practice_key_state",
            ),
            models.CheckConstraint(
                condition=models.Q(state="destroyed", wrapped=b"", recovery_copy=b"")
                | ~models.Q(state="destroyed"),
                name="destroyed_key_is_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} v{self.version}"


class PersonKey(models.Model):
    """One person's key, wrapped by the practice key: destroying it erases the person everywhere."""

    person_id = models.UUIDField(primary_key=True)
    # No index of its own: over one big practice the planner would read the whole table by it.
    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        # A rotation walks a practice's persons in order, some thousands at a time.
        indexes = [models.Index(fields=["practice", "person_id"], name="personkey_walk")]

    def __str__(self) -> str:
        return str(self.person_id)


class Rotation(models.Model):
    """A practice's change to a new key version, and how far it has come; one at a time."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    to_version = models.PositiveIntegerField()
    reason = models.CharField(max_length=20)
    step = models.CharField(max_length=20)
    not_before = models.DateTimeField()
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    last_person = models.UUIDField(null=True)
    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice"], condition=models.Q(finished_at=None), name="one_rotation_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["practice", "began_at"], name="rotation_of_practice")]

    def __str__(self) -> str:
        return f"{self.practice_id} to v{self.to_version}"


class Resealing(models.Model):
    """What an old version of the practice's key sealed, being sealed anew under the one in use; one at a time.

    `left` are values that do not open, found when everything else was done; they stay as they are.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    from_version = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice"], condition=models.Q(finished_at=None), name="one_resealing_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["practice", "began_at"], name="resealing_of_practice")]

    def __str__(self) -> str:
        return f"{self.practice_id} from v{self.from_version}"


class DestructionRequest(models.Model):
    """What one person asked to destroy and another has released, or not. `version` None: all keys, at the end."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    version = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=20, default="asked")
    asked_by = models.CharField(max_length=80)
    asked_through = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField()
    answered_by = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "version"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="one_request_per_version",
            ),
            models.CheckConstraint(
                condition=~models.Q(answered_by=models.F("asked_by")) | models.Q(state="refused"),
                name="released_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} v{self.version} {self.state}"


class RecoveryKey(models.Model):
    """The public half of a recovery key of this installation; the private half is on paper, in shares.

    `mark` is made with the installation key, so that whoever can write here cannot put a key of theirs in place; that
    it is the one made last, and not an older row with its mark, each practice's ledger remembers.
    """

    id = models.BigAutoField(primary_key=True)
    public = models.BinaryField()
    mark = models.BinaryField()
    shares = models.PositiveSmallIntegerField()
    needed = models.PositiveSmallIntegerField()
    installation_copy = models.BinaryField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class Destruction(models.Model):
    """A key that is gone for good. Rows are added and read, never changed (`ground.rowsecurity.APPEND_ONLY`).

    `key` is the person's id of a person key, the practice's id of a practice key with its version.
    """

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=20)
    key = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["person", "practice"]), name="destruction_of_known_kind"
            ),
        ]
        indexes = [models.Index(fields=["practice", "kind", "key"], name="destruction_of_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
