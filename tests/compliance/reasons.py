"""Why a row of the catalogue has no test: what the product does not do yet, or at all."""

_NO_SMS = "Bedside writes email only; there is no way to send a text message."
_COMPOSER = "the composer does not read what a text says yet; the author answers and an approver looks."

REASONS: dict[str, str] = {
    "MKT-09": f"Nothing is recognised as a switch of medicines: {_COMPOSER}",
    "MKT-10": f"Prices and booking calls are not pointed out: {_COMPOSER}",
    "MKT-14": f"A message has one class, chosen by its author and approved; {_COMPOSER}",
    "MKT-15": "No connector hands records to anybody for pay; there is none to block.",
    "MKT-26": "There is no profile for Medicare plans.",
    "CSP-01": "Each sender address belongs to one practice; that its domain is the practice's is not proven by DNS yet.",
    "CSP-02": f"Subjects are checked for patients' values, not for misleading words: {_COMPOSER}",
    "CSP-10": "Replies go to the practice's own mailbox; staff record what they say. Bedside reads no incoming mail yet.",
    "CSP-11": f"A message has one class, chosen by its author and approved; {_COMPOSER}",
    "CSP-12": "A message has one sender, the practice; others cannot be added.",
    "SMS-01": _NO_SMS,
    "SMS-02": _NO_SMS,
    "SMS-03": _NO_SMS,
    "SMS-04": _NO_SMS,
    "SMS-05": _NO_SMS,
    "SMS-06": _NO_SMS,
}
