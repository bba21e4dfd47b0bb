"""Phones, mail addresses and postal addresses: a practice's own are for everybody, a person's are not.

Nothing but the words around tells "call us at 555-0100" from "her cell is 555-0100". What the sender publishes about
itself (`Published`) settles it; otherwise a word that speaks of a person wins over one that speaks of an office.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.hits import Hit
from bedside.kit.phi.nouns import Kind, Level, PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.phi.folding import Folded
    from bedside.kit.phi.nouns import Published

_PHONE: Final = re.compile(
    r"(?<![\w./-])(?<!\d )(?:(?:\+1|1(?=[ .(-]))[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])?\d{3}[ .-]\d{4}(?![\w/-]|\.\d)"
    r"|(?<![\w./:=-])\+?1?[2-9]\d{2}[2-9]\d{6}(?![\w/]|[.-]\w)|\+\d{1,3}[ .-]?\d{1,4}(?:[ .-]\d{2,4}){2,4}(?!\w)"
)
_EXTENSION: Final = re.compile(r" ?(?:ext\.?|x|extension) ?\d{1,6}")
_EMAIL: Final = re.compile(
    r"(?<![\w.+-])[a-z0-9][\w.+'-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}(?!\w)", re.IGNORECASE
)
_EMAIL_SPOKEN: Final = re.compile(
    r"(?<!\w)[a-z0-9][\w.+-]{0,63} ?[\[(] ?at ?[\])] ?[\w-]{1,63}(?: ?[\[(] ?dot ?[\])] ?"
    r"|\.)\w{2,10}", re.IGNORECASE)  # fmt: skip
_ROLE: Final = re.compile(
    r"(?:info|hello|hi|office|contact|contactus|front[._-]?desk|reception|appointments?|schedul(?:e|ing)"
    r"|booking|billing|privacy|compliance"
    r"|support|help|care(?:team)?|team|news|newsletter|no-?reply|do-?not-?reply|feedback|events?|rsvp|jobs"
    r"|careers|hr|press|media|admin|mail|records"
    r"|questions|wellness|health|clinic|practice|dental|smiles?|welcome|nurse(?:line)?|refills?|pharmacy"
    r"|insurance|security|webmaster|unsubscribe"
    r"|volunteer|giving|donate|foundation|community|education|classes|programs?|research|studies|marketing"
    r"|outreach|patient[._-]?(?:services|care|relations|experience|advocate))\d{0,2}(?:[+._-].*)?",
    re.IGNORECASE,
)
_STREET: Final = (
    "street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|circle|cir|place|pl|way|terrace|ter|trail"
    "|trl|parkway|pkwy|highway|hwy|square|sq|loop|alley|plaza|crescent|row|path|pike|turnpike|crossing|ridge|run"
)
_ADDRESS: Final = re.compile(
    rf"(?<![\w.$/-])\d{{1,6}}[a-z]?(?: (?:n|s|e|w|north|south|east|west|ne|nw|se"
    rf"|sw)\.?)?(?: [a-z0-9][a-z0-9.'-]{{0,24}}){{1,4}}? (?:{_STREET})\b\.?"
    r"(?:,? (?:apt|apartment|unit|suite|ste|floor|#)\.? ?#?[a-z0-9-]{1,6})?"
    r"(?:,? [a-z][a-z.'-]{1,20}(?: [a-z][a-z.'-]{1,20}){0,2},? [a-z]{2}\.?,? \d{5}(?:-\d{4})?)?"
)
_BOX: Final = re.compile(r"\bp\.? ?o\.? box \d{1,7}\b")
# Without a kind of street: a direction or a unit says that it is one, or the words before do.
_HOUSE: Final = re.compile(
    r"(?:\b(?:Unit|Apt|Flat|Apartment)\.? \w{1,4}, \d{1,5} [A-Z][a-z]{2,20} [A-Z][a-z]{2,20})"
    r"|(?<![\w.$/-])\d{1,6} (?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.? [A-Z0-9][A-Za-z0-9.'-]{1,20}"
    r"(?: [A-Z][a-z.'-]{1,20})?(?:,? (?:[Aa]pt|[Uu]nit|[Ss]uite|[Ss]te|#)\.? ?#?\w{1,6})?(?![\w-])"
    r"|(?<![\w.$/-])\d{1,6} [A-Z][A-Za-z.'-]{1,20}(?: [A-Z][A-Za-z.'-]{1,20}){0,2},? (?:[Aa]pt|[Uu]nit"
    r"|#)\.? ?#?\w{1,6}"
)
_RURAL: Final = re.compile(
    r"\b(?:(?:rural route|rr|hc|star route|rural delivery|rd) \d{1,4},? box \d{1,6}[a-z]?|(?:highway|hwy|route"
    r"|rte|county"
    r" road|cr|state road|sr) \d{1,4},? (?:mile|box|lot|space|unit) \d{1,6})\b"
)
_HOUSE_SAID: Final = re.compile(
    r"\b(?:(?:[Hh]ome|[Mm]ailing|[Bb]illing|[Ss]treet|[Ss]hipping|[Rr]esidential|[Oo]ld|[Nn]ew|[Hh]er|[Hh]is|[Mm]y"
    r"|[Yy]our) (?:address|place|house|home|apartment)|[Aa]ddress|[Hh]ome|[Rr]esidence|[Hh]ouse|[Ll]ives"
    r"|[Ll]iving|[Mm]oved"
    r"|[Ss]taying|[Rr]esides)(?: is| was| now| at| to| on)?(?: at| on| in)?:? (?P<house>(?:(?:No\.|Flat|Unit"
    r"|Apt\.?) ?\w{1,5}"
    r",? )?(?:\d{1,6}[A-Za-z]? [A-Z][A-Za-z.'-]{1,20}|The [A-Z][a-z]{2,20})(?:,? [A-Z][A-Za-z.'-]{1,20}){0,4})"
)
_OURS: Final = re.compile(r"\b(?:we|we've|we're|our|us|office|practice|clinic|location|hours)\b")
_CITY_ZIP: Final = re.compile(
    r"(?<![\w])[A-Z][a-z.'-]{1,20}(?: [A-Z][a-z.'-]{1,20}){0,2},? (?:[A-Z]{2}"
    r"|[A-Z][a-z]{3,12}) \d{5}(?:-\d{4})?(?![\w-])"
)
_STATES: Final = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho"
    "|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota"
    "|Mississippi|Missouri|Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North"
    "|South) (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah"
    "|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|[A-Z]{2}"
)
_TOWN_OF_ONE: Final = re.compile(
    r"\b(?:lives?|lived|living|resid\w+|is|was|moved|originally|born|patient|client|hometown|came|comes|drove"
    rf"|he|she)\b[^.!?\n]{{0,25}}?\b(?:in|from|to"
    rf"|of) (?P<town>[A-Z][a-z.'-]{{2,20}}(?: [A-Z][a-z.'-]{{1,20}}){{0,2}}, (?:{_STATES}))(?![\w])"
)
_ZIP: Final = re.compile(r"\bzip(?: ?code)?(?: is|:)? ?\d{5}(?:-\d{4})?\b")
_NOT_STREET: Final = re.compile(
    r"\A\d{1,6} (?:years?|days?|weeks?|months?|hours?|minutes?|mins?|people|patients|ways|tips|steps|reasons"
    r"|things|free|in|of|to|at|am|pm|a\.m|p\.m|and|or|new|more|miles?|percent|mg|ml|easy|simple|great|spots"
    r"|slots|visits|appointments|adults|out|"
    r"women|men|children|kids|families|servings|grams|oz|cups|questions|facts|healthy|times|different|local"
    r"|open|doctors|locations|offices|nurses|that|is|are|for|with|per|from|on|by|every|each)\b"
)
_PERSON_NEAR: Final = re.compile(
    r"\b(?:patient'?s?|pt|client'?s?|home|cell|mobile|(?:his|her|their|my) (?:\w+ )?(?:number|phone|cell|mobile"
    r"|home|fax|email|e-mail|address|house|mail|work|line)"
    r"|mr|mrs|ms|resides?|lives?|lived|living at|resident of|emergency contact|spouse|wife|husband|son|daughter"
    r"|mother|father|mom|dad|sister|brother|caregiver|guardian"
    r"|next of kin|on file|we have (?:you|your)|your (?:number|phone|cell|email|e-mail|address|home|mobile"
    r"|mailing|billing|shipping)(?: \w+){0,2}"
    r"|reach(?:ed)? (?:him|her|them|me|you)|call(?:ed)? (?:him|her|them|me|you|back)|text(?:ed)? (?:him|her"
    r"|them|me|you)|voicemail|(?:sen[dt]|ship(?:ped)?|deliver(?:ed)?|mail(?:ed)?|copy"
    r"|forward(?:ed)?)(?: \w+){0,3} to|left a message|my|attn|c/o)\b"
)
_OFFICE_NEAR: Final = re.compile(
    r"\b(?:call|phone|dial|text|fax|contact|ring) (?:us|our|the|your|now|today|or)|\b(?:us|our|we are|we're"
    r"|we have moved|we moved|practice|office|clinic|hospital|center|centre|pharmacy|front desk|reception"
    r"|located|location|visit|join|come|stop by|drop by|find|hotline"
    r"|lifeline|hours|toll[- ]free|department|team|library|school|church|park|hall|ymca|community|campus"
    r"|building|parking|directions|call|text|phone|fax|tel|telephone|contact|questions\?*|reply|rsvp|register"
    r"|sign up|book|schedule|dial|reach out|email|write to|moving|moved|new location|headquarters|llc|inc"
    r"|crisis|line|appointments)\b|[{|©]"
)
_AROUND: Final = 90


def contacts_in(folded: Folded, kind: PlaceKind, published: Published) -> Iterator[Hit]:
    """Phones, mail addresses and postal addresses that are not the office's own."""
    yield from _phones(folded, kind, published)
    yield from _emails(folded, published, whole=kind is PlaceKind.LINK)
    yield from _postal(folded, published)


