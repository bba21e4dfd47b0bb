"""Identifying numbers: with a checksum, with the word that says what they are, or by their shape.

Covers 45 CFR 164.514(b)(2)(i)(G)-(M), (O), (P) and (R). Each expression is anchored and bounded, so that its time
grows with the text and not faster.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.checksums import is_card, is_mbi, is_npi, is_ssn, is_vin
from bedside.kit.phi.hits import Hit
from bedside.kit.phi.nouns import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bedside.kit.phi.folding import Folded

_GROUPED: Final = re.compile(r"(?<![\w.$#-])\d(?:[ -]?\d){8,18}(?![\w-]|\.\d)")
_SSN_SHAPE: Final = re.compile(r"(?<![\w-])(?:\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4})(?![\w-])")
_MASKED: Final = re.compile(
    r"(?<!\w)(?:[x*#]{3}[- ]?[x*#]{2}[- ]?\d{4}|[x*]{4,12}[- ]?\d{4})(?!\w)", re.IGNORECASE
)
_MBI_SHAPE: Final = re.compile(
    r"(?<![\w-])[1-9][a-z][a-z0-9]\d-?[a-z][a-z0-9]\d-?[a-z]{2}\d{2}(?![\w-])", re.IGNORECASE
)
_VIN_SHAPE: Final = re.compile(r"(?<!\w)[a-hj-npr-z0-9]{17}(?!\w)", re.IGNORECASE)
_IP4: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IP6: Final = re.compile(r"(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])", re.IGNORECASE)
_MAC: Final = re.compile(r"(?<![\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![\w:-])", re.IGNORECASE)
_NUMBER: Final = (
    r"(?P<number>(?=[a-z/-]{0,8}\d)[a-z0-9][a-z0-9/-]{2,24}(?: \d{2,6}(?![\d./:-]\d|[a-z])){0,4})"
)
# Five digits and more, or letters before three: "order 12" is how many, "claim 20931" is which.
_LONG_NUMBER: Final = r"(?:[a-z]{0,4}[/-]?\d[\d/-]{3,20}\d(?![\d,]|\.\d)|[a-z]{1,4}-?\d{3,12}(?![a-z0-9]))"
_SAID: Final = r"(?: (?:is|was|ending in|ends in|of))?[ :#=.-]{0,4}"
_CALLED: Final = r" ?(?:numbers?|no\.?|num|nbr|id|code|card|#|:)"


def _labelled(strong: str, weak: str = "") -> re.Pattern[str]:
    """After a strong word any number counts; after a weak one it is called one ("order no. 12"), or is a long one."""
    words = f"(?:{strong})(?:{_CALLED})?"
    if weak:
        words = f"(?:{words}|(?:{weak})(?:{_CALLED}|(?={_SAID}{_LONG_NUMBER})))"
    return re.compile(rf"(?<![a-z0-9]){words}{_SAID}{_NUMBER}(?![a-z0-9])")


# What a number is called; the first that fits says what it is.
_LABELS: Final = (
    (
        Kind.SSN,
        _labelled(
            r"ssn|social security|soc\.? sec\.?"
            r"|last (?:four|4)(?: digits)?(?: of (?:\w+ )?(?:ssn|social(?: security)?))?",
            "ss|social",
        ),
    ),
    (
        Kind.MRN,
        _labelled(
            "mrn|medical record|med rec|accession|encounter|specimen|empi|csn|patient id|chart",
            "patient|pt|record|file|case|visit|lab|order|rx|prescription|claim|referral|authorization"
            "|confirmation|study|sample|ticket|reference|ref|fin|har|cases?|request|folder|document|admission",
        ),
    ),
    (Kind.MBI, _labelled("mbi|hicn", "medicare(?: beneficiary)?")),
    (
        Kind.MEMBER_NUMBER,
        _labelled(
            "member id|subscriber id|policy number|member number|medicaid",
            "member|subscriber|policy|group|beneficiary|insurance|plan|health plan|payer|certificate|coverage",
        ),
    ),
    (
        Kind.ACCOUNT,
        _labelled(
            r"acct\.?|a/c|iban|card ending|account ending|account"
            "|(?:visa|mastercard|amex|discover|credit card|debit card)(?: card)?(?= ending| number| #)",
            "invoice|statement|bill|guarantor|routing|bank account|card|customer|client|participant|subject|employee"
            "|badge|barcode|reservation|loan|receipt|transaction|payment|balance(?: on| of account)?|deposit"
            "|check|parcel|tracking"
            "|shipment|policyholder|payer|billing|loyalty|membership|confirmation|locker|voucher|student|user",
        ),
    ),
    (Kind.NPI, _labelled("npi")),
    (
        Kind.LICENSE,
        _labelled("driver'?s? licen[sc]e|passport|dea", "dl|licen[sc]e|certification|certificate"),
    ),
    (Kind.VEHICLE, _labelled("licen[sc]e plate|vin|plate", "tag|registration")),
    (
        Kind.DEVICE,
        _labelled(
            "serial|s/n|imei|udi|mac address|imsi",
            "sn|device|lot|implant|pacemaker|pump|model|asset|monitor|cpap",
        ),
    ),
)
# "INV-2026-0099", or eight digits and more: a number of something that is somebody's.
_CODE: Final = re.compile(
    r"(?<![\w/.#-])(?:[A-Z]{1,5}-\d{4,12}|[A-Z]{2,5}\d{5,12}|[A-Z]{1,4}-?\d{1,6}-\d{3,10}"
    r"|[A-Z]{1,3}\d{1,2}-\d{4,10}|(?!(?:19|20)\d\d-|\d\d[03]0-\d\d[03]0)\d{4}-\d{4,10}"
    r"|\d{6,10}-\d{2,8})(?:-[A-Z0-9]{1,8}){0,3}(?![\w/]|-\w)"
)
_RUN: Final = re.compile(r"(?<![\w.$,/-])\d{8,12}(?![\w/-]|[.,]\d)")
_SIGN_IN: Final = re.compile(
    r"\b(?:user ?name|login|log-?in|user id|password|passcode|pin)(?: is|:"
    r"| code)?:? (?P<number>(?=[^\s]{0,30}[\d._!@#])[^\s,;]{3,40})"
)
_WHY: Final = {
    Kind.SSN: "A Social Security number identifies a person.",
    Kind.MRN: "A record or case number identifies a patient.",
    Kind.MBI: "A Medicare number identifies a person.",
    Kind.MEMBER_NUMBER: "A member or policy number identifies an insured person.",
    Kind.ACCOUNT: "An account number identifies a person.",
    Kind.NPI: "A provider number, together with a patient, tells who treats them.",
    Kind.LICENSE: "A license or certificate number identifies a person.",
    Kind.VEHICLE: "A license plate or vehicle number identifies a person.",
    Kind.DEVICE: "A device or serial number can be traced to the person who has it.",
    Kind.CARD: "A payment card's number must never be written in a message.",
    Kind.IP: "An internet address can be traced to a person.",
}
# A number so called is not of a person where these stand before it.
_PUBLIC: Final = re.compile(
    r"\b(?:suite|room|floor|box|page|top|item|step|highway|route|tax|ein)[ .#]{1,2}\Z"
)


def numbers_in(folded: Folded) -> Iterator[Hit]:
    """Every identifying number; several may lie over each other."""
    yield from _by_label(folded)
    yield from _by_shape(folded)
    yield from _by_look(folded)
    yield from _addresses_of_machines(folded)


def _by_label(folded: Folded) -> Iterator[Hit]:
    for kind, expression in _LABELS:
        for match in expression.finditer(folded.lower):
            if _PUBLIC.search(folded.lower, max(0, match.start() - 12), match.start()):
                continue
            start, end = match.span("number")
            yield _hit(kind, start, end, Level.CERTAIN)


def _by_shape(folded: Folded) -> Iterator[Hit]:
    for match in _SSN_SHAPE.finditer(folded.text):
        if is_ssn(_digits(match[0])):
            yield _hit(Kind.SSN, *match.span(), Level.LIKELY)
    for match in _GROUPED.finditer(folded.text):
        digits = _digits(match[0])
        if is_card(digits):
            yield _hit(Kind.CARD, *match.span(), Level.CERTAIN)
        elif is_npi(digits) and match[0].isdigit():
            yield _hit(Kind.NPI, *match.span(), Level.POSSIBLE)
    for kind, shape, proves in _PROVEN:
        for match in shape.finditer(folded.text):
            if proves(match[0]):
                yield _hit(kind, *match.span(), Level.LIKELY)


def _by_look(folded: Folded) -> Iterator[Hit]:
    """Numbers that nothing explains, but that look like somebody's."""
    for expression in (_MASKED, _CODE, _RUN):
        for match in expression.finditer(folded.text):
            yield _hit(Kind.ACCOUNT, *match.span(), Level.POSSIBLE)
    for match in _SIGN_IN.finditer(folded.lower):
        yield _hit(Kind.ACCOUNT, *match.span("number"), Level.LIKELY)


def _has_both(text: str) -> bool:
    return any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text)


_PROVEN: Final[tuple[tuple[Kind, re.Pattern[str], Callable[[str], bool]], ...]] = (
    (Kind.MBI, _MBI_SHAPE, is_mbi),
    (Kind.VEHICLE, _VIN_SHAPE, lambda text: _has_both(text) and is_vin(text)),
    (Kind.DEVICE, _MAC, lambda _: True),
)


def _addresses_of_machines(folded: Folded) -> Iterator[Hit]:
    for expression in (_IP4, _IP6):
        for match in expression.finditer(folded.text):
            if _is_ip(match[0]):
                yield _hit(Kind.IP, *match.span(), Level.LIKELY)


def _is_ip(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.version == 4 or len(text) > 6  # noqa: PLR2004  "10::" may be a time half typed


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _hit(kind: Kind, start: int, end: int, level: Level) -> Hit:
    return Hit(start=start, end=end, kind=kind, level=level, why=_WHY[kind], suggestion="")
