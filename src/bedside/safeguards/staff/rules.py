"""Who may do what: roles as data, rights as a closed list (45 CFR 164.308(a)(4), 164.312(a)(1))."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable


class Right(StrEnum):
    SEE_PATIENTS = "see_patients"
    SEE_SPECIAL = "see_special"  # what is protected beyond other facts about health (42 CFR Part 2, HIV, …)
    EDIT_PATIENTS = "edit_patients"
    IMPORT_PATIENTS = "import_patients"
    EXPORT_PATIENTS = "export_patients"
    RECORD_CONSENT = "record_consent"
    BUILD_SEGMENTS = "build_segments"
    WRITE_MESSAGES = "write_messages"
    RUN_CAMPAIGNS = "run_campaigns"  # make, submit, schedule, pause, resume, cancel
    APPROVE_CAMPAIGNS = "approve_campaigns"
    SEE_REPORTS = "see_reports"
    SEE_LEDGER = "see_ledger"
    SEE_KEYS = "see_keys"
    MANAGE_KEYS = "manage_keys"  # rotate, ask for a key's destruction, release what another has asked for
    ERASE_PATIENTS = "erase_patients"  # and place or lift a legal hold, which forbids it
    ANSWER_FOR_PRACTICE = "answer_for_practice"  # state what is in order before mail goes; waive one
    MANAGE_STAFF = "manage_staff"
    MANAGE_PRACTICE = "manage_practice"


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    MARKETER = "marketer"
    CAMPAIGN_WRITER = "campaign_writer"
    APPROVER = "approver"
    COMPLIANCE_OFFICER = "compliance_officer"
    AUDITOR = "auditor"


ROLE_NAMES = {
    Role.ADMINISTRATOR: ("Administrator", "Runs the practice's settings, staff and keys; imports patients."),
    Role.MARKETER: ("Marketer", "Imports patients, builds segments, writes mails and prepares campaigns."),
    Role.CAMPAIGN_WRITER: (
        "Campaign writer",
        "Builds segments, writes mails and prepares campaigns; sees rounded counts and never who the patients are.",
    ),
    Role.APPROVER: ("Approver", "Sees exactly what goes out and says yes or no."),
    Role.COMPLIANCE_OFFICER: (
        "Compliance officer",
        "Records permissions, erases people, keeps the keys, reads the ledger and every report.",
    ),
    Role.AUDITOR: ("Auditor", "Reads the ledger and the reports; changes nothing."),
}

ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_PATIENTS, Right.EDIT_PATIENTS, Right.IMPORT_PATIENTS, Right.RECORD_CONSENT,
            Right.SEE_REPORTS, Right.SEE_LEDGER, Right.MANAGE_STAFF, Right.MANAGE_PRACTICE,
            Right.SEE_KEYS, Right.MANAGE_KEYS, Right.ANSWER_FOR_PRACTICE,
        }
    ),
    Role.MARKETER: frozenset(
        {
            Right.SEE_PATIENTS, Right.EDIT_PATIENTS, Right.IMPORT_PATIENTS, Right.RECORD_CONSENT,
            Right.BUILD_SEGMENTS, Right.WRITE_MESSAGES, Right.RUN_CAMPAIGNS, Right.SEE_REPORTS,
        }
    ),
    # Who writes to patients need not know who they are: the minimum necessary (45 CFR 164.502(b), 164.514(d)(2)).
    Role.CAMPAIGN_WRITER: frozenset(
        {Right.BUILD_SEGMENTS, Right.WRITE_MESSAGES, Right.RUN_CAMPAIGNS, Right.SEE_REPORTS}
    ),
    Role.APPROVER: frozenset({Right.SEE_PATIENTS, Right.APPROVE_CAMPAIGNS, Right.SEE_REPORTS}),
    Role.COMPLIANCE_OFFICER: frozenset(
        {
            Right.SEE_PATIENTS, Right.SEE_SPECIAL, Right.EDIT_PATIENTS, Right.EXPORT_PATIENTS, Right.RECORD_CONSENT,
            Right.APPROVE_CAMPAIGNS, Right.SEE_REPORTS, Right.SEE_LEDGER,
            Right.SEE_KEYS, Right.MANAGE_KEYS, Right.ERASE_PATIENTS, Right.ANSWER_FOR_PRACTICE,
        }
    ),
    Role.AUDITOR: frozenset({Right.SEE_REPORTS, Right.SEE_LEDGER, Right.SEE_KEYS}),
}  # fmt: skip


def rights_of(roles: Iterable[str]) -> frozenset[str]:
    """All rights of the given roles. Unknown roles give nothing."""
    known = {role for role in roles if role in set(Role)}
    return frozenset(right.value for role in known for right in ROLE_RIGHTS[Role(role)])


def parse_roles(names: Iterable[str]) -> list[Role]:
    """Raises Refusal for a name that is no role, and for none at all."""
    try:
        roles = sorted({Role(name) for name in names})
    except ValueError as error:
        choices = ", ".join(Role)
        raise Refusal("unknown_role", f"A role must be one of: {choices}.") from error
    if not roles:
        raise Refusal("no_role", "Choose at least one role.")
    return roles