def _phones(folded: Folded, kind: PlaceKind, published: Published) -> Iterator[Hit]:
    own = {_digits(phone)[-10:] for phone in published.phones} - {""}
    for match in _PHONE.finditer(folded.text):
        digits = _digits(match[0])[-10:]
        if digits in own or digits.startswith(_FREE_OF_CHARGE):
            continue
        if kind is PlaceKind.LINK and folded.lower.startswith("tel:"):
            continue
        if not _is_offices(folded, match.start(), match.end()):
            more = _EXTENSION.match(folded.lower, match.end())
            end = more.end() if more else match.end()
            yield _hit(match.start(), end, Kind.PHONE, "A person's phone or fax number identifies them.")


_FREE_OF_CHARGE: Final = ("800", "833", "844", "855", "866", "877", "888", "900")


def _emails(folded: Folded, published: Published, *, whole: bool) -> Iterator[Hit]:
    hosts = tuple(host.lower() for host in published.hosts if host)
    for match in _EMAIL.finditer(folded.text):
        local, _, host = match[0].lower().rpartition("@")
        if any(host == own or host.endswith(f".{own}") for own in hosts):
            continue
        if _ROLE.fullmatch(local) and (whole or not _speaks_of_person(folded, match.start(), match.end())):
            continue
        yield _hit(*match.span(), Kind.EMAIL, "A person's mail address identifies them.")
    for match in _EMAIL_SPOKEN.finditer(folded.text):
        yield _hit(
            *match.span(), Kind.EMAIL, "A person's mail address identifies them, also when written out."
        )


