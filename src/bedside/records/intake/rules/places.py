"""States, ZIP codes and languages in one spelling."""

from __future__ import annotations

import re

from bedside.records.intake.rules.remarks import RemarkCode
from bedside.records.intake.rules.values import read_text

_STATE_NAMES = """AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|
DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|
LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|
NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|
OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|
UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|PR Puerto Rico|GU Guam|
VI U.S. Virgin Islands|AS American Samoa|MP Northern Mariana Islands"""
_STATES = {
    name.casefold(): code
    for code, _, name in (entry.strip().partition(" ") for entry in _STATE_NAMES.split("|"))
}
_CODES = frozenset(_STATES.values())

_LANGUAGE_NAMES = """en eng english inglés ingles|es spa spanish español espanol castellano castilian|
ru rus russian русский|fr fra fre french français francais|de deu ger german deutsch|
it ita italian italiano|pt por portuguese português portugues|
zh zho chi chinese mandarin cantonese 中文|vi vie vietnamese|ko kor korean 한국어|ja jpn japanese 日本語|
ar ara arabic العربية|tl tgl tagalog filipino fil|pl pol polish polski|uk ukr ukrainian українська|
hi hin hindi|ur urd urdu|bn ben bengali|fa fas per persian farsi dari|
ht hat haitian creole haitian-creole|so som somali|hmn hmong|ne nep nepali|pa pan punjabi|
gu guj gujarati|ta tam tamil|te tel telugu|th tha thai|lo lao|km khm khmer cambodian|my mya burmese|
am amh amharic|sw swa swahili|he heb hebrew|yi yid yiddish|el ell gre greek|ro ron rum romanian|
hu hun hungarian|cs ces cze czech|sk slk slovak|nl nld dut dutch|sv swe swedish|no nor norwegian nb|
da dan danish|fi fin finnish|tr tur turkish|sq sqi alb albanian|hy hye arm armenian|bs bos bosnian|
sr srp serbian|hr hrv croatian|bg bul bulgarian|lt lit lithuanian|ka kat georgian|nv nav navajo|
haw hawaiian|ase asl american-sign-language"""
_LANGUAGES = {
    name: words[0] for words in (entry.split() for entry in _LANGUAGE_NAMES.split("|")) for name in words
}
_UNKNOWN_LANGUAGE = frozenset(
    {"unknown", "other", "undetermined", "und", "declined", "unk", "not specified", "unspecified"}
)
_LANGUAGE_END = re.compile(r"[(;,/_]|\s-\s|-(?=[a-z]{2}\b)|-(?=h)")
_ZIP_SHORT = re.compile(r"\d{3,4}", re.ASCII)
_ZIP_LONG = re.compile(r"(\d{5})-?(\d{4})", re.ASCII)
_ZIP_DECIMAL = re.compile(r"(\d{3,5})\.0+", re.ASCII)
_ZEROS = re.compile(r"0+(?:-0+)?")
_ZIP_DIGITS = 5


def read_state(text: str) -> tuple[str, RemarkCode | None]:
    """The two-letter code where the text is an American state, otherwise the text as written."""
    code = text.upper().replace(".", "")
    return (code, None) if code in _CODES else _named_state(text)


def _named_state(text: str) -> tuple[str, RemarkCode | None]:
    code = _STATES.get(text.casefold())
    return (code, None) if code is not None else read_text(text)


def read_postal_code(text: str) -> tuple[str, RemarkCode | None]:
    """A ZIP code with its leading zeros back; foreign codes as written; all zeros means none.

    >>> read_postal_code("2155")[0]
    '02155'
    """
    found = _ZIP_DECIMAL.fullmatch(text)
    digits = found[1] if found else text
    if _ZEROS.fullmatch(digits):
        return "", None
    if _ZIP_SHORT.fullmatch(digits):
        return digits.rjust(_ZIP_DIGITS, "0"), RemarkCode.ZIP_ZERO_RESTORED
    if found_long := _ZIP_LONG.fullmatch(digits):
        is_short = found_long[2] == "0000"
        return found_long[1] if is_short else f"{found_long[1]}-{found_long[2]}", None
    return read_text(digits)


def read_language(text: str) -> tuple[str, RemarkCode | None]:
    """The primary language code of a name, a code or a locale.

    >>> read_language("English (United States)")[0]
    'en'
    """
    folded = text.casefold()
    word = _LANGUAGE_END.split(folded, maxsplit=1)[0].strip()
    code = _LANGUAGES.get(word) or _LANGUAGES.get(word.partition(" ")[0])
    if code is not None:
        return code, None
    return "", None if folded in _UNKNOWN_LANGUAGE else RemarkCode.UNKNOWN_LANGUAGE
