"""Questions about practices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.safeguards.practices.models import Practice, PracticeProfile
from bedside.safeguards.practices.rules import Profile, Specialty

if TYPE_CHECKING:
    from uuid import UUID


def directory() -> list[tuple[UUID, str, str]]:
    """(id, short name, name) of every practice of this installation: for its administrator only."""
    return list(Practice.objects.order_by("slug").values_list("id", "slug", "name"))


def practice_id_of(slug: str) -> UUID:
    """Raises NotFound."""
    found = Practice.objects.filter(slug=slug).values_list("id", flat=True).first()
    if found is None:
        raise NotFound("There is no practice of that short name; `bedside practice list` shows them.")
    return found


def profile(scope: Scope) -> Profile:
    """The practice's identity and house rules. Raises NotFound."""
    with reading(scope):
        row = PracticeProfile.objects.select_related("practice").filter(practice_id=scope.practice_id).first()
    if row is None:
        raise NotFound
    return Profile(
        practice_id=row.practice_id,
        name=row.practice.name,
        sender_name=row.sender_name,
        sender_address=row.sender_address,
        reply_address=row.reply_address,
        postal_address=row.postal_address,
        phone=row.phone,
        website=row.website,
        time_zone=row.time_zone,
        specialty=Specialty(row.specialty),
        idle_minutes=row.idle_minutes,
        second_factor_required=row.second_factor_required,
        opt_in_required=row.opt_in_required,
        double_opt_in=row.double_opt_in,
        address_proof_required=row.address_proof_required,
        part2_program=row.part2_program,
        monthly_caps=row.monthly_caps,
        notice_url=row.notice_url,
        notice_version=row.notice_version,
        consumer_policy_url=row.consumer_policy_url,
        reveal_warn_percent=row.reveal_warn_percent,
        reveal_phi_percent=row.reveal_phi_percent,
    )
