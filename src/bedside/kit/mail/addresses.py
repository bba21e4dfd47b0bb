"""Email addresses that cannot be wrong.

Promise: an `EmailAddress` holds exactly one mailbox, in one normal form, that can be written into an
SMTP command or a header as it stands. Two spellings of one mailbox have one `lookup_key`.
Stricter than the standards on purpose: quoted local parts, address literals and names without a dot
are refused, because no patient has one and each is a way to confuse a parser further down.
Not covered: whether the mailbox exists, look-alike letters of different scripts, typing mistakes.
Compatibility: `lookup_key` feeds stored indexes; its value for a given address never changes.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import idna

from bedside.kit.mail.errors import MailError

LOCAL_OCTETS_MAX = 64  # RFC 5321 section 4.5.3.1.1
ADDRESS_OCTETS_MAX = 254  # RFC 5321 section 4.5.3.1.3 (256 with the angle brackets)
DOMAIN_OCTETS_MAX = 253  # RFC 1035 section 2.3.4, without the root
TEXT_CHARACTERS_MAX = 1_000  # nothing longer is looked at

_BLANKS = " \t\r\n\u00a0"
_ASCII_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ASCII_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_NEVER_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff<>()\[\]\\,;:\"]")
_SPECIALS = frozenset('()<>[]:;@\\,"')


class AddressFault(StrEnum):
    """Why a text is not an address; the value is the stable code."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    NO_AT_SIGN = "no_at_sign"
    SEVERAL_AT_SIGNS = "several_at_signs"
    SEVERAL_ADDRESSES = "several_addresses"
    DISPLAY_NAME = "display_name"
    BLANK_INSIDE = "blank_inside"
    LOCAL_PART = "local_part"
    LOCAL_PART_TOO_LONG = "local_part_too_long"
    DOMAIN = "domain"
    DOMAIN_WITHOUT_DOT = "domain_without_dot"
    NUMERIC_DOMAIN = "numeric_domain"


_SENTENCES = {
    AddressFault.EMPTY: "Enter an email address.",
    AddressFault.TOO_LONG: "This is too long for an email address; the limit is 254 characters.",
    AddressFault.CONTROL_CHARACTER: "The address contains an invisible character; type it again.",
    AddressFault.NO_AT_SIGN: "An email address needs an @ sign between name and domain.",
    AddressFault.SEVERAL_AT_SIGNS: "An email address has exactly one @ sign.",
    AddressFault.SEVERAL_ADDRESSES: "Enter one address only.",
    AddressFault.DISPLAY_NAME: "Enter the address alone, without a name or brackets around it.",
    AddressFault.BLANK_INSIDE: "An email address has no spaces in it.",
    AddressFault.LOCAL_PART: "The part before the @ sign is missing or has a character that cannot stand there.",
    AddressFault.LOCAL_PART_TOO_LONG: "The part before the @ sign is longer than 64 characters.",
    AddressFault.DOMAIN: "The part after the @ sign is not a valid domain name.",
    AddressFault.DOMAIN_WITHOUT_DOT: "The domain after the @ sign is not complete; it needs a dot.",
    AddressFault.NUMERIC_DOMAIN: "Enter a domain name after the @ sign, not a number.",
}


class InvalidAddress(MailError):
    """A text that is not one email address; `reason` is stable, the sentence never repeats the text."""

    def __init__(self, reason: AddressFault) -> None:
        self.reason = reason
        super().__init__(_SENTENCES[reason])


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EmailAddress:
    """One mailbox in normal form; made by `parse_address`.

    `local` keeps its case (RFC 5321 section 2.4) and is NFC; `domain_ascii` is lower-case A-labels.
    """

    local: str
    domain_ascii: str

    def __post_init__(self) -> None:
        """Even one made by hand can never carry a second header or a second recipient."""
        if _NEVER_IN_ADDRESS.search(self.local) or "@" in self.local:
            raise InvalidAddress(AddressFault.LOCAL_PART)
        if not self.domain_ascii.isascii() or _NEVER_IN_ADDRESS.search(self.domain_ascii):
            raise InvalidAddress(AddressFault.DOMAIN)

    def __repr__(self) -> str:
        """Say nothing: an address is personal data and must not reach a log by accident."""
        return "EmailAddress(…)"

    @property
    def wire(self) -> str:
        """The form for SMTP and headers: ASCII unless the local part itself is not (RFC 6531)."""
        return f"{self.local}@{self.domain_ascii}"

    @property
    def text(self) -> str:
        """The form for people: international domains in their own letters."""
        return f"{self.local}@{_domain_for_people(self.domain_ascii)}"

    @property
    def lookup_key(self) -> str:
        """The form for equality and blind indexes: case-folded whole, domain in A-labels."""
        return f"{unicodedata.normalize('NFC', self.local.casefold())}@{self.domain_ascii}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a server that offers SMTPUTF8 can take it; an IDN domain alone does not."""
        return not self.local.isascii()


