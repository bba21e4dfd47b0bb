"""Who works in the practice: adding people, their roles, lost passwords and phones, the end of access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from bedside.doors.web.pages import done, staff_page
from bedside.doors.web.staff.forms import MemberForm, role_choices
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Purpose
from bedside.safeguards.staff import actions, queries
from bedside.safeguards.staff.passwords import first_password
from bedside.safeguards.staff.rules import ROLE_NAMES, Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.safeguards.staff.queries import StaffMember

manages_staff = staff_page(Right.MANAGE_STAFF, purpose=Purpose.ADMINISTRATION)


@manages_staff
def staff(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Everybody with access, those whose access ended below."""
    secured = queries.with_second_factor(scope)
    rows = [_row(member, secured=member.account_id in secured) for member in queries.members(scope)]
    return render(
        request,
        "web/staff/staff.html",
        {
            "rows": [row for row in rows if row["member"].ended_at is None],
            "ended": [row for row in rows if row["member"].ended_at is not None],
        },
    )


@manages_staff
def add(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Adds somebody and shows their first password, once."""
    if request.method != "POST":
        return _add_page(request, MemberForm(), roles=[])
    form = MemberForm(request.POST)
    roles = request.POST.getlist("roles")
    if not form.is_valid():
        return _add_page(request, form, roles=roles)
    known = queries.account_by_email(form.cleaned_data["email"]) is not None
    password = first_password()
    try:
        account_id = actions.add_member(
            scope, **form.cleaned_data, roles=roles, password=password, at=clock.now(), must_change=True
        )
    except Refusal as error:
        return _add_page(request, form, roles=roles, problem=error)
    added = queries.member(scope, account_id)
    return render(
        request,
        "web/staff/handover.html",
        {"member": added, "password": "" if known else password, "new": True},
    )


@manages_staff
def member_page(request: HttpRequest, scope: Scope, account_id: UUID) -> HttpResponse:
    """One person: what they may do, and what to do when they lose something or leave."""
    member = queries.member(scope, account_id)
    if request.method != "POST":
        return _member_page(request, scope, member, roles=[role.value for role in member.roles])
    roles = request.POST.getlist("roles")
    try:
        actions.change_roles(scope, account_id, roles=roles, at=clock.now())
    except NotFound:
        raise
    except Refusal as error:
        return _member_page(request, scope, member, roles=roles, problem=error)
    return done(request, f"Saved what {member.name} may do.", "staff")


@manages_staff
def end(request: HttpRequest, scope: Scope, account_id: UUID) -> HttpResponse:
    """Asks, then ends somebody's access."""
    member = queries.member(scope, account_id)
    if request.method != "POST":
        return render(request, "web/staff/end.html", {"member": member})
    try:
        actions.end_membership(scope, account_id, at=clock.now())
    except NotFound:
        raise
    except Refusal as error:
        return render(
            request, "web/staff/end.html", {"member": member, "problem": error.sentence}, status=422
        )
    return done(request, f"{member.name} has no access any more. You can give it back at any time.", "staff")


@manages_staff
def password(request: HttpRequest, scope: Scope, account_id: UUID) -> HttpResponse:
    """Asks, then gives somebody a new first password and shows it, once."""
    member = queries.member(scope, account_id)
    if request.method != "POST":
        return render(request, "web/staff/password.html", {"member": member})
    fresh = first_password()
    try:
        actions.set_password(scope, account_id, password=fresh, at=clock.now(), must_change=True)
    except NotFound:
        raise
    except Refusal as error:
        return render(
            request, "web/staff/password.html", {"member": member, "problem": error.sentence}, status=422
        )
    return render(request, "web/staff/handover.html", {"member": member, "password": fresh, "new": False})


@manages_staff
def second_step(request: HttpRequest, scope: Scope, account_id: UUID) -> HttpResponse:
    """Asks, then takes away the second step of somebody who lost their phone."""
    member = queries.member(scope, account_id)
    if request.method != "POST":
        return render(request, "web/staff/second_step.html", {"member": member})
    try:
        actions.reset_second_factor(scope, account_id, at=clock.now())
    except NotFound:
        raise
    except Refusal as error:
        return render(
            request, "web/staff/second_step.html", {"member": member, "problem": error.sentence}, status=422
        )
    return done(request, f"{member.name} can now set up a new phone.", "staff_member", account_id)


def _row(member: StaffMember, *, secured: bool) -> dict[str, Any]:
    return {"member": member, "roles": [ROLE_NAMES[role][0] for role in member.roles], "secured": secured}


def _add_page(
    request: HttpRequest, form: MemberForm, *, roles: list[str], problem: Refusal | None = None
) -> HttpResponse:
    if problem is not None and problem.code in form.fields:
        form.add_error(problem.code, problem.sentence)
        problem = None
    failed = problem is not None or form.is_bound
    context = {"form": form, **_roles_and_problem(roles, problem)}
    return render(request, "web/staff/add.html", context, status=422 if failed else 200)


def _member_page(
    request: HttpRequest,
    scope: Scope,
    member: StaffMember,
    *,
    roles: list[str],
    problem: Refusal | None = None,
) -> HttpResponse:
    context = {
        "member": member,
        "secured": member.account_id in queries.with_second_factor(scope),
        "myself": str(member.account_id) == scope.actor.id,
        **_roles_and_problem(roles, problem),
    }
    return render(request, "web/staff/member.html", context, status=422 if problem else 200)


def _roles_and_problem(roles: list[str], problem: Refusal | None) -> dict[str, Any]:
    about_roles = problem is not None and problem.code in {"no_role", "unknown_role"}
    sentence = problem.sentence if problem else ""
    return {
        "roles": role_choices(roles),
        "roles_problem": sentence if about_roles else "",
        "problem": "" if about_roles else sentence,
    }
