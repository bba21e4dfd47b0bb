"""Kinds of ledger entries about staff."""

from uuid import UUID

from bedside.safeguards.audit.rules import Deed, declare

STAFF_ADDED = declare("staff.added", "Gave an account the roles {roles}.", roles=str)
STAFF_ROLES_CHANGED = declare("staff.roles_changed", "Changed roles to {roles}.", roles=str)
STAFF_ENDED = declare("staff.ended", "Ended an account's access.")
SIGNED_IN = declare("staff.signed_in", "Signed in.", Deed.ACCESS, method=str)
SIGN_IN_FAILED = declare(
    "staff.sign_in_failed", "Could not sign in (wrong {reason}).", Deed.ACCESS, reason=str
)
SIGNED_OUT = declare("staff.signed_out", "Signed out ({reason}).", Deed.ACCESS, reason=str)
PASSWORD_SET = declare("staff.password_set", "Set a password.", account=UUID, first=bool)
SECOND_FACTOR_RESET = declare("staff.second_factor_reset", "Took away a lost second step of signing in.")
SECOND_FACTOR_CHANGED = declare(
    "staff.second_factor_changed", "Second step of signing in: {what} {change}.", what=str, change=str
)
ACCESS_REFUSED = declare(
    "access.refused", "Asked for {page} and was refused ({reason}).", Deed.ACCESS, page=str, reason=str
)