# Nearly every address on record: it is its own normal form, and to read it as any other takes ten times as long.
_PLAIN = re.compile(
    r"(?=[^@]{1,64}@.{3,63}\Z)[a-z0-9_+]+(?:[.-][a-z0-9_+]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}"
)


def lookup_key_of(text: str) -> str:
    """The same as `parse_address(text).lookup_key`, for many at once. Raises InvalidAddress."""
    return text if _PLAIN.fullmatch(text) else parse_address(text).lookup_key


def parse_address(text: str) -> EmailAddress:
    """Read one address as typed or imported, blanks around it allowed.

    Gives: the normal form: domain lower-case and IDNA 2008, local part NFC with its case kept.
    Raises: InvalidAddress, with a reason and a sentence for the person who typed it.
    Never: guesses; a text that could mean two things is refused.
    Source: RFC 5321 section 4.1.2, RFC 6531 section 3.3, RFC 5891; rows EML-22, EML-23.
    Example:
        >>> parse_address(" Jane.Roe@Example.ORG ").text
        'Jane.Roe@example.org'
    """
    if len(text) > TEXT_CHARACTERS_MAX:
        raise InvalidAddress(AddressFault.TOO_LONG)
    # NFC first: some characters become ASCII specials by it (U+037E becomes a semicolon).
    stripped = unicodedata.normalize("NFC", text.strip(_BLANKS))
    local, at, domain = stripped.rpartition("@")
    if not at or not _ASCII_LOCAL.fullmatch(local):
        _refuse_shape(stripped)
        _check_international_local(local)
    domain_ascii = _domain_in_ascii(domain)
    if len(local.encode()) > LOCAL_OCTETS_MAX:
        raise InvalidAddress(AddressFault.LOCAL_PART_TOO_LONG)
    if len(local.encode()) + 1 + len(domain_ascii) > ADDRESS_OCTETS_MAX:
        raise InvalidAddress(AddressFault.TOO_LONG)
    return EmailAddress(local=local, domain_ascii=domain_ascii)


def _refuse_shape(text: str) -> None:
    """Name the mistake people really make; anything left is for the exact rules."""
    if not text:
        raise InvalidAddress(AddressFault.EMPTY)
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in text):
        raise InvalidAddress(AddressFault.CONTROL_CHARACTER)
    if "@" not in text:
        raise InvalidAddress(AddressFault.NO_AT_SIGN)
    if "," in text or ";" in text:
        raise InvalidAddress(AddressFault.SEVERAL_ADDRESSES)
    if "<" in text or ">" in text or '"' in text or "(" in text:
        raise InvalidAddress(AddressFault.DISPLAY_NAME)
    if text.count("@") > 1:
        raise InvalidAddress(AddressFault.SEVERAL_AT_SIGNS)
    if any(character.isspace() for character in text):
        raise InvalidAddress(AddressFault.BLANK_INSIDE)


def _check_international_local(local: str) -> None:
    if not local or local.startswith(".") or local.endswith(".") or ".." in local:
        raise InvalidAddress(AddressFault.LOCAL_PART)
    for character in local:
        # Categories C (control, format, private, unassigned) and Z (separators) never belong to a name.
        if character in _SPECIALS or unicodedata.category(character)[0] in "CZ":
            raise InvalidAddress(AddressFault.LOCAL_PART)


def _domain_in_ascii(domain: str) -> str:
    lowered = domain.lower()
    if not lowered.isascii() or "--" in lowered:
        lowered = _idna_domain(lowered)
    if "." not in lowered:
        raise InvalidAddress(AddressFault.DOMAIN_WITHOUT_DOT if lowered else AddressFault.DOMAIN)
    if lowered.rpartition(".")[2].isdigit() or lowered.startswith("["):
        raise InvalidAddress(AddressFault.NUMERIC_DOMAIN)
    if len(lowered) > DOMAIN_OCTETS_MAX or not _ASCII_DOMAIN.fullmatch(lowered):
        raise InvalidAddress(AddressFault.DOMAIN)
    return lowered


def _idna_domain(domain: str) -> str:
    """Letters to A-labels, and A-labels checked: an `xn--` label that decodes to nothing valid is refused."""
    try:
        ascii_domain = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
        idna.decode(ascii_domain)
    except (idna.IDNAError, UnicodeError):
        raise InvalidAddress(AddressFault.DOMAIN) from None  # the cause would repeat the domain
    return ascii_domain


def _domain_for_people(domain_ascii: str) -> str:
    return idna.decode(domain_ascii) if "xn--" in domain_ascii else domain_ascii
