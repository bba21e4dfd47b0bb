"""Whether a campaign's audience fits its kind: asked at submitting, and shown on the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.gate.rules import MessageClass
from bedside.decisions.segments.rules import not_for_fundraising, tells_a_condition
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from bedside.decisions.segments.rules import Rule
    from bedside.safeguards.practices.rules import Profile


def obstacles(
    rule: Rule, practice: Profile, *, message_class: str, says_what_it_reveals: bool
) -> list[Refusal]:
    """What keeps a campaign from being submitted to the people of `rule`; empty if nothing does.

    `says_what_it_reveals`: its author ticked something, or said that it is nothing.
    """
    found = []
    foreign = not_for_fundraising(rule)
    if message_class == MessageClass.FUNDRAISING and foreign:
        named = ", ".join(f"“{field.label}”" for field in foreign)
        found.append(
            Refusal(
                "fundraising_fields",
                f"A request for gifts may not choose people by {named} (45 CFR 164.514(f)(1)); choose another segment.",
            )
        )
    if not says_what_it_reveals and telling(rule, practice):
        found.append(
            Refusal(
                "reveals", "Say under “Kind and purpose” what this mail may reveal, or that it is nothing."
            )
        )
    return found


def telling(rule: Rule | None, practice: Profile) -> list[str]:
    """Why the mere mail may tell something about somebody's health, in sentences; empty if nothing says so.

    A rule that is not chosen yet (None) tells nothing. Source: MKT-17, 45 CFR 160.103, 164.514(b)(2)(i)(F).
    """
    why = []
    if rule is not None and tells_a_condition(rule):
        why.append(
            "People are chosen by what they have or what they take: whoever sees the mail may guess why it came."
        )
    if practice.is_telling:
        why.append("The name of your practice may tell what somebody is treated for.")
    return why
