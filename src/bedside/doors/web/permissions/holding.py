"""What stands about one person today, in words: the facts beside yes and no, each with its law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.doors.web.permissions.particulars import WAY_NAMES, in_words
from bedside.records.consent.preferring import paused_on
from bedside.records.consent.rules import PROMOTIONAL, Category
from bedside.records.consent.sentences import CATEGORY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from bedside.records.consent.rules import PersonPermissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that holds. `badge` is a class of the style sheet."""

    name: str
    words: str
    badge: str
    citation: str = ""


def facts_of(
    held: PersonPermissions, *, today: date, minor: bool, proven: bool, has_address: bool
) -> list[Fact]:
    """Only what somebody has to know before writing; what was never said is left out."""
    return [
        *_address(held, proven=proven, has_address=has_address),
        *_pauses(held, today),
        *_often(held),
        *_restrictions(held),
        *_representative(held, today, minor=minor),
        *_special(held, today),
    ]


def _address(held: PersonPermissions, *, proven: bool, has_address: bool) -> Iterator[Fact]:
    if held.other_way is not None:
        yield Fact(
            name="Reached another way", words=WAY_NAMES[held.other_way], badge="badge-warn",
            citation="45 CFR 164.522(b)",
        )  # fmt: skip
    if not has_address:
        yield Fact(name="Email address", words="None on record", badge="badge-bad")
    elif proven:
        yield Fact(
            name="Email address", words="Shown to be theirs", badge="badge-ok", citation="45 CFR 164.514(h)"
        )
    else:
        yield Fact(
            name="Email address",
            words="Not shown to be theirs",
            badge="badge-quiet",
            citation="45 CFR 164.514(h)",
        )


def _pauses(held: PersonPermissions, today: date) -> Iterator[Fact]:
    running = paused_on(held, today)
    by_day: dict[date, list[Category]] = {}
    for one in sorted(running):
        by_day.setdefault(held.paused_until[one], []).append(one)
    for until, categories in sorted(by_day.items()):
        about = "All but care and notices" if PROMOTIONAL.issubset(categories) else _names(categories)
        yield Fact(name="Paused", words=f"{about}, up to and with {in_words(until)}", badge="badge-warn")


def _often(held: PersonPermissions) -> Iterator[Fact]:
    for category, number in sorted(held.monthly_max.items()):
        often = "none" if number == 0 else f"{number} in 30 days"
        yield Fact(name="How often", words=f"{CATEGORY_NAMES[category]}: at most {often}", badge="badge-info")


def _restrictions(held: PersonPermissions) -> Iterator[Fact]:
    if held.restricted_from:
        about = "all mail" if held.email_restricted else _names(sorted(held.restricted_from))
        yield Fact(
            name="We agreed not to email", words=about.capitalize(), badge="badge-bad",
            citation="45 CFR 164.522(a)",
        )  # fmt: skip


def _representative(held: PersonPermissions, today: date, *, minor: bool) -> Iterator[Fact]:
    law = "45 CFR 164.502(g)"
    if not held.representative_recorded:
        if minor:
            yield Fact(
                name="Who acts for this minor", words="Nobody on record", badge="badge-warn", citation=law
            )
        return
    until = held.represented_until
    if until is None:
        yield Fact(
            name="Somebody acts for them", words="No end is recorded", badge="badge-info", citation=law
        )
    elif until < today:
        words = f"Ended on {in_words(until)}; record anew who may act"
        yield Fact(name="Nobody acts for them any more", words=words, badge="badge-warn", citation=law)
    else:
        words = f"Up to and with {in_words(until)}"
        yield Fact(name="Somebody acts for them", words=words, badge="badge-info", citation=law)


def _special(held: PersonPermissions, today: date) -> Iterator[Fact]:
    if held.part2 is not None:
        over = held.part2.until is not None and held.part2.until < today
        scope = "For care only, never marketing" if held.part2.care_only else "For the purposes it names"
        end = f", {'ended' if over else 'ends'} {in_words(held.part2.until)}" if held.part2.until else ""
        yield Fact(
            name="Consent on substance use records", words=scope + end, badge="badge-bad" if over else "badge-ok",
            citation="42 CFR 2.31",
        )  # fmt: skip
    if held.plain_mail:
        yield Fact(
            name="Unencrypted mail",
            words="Chosen after the warning",
            badge="badge-info",
            citation="78 FR 5634",
        )
    if held.collection:
        yield Fact(
            name="Health interests", words="May be kept", badge="badge-info", citation="RCW 19.373.030"
        )


def _names(categories: list[Category]) -> str:
    return ", ".join(CATEGORY_NAMES[one] for one in categories)
