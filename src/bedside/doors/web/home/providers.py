"""What the home page shows, gathered from the rooms.

To add to it, write a small function `(scope) -> Task | None` or `(scope) -> Panel | None` and name it in TASKS or
PANELS below. A function gives None when the person may not see the thing or there is nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse

from bedside.ground import clock
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.staff.queries import members, with_second_factor
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bedside.ground.scope import Scope

RECENT_RUNS = 6
RECENT_READ = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A step of setting up. `page` is the name of the address where it is done."""

    title: str
    about: str
    page: str
    action: str
    done: bool

    @property
    def address(self) -> str:
        return address_of(self.page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of the home page: a template of its own and what it needs."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


def address_of(page: str) -> str:
    """Empty for a page that this version does not have."""
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""


def second_factor_task(scope: Scope) -> Task | None:
    secured = {str(account_id) for account_id in with_second_factor(scope)}
    return Task(
        title="Protect your sign-in",
        about="A code from your phone, so that a stolen password alone opens nothing.",
        page="own_account",
        action="Set up",
        done=scope.actor.id in secured,
    )


def colleague_task(scope: Scope) -> Task | None:
    if not scope.may(Right.MANAGE_STAFF):
        return None
    approvers = [
        member
        for member in members(scope)
        if Right.APPROVE_CAMPAIGNS in member.rights and str(member.account_id) != scope.actor.id
    ]
    return Task(
        title="Add somebody who approves",
        about="A campaign goes out only after a second person has said yes.",
        page="staff_add",
        action="Add somebody",
        done=bool(approvers),
    )


def patients_task(scope: Scope) -> Task | None:
    if not scope.may(Right.IMPORT_PATIENTS):
        return None
    return Task(
        title="Bring in your patients",
        about="Export them from your practice software as a CSV file and import it.",
        page="imports",
        action="Import",
        done=patients.has_any(scope),
    )


def patients_panel(scope: Scope) -> Panel | None:
    if not scope.may(Right.SEE_PATIENTS):
        return None
    count = patients.count(scope)
    label = "patient on record" if count == 1 else "patients on record"
    context = {"value": f"{count:,}", "label": label, "address": address_of("patients")}
    return Panel(template="web/home/number.html", context=context)


def ledger_panel(scope: Scope) -> Panel | None:
    if not scope.may(Right.SEE_LEDGER):
        return None
    from bedside.doors.web.ledger.things import Things
    from bedside.doors.web.ledger.words import runs

    newest = entries(scope, before_id=None, kind="", actor_id="", subject="", limit=RECENT_READ)
    # Nobody comes home to look at patients: their names would have to be recorded each time.
    things = Things(scope, names_patients=False)
    return Panel(
        template="web/home/recent.html",
        context={"runs": runs(scope, newest, limit=RECENT_RUNS, things=things)},
    )


def officer_panel(scope: Scope) -> Panel | None:
    """Compliance comes first for whoever sends nothing, an officer or an auditor, and after the mail for others."""
    return None if scope.may(Right.RUN_CAMPAIGNS) else _compliance(scope)


def compliance_panel(scope: Scope) -> Panel | None:
    return _compliance(scope) if scope.may(Right.RUN_CAMPAIGNS) else None


def _compliance(scope: Scope) -> Panel | None:
    if not scope.may(Right.SEE_LEDGER):
        return None
    from bedside.doors.web.home.compliance import concerns

    return Panel(template="web/home/compliance.html", context={"concerns": concerns(scope, at=clock.now())})


def campaigns_panel(scope: Scope) -> Panel | None:
    from bedside.doors.web.campaigns.summary import TEMPLATE, summary

    context = summary(scope)
    return None if context is None else Panel(template=TEMPLATE, context=context)


def campaign_task(scope: Scope) -> Task | None:
    if not scope.may(Right.RUN_CAMPAIGNS):
        return None
    from bedside.correspondence.campaigns.queries import campaigns

    return Task(
        title="Send your first campaign",
        about="Choose the kind of mail, an audience and a message; somebody else approves it.",
        page="campaign_new",
        action="Begin",
        done=any(one.started_at is not None for one in campaigns(scope)),
    )


# In the order in which a new practice does them.
TASKS: list[Callable[[Scope], Task | None]] = [
    second_factor_task,
    colleague_task,
    patients_task,
    campaign_task,
]
# Large parts first (campaigns belong here), then numbers, then the past.
PANELS: list[Callable[[Scope], Panel | None]] = [
    officer_panel,
    campaigns_panel,
    compliance_panel,
    ledger_panel,
]
NUMBERS: list[Callable[[Scope], Panel | None]] = [patients_panel]
