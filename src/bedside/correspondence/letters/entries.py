"""Kinds of ledger entries about service mails: what went to whom, never the address or the link."""

from bedside.safeguards.audit.rules import Deed, declare

SENT = declare(
    "letter.sent", "Sent a service mail ({letter}).", Deed.SEND,
    letter=str, id=str, wording=str, content=str, host=str, tls=str,
)  # fmt: skip
IN_DOUBT = declare(
    "letter.in_doubt", "A service mail ({letter}) may or may not have arrived.", Deed.SEND, letter=str, id=str
)
NOT_SENT = declare(
    "letter.not_sent",
    "Did not send a service mail ({letter}): {state} ({code}).",
    Deed.DECIDE,
    letter=str,
    id=str,
    state=str,
    code=str,
)
RETRIED = declare("letter.retried", "Had a service mail ({letter}) sent once more.", letter=str, id=str)
LISTED = declare("letters.listed", "Saw a list of {count} service mails.", Deed.READ, count=int)
