"""`bedside practice`: set up a practice, list, show and edit it."""

from __future__ import annotations

from dataclasses import fields, replace
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

    from bedside.safeguards.practices.rules import Profile

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
]
SWITCHES = [
    ("second-factor", "second_factor_required", "everybody signs in with a second step"),
    ("opt-in", "opt_in_required", "marketing only to patients who said yes"),
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
    verb.add_argument(
        "--idle-minutes", type=int, help="minutes without use after which people are signed out"
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
    changed: Profile = replace(profile(scope), **_typed(given))
    change_profile(scope, changed, at=clock.now())
    print_result(chosen, {"changed": sorted(given)}, f"Changed {', '.join(sorted(given))}.")


def _given(chosen: argparse.Namespace) -> dict[str, Any]:
    """The options that were given, by the profile's names."""
    names = (
        [name.replace("-", "_") for name, _ in TEXTS]
        + ["idle_minutes"]
        + [target for _, target, _ in SWITCHES]
    )
    return {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}


def _typed(given: dict[str, Any]) -> dict[str, Any]:
    from bedside.ground.errors import Refusal
    from bedside.safeguards.practices.rules import Specialty

    if "specialty" not in given:
        return given
    try:
        return {**given, "specialty": Specialty(given["specialty"])}
    except ValueError as error:
        raise Refusal("specialty", f"The specialty must be one of: {', '.join(Specialty)}.") from error


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("\n", ", ")
