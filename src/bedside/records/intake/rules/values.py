"""One cell of ordinary text, read: names, contact details, lists, sex. Dates are in `dates`, yes and no in `answers`.

Each reader takes a tidy, non-empty cell and gives the value and at most one remark. None of them guesses
between two people or two meanings; what is unclear is left out and remarked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bedside.kit.mail.addresses import AddressFault, InvalidAddress, lookup_key_of, parse_address
from bedside.records.intake.rules.nouns import Sex
from bedside.records.intake.rules.remarks import RemarkCode

NAME_CHARACTERS_MAX = 100
NUMBER_CHARACTERS_MAX = 64
TEXT_CHARACTERS_MAX = 300
ITEMS_MAX = 100
ITEM_CHARACTERS_MAX = 200
_PHONE_DIGITS_MIN, _PHONE_DIGITS_MAX = 7, 20
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

BLANK_WORDS = frozenset({
    "-", "--", "---", "\N{EN DASH}", "\N{EM DASH}", ".", "..", "?",
    "n/a", "na", "n.a.", "#n/a", "none", "null", "nil", "nan", "(none)", "[none]",
    "(blank)", "(null)", "<null>", "not provided", "not available", "not applicable", "not on file", "empty",
})  # fmt: skip
# Null, Na, Nan and None are people's names when written like names, but not in one of these spellings.
_NAME_BLANKS = BLANK_WORDS - {"na", "nil", "empty", "none", "null", "nan"}
_NAME_BLANK_SPELLINGS = frozenset({"none", "NONE", "null", "NULL", "nan", "NaN"})

_SOCIAL_SECURITY = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)
_DECIMAL = re.compile(r"(\d+)\.0+", re.ASCII)
_FORMULA_START = (
    "=",
    "+",
    "-",
    "@",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
_MARKED_AS_TEXT = frozenset({*_FORMULA_START, *"0123456789"})
# Names stand in greetings: no links, no markup, no addresses, nothing that a template could take for a place.
_NEVER_IN_NAME = re.compile(r"://|\bwww\.|[<>@{}\[\]=|\\]|\bhttps?\b", re.IGNORECASE)
_SUFFIXES = frozenset({
    "jr", "sr", "ii", "iii", "iv", "v", "md", "do", "dds", "dmd", "rn", "phd", "esq",
})  # fmt: skip
_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sr", "sra", "srta",
})  # fmt: skip
_PARTICLES = frozenset({
    "de", "del", "della", "der", "den", "da", "dos", "das", "di", "du", "la", "las", "le", "los", "van",
    "von", "ter", "ten", "bin", "ibn", "al", "el", "st", "san", "santa", "mc", "mac", "y",
})  # fmt: skip

_NO_ADDRESS = frozenset({
    "no", "no email", "noemail", "no e-mail", "no mail", "declined", "refused", "unknown", "decline", "refuse",
    "does not have", "doesn't have", "no address", "patient declined", "declined to provide", "x", "0",
})  # fmt: skip
_PLACEHOLDER_LOCALS = frozenset({
    "none", "noemail", "no-email", "no_email", "no.email", "nomail", "noaddress", "declined", "refused",
    "donotemail", "do-not-email", "unknown", "noreply", "no-reply", "nobody", "patientdeclined", "doesnothave",
})  # fmt: skip
_PLACEHOLDER_TWINS = frozenset({"na", "n", "no", "test", "email", "a", "x", "xx", "xxx", "abc", "aa", "mail"})
_IN_ANGLES = re.compile(r"[^<>@,;]*<([^<>]+)>")

_SEXES = {
    **dict.fromkeys(["f", "female", "fem", "woman", "girl", "w", "mujer", "femenino", "femenina"], Sex.FEMALE),
    **dict.fromkeys(["m", "male", "man", "boy", "hombre", "masculino", "h", "varon", "varón"], Sex.MALE),
    **dict.fromkeys(
        ("o", "x", "other", "nonbinary", "non-binary", "non binary", "nb", "otro", "intersex", "genderqueer"), Sex.OTHER
    ),
    **dict.fromkeys(
        ("u", "unk", "unknown", "undisclosed", "not specified", "unspecified", "declined", "prefer not to say",
         "decline to answer", "asked but unknown", "desconocido"), Sex.UNKNOWN,
    ),
}  # fmt: skip
# A comma also stands inside diagnoses ("Asthma, Unspecified"), so it ends an item only before a new beginning.
_QUALIFIERS = (
    "Type|Unspecified|With|Without|Left|Right|Bilateral|Initial|Subsequent|Not|Nos|NOS|Chronic|Acute|Mild|Moderate|Severe|"
    "Other|History|Stage|Due|In|Of|And|Or|Uncomplicated|Recurrent|Oral|Tablet|Capsule|ER|XR|SR"
)
_ITEM_END = re.compile(r"[;|\n\r]")
_COMMA_ITEM_END = re.compile(r"[,;|\n\r]")
_CAREFUL_ITEM_END = re.compile(rf",\s+(?=[A-Z])(?!(?:{_QUALIFIERS})\b)")


def tidy(text: str) -> str:
    """Trim, one blank at a time, NFC, nothing invisible; and without the apostrophe that marks text in Excel."""
    if not (text.isascii() and text.isprintable()):
        text = _visible(text)
    text = " ".join(text.split()) if "  " in text else text.strip()
    if text[:1] == "'" and text[1:2] in _MARKED_AS_TEXT:
        return text[1:]
    return text


def _visible(text: str) -> str:
    """Control characters become blanks; zero-width, direction and other invisible ones vanish."""
    kept = (
        " "
        if letter.isspace() or category == "Cc"
        else ""
        if category in {"Cf", "Cs", "Co", "Cn"}
        else letter
        for letter, category in (
            (letter, unicodedata.category(letter)) for letter in unicodedata.normalize("NFC", text)
        )
    )
    return " ".join("".join(kept).split())


def is_blank(text: str) -> bool:
    """Whether a tidy cell only says that it is empty."""
    return not text or text.casefold() in BLANK_WORDS


def is_blank_name(text: str) -> bool:
    """The same for names, where Null and Na may be people."""
    return not text or text.casefold() in _NAME_BLANKS or text in _NAME_BLANK_SPELLINGS


def _never_kept(text: str, *, characters_max: int) -> RemarkCode | None:
    if len(text) > characters_max:
        return RemarkCode.TOO_LONG
    if "-" in text and _SOCIAL_SECURITY.search(text):
        return RemarkCode.SOCIAL_SECURITY
    return None


def read_name(text: str) -> tuple[str, RemarkCode | None]:
    """A name or a part of one, its capitals as they are.

    A cell that begins like a formula or holds a link is left out: it would stand in every greeting, and the
    person can still be identified by the rest of the row.
    """
    refused = _never_kept(text, characters_max=NAME_CHARACTERS_MAX)
    if refused is not None:
        return "", refused
    if text.startswith(_FORMULA_START):
        return "", RemarkCode.FORMULA
    if not text.isalpha() and (_NEVER_IN_NAME.search(text) or not any(map(str.isalpha, text))):
        return "", RemarkCode.IMPLAUSIBLE_NAME
    return text, RemarkCode.DAMAGED_LETTERS if _REPLACEMENT in text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitName:
    """A whole name in its two parts; a suffix such as Jr. stays with the last name."""

    first: str
    last: str


def split_name(text: str) -> tuple[SplitName, RemarkCode | None]:
    """Split "Last, First Middle" or "First Middle Last"; titles go, particles stay with the last name.

    >>> split_name("de la Cruz, Ana")[0].first
    'Ana'
    """
    name, code = read_name(text)
    if not name:
        return SplitName(first="", last=""), code
    parts = [part.strip() for part in name.split(",") if part.strip()]
    suffixes = [part for part in parts[1:] if _is_suffix(part)]
    others = [part for part in parts if part not in suffixes]
    if len(others) > 1:
        last = ", ".join([others[0], *suffixes])
        return SplitName(first=_without_title(" ".join(others[1:])), last=_without_title(last)), code
    return _split_words(_without_title(others[0] if others else name).split(), suffixes=suffixes, code=code)


def _split_words(
    words: list[str], *, suffixes: list[str], code: RemarkCode | None
) -> tuple[SplitName, RemarkCode | None]:
    start = len(words) - 1
    while start > 0 and _is_suffix(words[start]):
        start -= 1
    while start > 1 and words[start - 1].casefold().strip(".") in _PARTICLES:
        start -= 1
    last = ", ".join([" ".join(words[start:]), *suffixes])
    if start <= 0:
        return SplitName(first="", last=last), code or RemarkCode.SINGLE_NAME
    return SplitName(first=" ".join(words[:start]), last=last), code


def _is_suffix(word: str) -> bool:
    return word.casefold().replace(".", "") in _SUFFIXES


def _without_title(text: str) -> str:
    first, blank, rest = text.partition(" ")
    return rest if blank and first.casefold().strip(".") in _TITLES else text


def read_text(text: str) -> tuple[str, RemarkCode | None]:
    """A street, a city, a clinician: any short text that is no formula."""
    refused = _never_kept(text, characters_max=TEXT_CHARACTERS_MAX)
    if refused is not None:
        return "", refused
    if text.startswith(_FORMULA_START):
        return "", RemarkCode.FORMULA
    return text, RemarkCode.DAMAGED_LETTERS if _REPLACEMENT in text else None


def read_mrn(text: str) -> tuple[str, RemarkCode | None]:
    """A patient number as text; what a spreadsheet has rounded is no number of anybody."""
    refused = _never_kept(text, characters_max=NUMBER_CHARACTERS_MAX)
    if refused is not None:
        return "", refused
    if text.startswith(_FORMULA_START):
        return "", RemarkCode.FORMULA
    if found := _DECIMAL.fullmatch(text):
        return found[1], RemarkCode.DECIMAL_NUMBER
    if "+" in text and _SCIENTIFIC.fullmatch(text):
        return "", RemarkCode.SCIENTIFIC_NUMBER
    return text, None


def read_email(text: str) -> tuple[str | None, RemarkCode | None]:
    """One address in its normal form.

    Two addresses in one cell give none: the second may be a spouse's, and nobody can tell which is which, so
    writing to either could disclose one person's care to another (45 CFR 164.502(a)).
    """
    if text.casefold() in _NO_ADDRESS:
        return None, None
    candidate = text.rstrip(",; ")
    if candidate[:7].casefold() == "mailto:":
        candidate = candidate[7:]
    if found := _IN_ANGLES.fullmatch(candidate):
        candidate = found[1]
    try:
        normal = _normal_form(candidate)
    except InvalidAddress as error:
        several = error.reason is AddressFault.SEVERAL_ADDRESSES or candidate.count("@") > 1
        return None, RemarkCode.SEVERAL_ADDRESSES if several else RemarkCode.INVALID_ADDRESS
    local, _, domain = normal.rpartition("@")
    local = local.casefold()
    if local in _PLACEHOLDER_LOCALS or (local in _PLACEHOLDER_TWINS and domain.partition(".")[0] == local):
        return None, RemarkCode.PLACEHOLDER_ADDRESS
    return normal, None


def _normal_form(text: str) -> str:
    """The address as people write it. Most are their own; to read one as any other takes ten times as long."""
    is_normal = lookup_key_of(text) == text and "xn--" not in text
    return text if is_normal else parse_address(text).text


def read_phone(text: str) -> tuple[str, RemarkCode | None]:
    """A phone number as written, extension included."""
    refused = _never_kept(text, characters_max=TEXT_CHARACTERS_MAX)
    if refused is not None:
        return "", refused
    if _SCIENTIFIC.fullmatch(text):
        return "", RemarkCode.SCIENTIFIC_NUMBER
    digits = [letter for letter in text if letter in "0123456789"]
    if not _PHONE_DIGITS_MIN <= len(digits) <= _PHONE_DIGITS_MAX or text.startswith(("=", "@")):
        return "", RemarkCode.INVALID_PHONE
    if len(set(digits)) == 1:
        return "", RemarkCode.PLACEHOLDER_PHONE
    found = _DECIMAL.fullmatch(text)
    return (found[1] if found else text), None


def read_sex(text: str) -> tuple[Sex, RemarkCode | None]:
    """The recorded sex; a word we do not know is unknown, never a guess."""
    sex = _SEXES.get(text.casefold())
    return (sex, None) if sex is not None else (Sex.UNKNOWN, RemarkCode.UNKNOWN_SEX)


def read_items(cell: str, *, has_commas_inside: bool) -> tuple[tuple[str, ...], RemarkCode | None]:
    """A list with `;`, `|` or line breaks between; each item once, in order. Takes the raw cell.

    `has_commas_inside`: for diagnoses and medicines, where a comma mostly belongs to the item.
    """
    pieces = (_ITEM_END if has_commas_inside else _COMMA_ITEM_END).split(cell)
    if has_commas_inside and len(pieces) == 1:
        pieces = _CAREFUL_ITEM_END.split(cell)
    code: RemarkCode | None = None
    items: dict[str, str] = {}
    for piece in pieces:
        item = tidy(piece)
        if is_blank(item):
            continue
        refused = _never_kept(item, characters_max=ITEM_CHARACTERS_MAX)
        if refused is None and item.startswith(_FORMULA_START):
            refused = RemarkCode.FORMULA
        if refused is None and len(items) < ITEMS_MAX:
            items.setdefault(item.casefold(), item)
        else:
            code = refused or RemarkCode.TOO_MANY_ITEMS
    return tuple(items.values()), code
