"""Tables of the practices (tenants)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower


class Practice(models.Model):
    """The directory of tenants: a name and nothing about patients, so it alone is not under row security."""

    id = models.UUIDField(primary_key=True)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


class PracticeProfile(models.Model):
    """How a practice appears to its patients, and its house rules."""

    practice = models.OneToOneField(Practice, on_delete=models.PROTECT, primary_key=True)
    sender_name = models.CharField(max_length=200)
    sender_address = models.CharField(max_length=254)
    reply_address = models.CharField(max_length=254, blank=True)
    postal_address = models.CharField(max_length=400)
    phone = models.CharField(max_length=40, blank=True)
    website = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=60)
    specialty = models.CharField(max_length=40)
    idle_minutes = models.PositiveSmallIntegerField(default=15)
    second_factor_required = models.BooleanField(default=True)
    opt_in_required = models.BooleanField(default=True)
    double_opt_in = models.BooleanField(default=True)
    address_proof_required = models.BooleanField(default=False)
    part2_program = models.BooleanField(default=False)
    monthly_caps = models.JSONField(default=dict)
    notice_url = models.CharField(max_length=200, blank=True)
    notice_version = models.CharField(max_length=40, blank=True)
    consumer_policy_url = models.CharField(max_length=200, blank=True)
    reveal_warn_percent = models.PositiveSmallIntegerField(default=10, db_default=10)
    reveal_phi_percent = models.PositiveSmallIntegerField(default=30, db_default=30)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(idle_minutes__range=(1, 480)), name="idle_minutes_bounded"
            ),
            # A practice may be stricter than Bedside, never laxer.
            models.CheckConstraint(
                condition=models.Q(reveal_warn_percent__range=(2, 10), reveal_phi_percent__range=(2, 30)),
                name="reveal_percents_strict",
            ),
            # Over all practices: a unique index sees past row security, so nobody can write as their neighbour.
            models.UniqueConstraint(Lower("sender_address"), name="one_practice_per_sender"),
        ]

    def __str__(self) -> str:
        return str(self.practice_id)
