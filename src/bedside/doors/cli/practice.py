"""`bedside practice`: set up a practice, list, show and edit it."""

from __future__ import annotations

from dataclasses import fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import (
    add_group,
    add_verb,
    administrator_scope,
    print_result,
    print_table,
    scope_for,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from bedside.safeguards.practices.rules import Profile, Specialty

NO_CAPS: Mapping[str, int] = MappingProxyType({})
# (option, help); the names are those of the profile.
TEXTS = [
    ("name", "name of the practice, as staff see it"),
    ("sender-name", "name patients see as the sender"),
    ("sender-address", "address mails come from"),
    ("reply-address", "address for answers, if another"),
    ("postal-address", "postal address at the foot of each mail"),
    ("phone", "telephone number"),
    ("website", "address of the website"),
    ("time-zone", "such as America/Chicago"),
    ("specialty", "what the practice does, such as dental or mental_health"),
    ("notice-url", "address of the notice of privacy practices"),
    ("notice-version", "version of that notice, such as 2026-02"),
    ("consumer-policy-url", "address of the policy on consumer health data"),
]
NUMBERS = [
    ("idle-minutes", "minutes without use after which people are signed out"),
    ("reveal-warn-percent", "warn when mail lets somebody guess a condition with this certainty, 2 to 10"),
    ("reveal-phi-percent", "treat mail as health information from this certainty on, 2 to 30"),
]
SWITCHES = [
    ("second-factor", "second_factor_required", "everybody signs in with a second step"),
    ("opt-in", "opt_in_required", "marketing only to patients who said yes"),
    ("double-opt-in", "double_opt_in", "a sign-up counts once the person clicked in a mail"),
    ("address-proof", "address_proof_required", "health details only to addresses shown to be the person's"),
    ("part2", "part2_program", "a substance use program under 42 CFR Part 2"),
]
DEFAULTS: dict[str, Any] = {
    "reply_address": "",
    "phone": "",
    "website": "",
    "time_zone": "America/New_York",
    "specialty": "other",
    "idle_minutes": 15,
    "second_factor_required": True,
    "opt_in_required": True,
}


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "practice", "Set up practices and their settings.")
    create = add_verb(group, "create", "Set up a practice.", run_create, practice=False)
    create.add_argument("slug", metavar="SHORT-NAME", help="small letters, digits and hyphens")
    _add_options(create, required={"name", "sender-address", "postal-address"})
    add_verb(group, "list", "List the practices of this installation.", run_list, practice=False)
    add_verb(group, "show", "Show a practice's settings.", run_show)
    edit = add_verb(group, "edit", "Change some of a practice's settings.", run_edit)
    _add_options(edit, required=set())


def _add_options(verb: argparse.ArgumentParser, *, required: set[str]) -> None:
    import argparse

    for name, about in TEXTS:
        verb.add_argument(f"--{name}", help=about, required=name in required)
    for name, about in NUMBERS:
        verb.add_argument(f"--{name}", type=int, help=about)
    verb.add_argument(
        "--monthly",
        dest="monthly_caps",
        action="append",
        metavar="KIND=NUMBER",
        help="mails of one kind to one person in 30 days at most, such as newsletter=4; "
        "newsletter= promises none; give it once for each kind",
    )
    for name, target, about in SWITCHES:
        verb.add_argument(f"--{name}", dest=target, action=argparse.BooleanOptionalAction, help=about)


def run_create(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.identity import new_id
    from bedside.ground.scope import Purpose
    from bedside.safeguards.practices.actions import create_practice
    from bedside.safeguards.practices.rules import Profile

    practice_id = new_id()
    given = {**DEFAULTS, **_given(chosen)}
    given.setdefault("sender_name", given["name"])
    profile = Profile(practice_id=practice_id, **_typed(given))
    scope = administrator_scope(practice_id, purpose=Purpose.ADMINISTRATION)
    create_practice(scope, profile, slug=chosen.slug, at=clock.now())
    print_result(
        chosen,
        {"practice_id": practice_id, "slug": chosen.slug},
        f"{profile.name} is set up. Next: bedside staff add --practice {chosen.slug} --role administrator ADDRESS NAME",
    )


def run_list(chosen: argparse.Namespace) -> None:
    from bedside.safeguards.practices.queries import directory

    rows = [
        {"slug": slug, "name": name, "practice_id": practice_id} for practice_id, slug, name in directory()
    ]
    print_table(chosen, rows, ["slug", "name", "practice_id"])


def run_show(chosen: argparse.Namespace) -> None:
    from bedside.ground.scope import Purpose
    from bedside.safeguards.practices.queries import profile

    found = profile(scope_for(chosen, purpose=Purpose.ADMINISTRATION))
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    width = max(len(name) for name in values)
    lines = [f"{name.ljust(width)}  {_shown(value)}" for name, value in values.items()]
    print_result(chosen, values, "\n".join(lines))


def run_edit(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.errors import Refusal
    from bedside.ground.scope import Purpose
    from bedside.safeguards.practices.actions import change_profile
    from bedside.safeguards.practices.queries import profile

    scope = scope_for(chosen, purpose=Purpose.ADMINISTRATION)
    given = _given(chosen)
    if not given:
        raise Refusal(
            "nothing_to_change", "Say what to change, such as --phone; see bedside practice edit --help."
        )
    before = profile(scope)
    changed: Profile = replace(before, **_typed(given, before.monthly_caps))
    change_profile(scope, changed, at=clock.now())
    print_result(chosen, {"changed": sorted(given)}, f"Changed {', '.join(sorted(given))}.")


def _given(chosen: argparse.Namespace) -> dict[str, Any]:
    """The options that were given, by the profile's names."""
    names = (
        [name.replace("-", "_") for name, _ in (*TEXTS, *NUMBERS)]
        + ["monthly_caps"]
        + [target for _, target, _ in SWITCHES]
    )
    return {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}


def _typed(given: dict[str, Any], caps: Mapping[str, int] = NO_CAPS) -> dict[str, Any]:
    """The profile's own types. `caps` are those that stand, where one is changed."""
    typed = dict(given)
    if "specialty" in given:
        typed["specialty"] = _specialty(given["specialty"])
    if "monthly_caps" in given:
        typed["monthly_caps"] = {**caps}
        for pair in given["monthly_caps"]:
            _change_cap(typed["monthly_caps"], pair)
    return typed


def _specialty(text: str) -> Specialty:
    from bedside.ground.errors import Refusal
    from bedside.safeguards.practices.rules import Specialty

    try:
        return Specialty(text)
    except ValueError as error:
        raise Refusal("specialty", f"The specialty must be one of: {', '.join(Specialty)}.") from error


def _change_cap(caps: dict[str, int], pair: str) -> None:
    from bedside.ground.errors import Refusal
    from bedside.records.consent.rules import Category

    code, given, number = pair.partition("=")
    if not given or code not in set(Category):
        raise Refusal("monthly_caps", f"Give --monthly as KIND=NUMBER, with one of: {', '.join(Category)}.")
    if number and not (number.isascii() and number.isdigit()):
        raise Refusal("monthly_caps", f"Give {code} a whole number, or nothing after the = to promise none.")
    caps.pop(code, None)
    if number:
        caps[code] = int(number)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in sorted(value.items()))
    return str(value).replace("\n", ", ")
