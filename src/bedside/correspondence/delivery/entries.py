"""Kinds of ledger entries about delivery."""

from bedside.safeguards.audit.rules import declare

KEY_MADE = declare("delivery.key_made", "Made a signing key for outgoing mail.", selector=str)
TEST_ASKED = declare("delivery.test_asked", "Asked for a test of a campaign's mail.", content=str)
TEST_SENT = declare(
    "delivery.test_sent", "Sent a test of a campaign's mail to whoever asked: {state} ({code}).", state=str, code=str
)  # fmt: skip
KEY_RETIRED = declare("delivery.key_retired", "Retired a signing key.", selector=str)
CLAIM_RECOVERED = declare(
    "delivery.claim_recovered",
    "Picked up after a sender that died: {stored} stored from its journal, {in_doubt} in doubt, {back} given back.",
    stored=int, in_doubt=int, back=int, claim=str,
)  # fmt: skip
CLAIM_VANISHED = declare(
    "delivery.claim_vanished", "Gave up on a machine that vanished: {in_doubt} messages are in doubt.",
    in_doubt=int, claim=str,
)  # fmt: skip