def _postal(folded: Folded, published: Published) -> Iterator[Hit]:
    own = [_squeezed(address) for address in published.addresses if address.strip()]
    why = "A person's postal address identifies them."
    for expression, text in (
        (_ADDRESS, folded.lower),
        (_BOX, folded.lower),
        (_HOUSE, folded.text),
        (_RURAL, folded.lower),
        (_CITY_ZIP, folded.text),
        (_ZIP, folded.lower),
    ):
        for match in expression.finditer(text):
            squeezed = _squeezed(match[0])
            if any(squeezed in address for address in own) or _NOT_STREET.match(match[0].lower()):
                continue
            if not _is_offices(folded, match.start(), match.end()):
                yield _hit(*match.span(), Kind.ADDRESS, why)
    for match in _HOUSE_SAID.finditer(folded.text):
        squeezed = _squeezed(match["house"])
        if not any(squeezed in address for address in own) and not _OURS.search(
            folded.lower, max(0, match.start() - 40), match.end()
        ):
            yield _hit(*match.span("house"), Kind.ADDRESS, why)
    for match in _TOWN_OF_ONE.finditer(folded.text):
        if not re.search(r"\b(?:we|our|us|practice|office|clinic|dr)\b", match[0].lower()):
            yield _hit(*match.span("town"), Kind.ADDRESS, why)


def _is_offices(folded: Folded, start: int, end: int) -> bool:
    """True where the words around speak of an office and of no person."""
    if _speaks_of_person(folded, start, end):
        return False
    first, last = folded.sentence(start)
    before = folded.lower[max(first, start - _AROUND) : start]
    if _OFFICE_NEAR.search(before) or _OFFICE_NEAR.search(folded.lower[end : min(last, end + _AROUND)]):
        return True
    return bool(_OFFICE_NEAR.search(folded.lower[max(0, first - 60) : first]))  # "Questions? 555-0100."


def _speaks_of_person(folded: Folded, start: int, end: int) -> bool:
    first, last = folded.sentence(start)
    return bool(
        _PERSON_NEAR.search(folded.lower, max(first, start - _AROUND), start)
        or _PERSON_NEAR.search(folded.lower, end, min(last, end + _AROUND // 2))
    )


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def _hit(start: int, end: int, kind: Kind, why: str) -> Hit:
    return Hit(start=start, end=end, kind=kind, level=Level.LIKELY, why=why, suggestion="")
