"""What can be remarked about a cell, and the sentence for it. No sentence ever repeats the cell."""

from __future__ import annotations

from enum import StrEnum

from bedside.records.intake.rules.fields import BY_NAME
from bedside.records.intake.rules.nouns import PatientField, Remark


class RemarkCode(StrEnum):
    """Stable codes; pages count and group by them."""

    NOT_A_DATE = "not_a_date"
    SPREADSHEET_DATE = "spreadsheet_date"
    SHORT_YEAR = "short_year"
    SHORT_YEAR_UNCLEAR = "short_year_unclear"
    FILLER_DATE = "filler_date"
    DATE_IN_FUTURE = "date_in_future"
    DATE_IN_PAST = "date_in_past"
    DATE_TOO_FAR = "date_too_far"
    DATE_ORDER_ASSUMED = "date_order_assumed"
    DATE_ORDER_MIXED = "date_order_mixed"
    INVALID_ADDRESS = "invalid_address"
    SEVERAL_ADDRESSES = "several_addresses"
    PLACEHOLDER_ADDRESS = "placeholder_address"
    INVALID_PHONE = "invalid_phone"
    PLACEHOLDER_PHONE = "placeholder_phone"
    SCIENTIFIC_NUMBER = "scientific_number"
    DECIMAL_NUMBER = "decimal_number"
    SOCIAL_SECURITY = "social_security"
    FORMULA = "formula"
    IMPLAUSIBLE_NAME = "implausible_name"
    SINGLE_NAME = "single_name"
    TOO_LONG = "too_long"
    TOO_MANY_ITEMS = "too_many_items"
    DAMAGED_LETTERS = "damaged_letters"
    ZIP_ZERO_RESTORED = "zip_zero_restored"
    UNKNOWN_SEX = "unknown_sex"
    UNKNOWN_LANGUAGE = "unknown_language"
    UNCLEAR_PERMISSION = "unclear_permission"
    UNCLEAR_STOP = "unclear_stop"
    UNCLEAR_DECEASED = "unclear_deceased"
    STOP_WORDS = "stop_words"
    CONTRADICTION = "contradiction"


_SENTENCES: dict[RemarkCode, str] = {
    RemarkCode.NOT_A_DATE: "{label}: this is not a date and was left out.",
    RemarkCode.SPREADSHEET_DATE: "{label}: a spreadsheet's day number was read as a date.",
    RemarkCode.SHORT_YEAR: "{label}: a two-digit year was completed; check it.",
    RemarkCode.SHORT_YEAR_UNCLEAR: "{label}: a two-digit year could be of either century, so it was left out.",
    RemarkCode.FILLER_DATE: "{label}: a date that systems use for “unknown” was left out.",
    RemarkCode.DATE_IN_FUTURE: "{label}: a date in the future cannot be right and was left out.",
    RemarkCode.DATE_IN_PAST: "{label}: a date in the past was left out.",
    RemarkCode.DATE_TOO_FAR: "{label}: a date this far away cannot be right and was left out.",
    RemarkCode.DATE_ORDER_ASSUMED: "Dates could be month-first or day-first; they were read as month-first.",
    RemarkCode.DATE_ORDER_MIXED: "Some dates are month-first and some day-first; check the order before importing.",
    RemarkCode.INVALID_ADDRESS: "{label}: the address is not valid and was left out.",
    RemarkCode.SEVERAL_ADDRESSES: "{label}: more than one address; none was taken, as one may be somebody else's.",
    RemarkCode.PLACEHOLDER_ADDRESS: "{label}: an address that stands for “none” was left out.",
    RemarkCode.INVALID_PHONE: "{label}: this is not a phone number and was left out.",
    RemarkCode.PLACEHOLDER_PHONE: "{label}: a number that stands for “none” was left out.",
    RemarkCode.SCIENTIFIC_NUMBER: "{label}: the spreadsheet has rounded this number; it was left out.",
    RemarkCode.DECIMAL_NUMBER: "{label}: the decimal point that a spreadsheet added was removed.",
    RemarkCode.SOCIAL_SECURITY: "{label}: what looks like a Social Security number was left out.",
    RemarkCode.FORMULA: "{label}: a spreadsheet formula was left out.",
    RemarkCode.IMPLAUSIBLE_NAME: "{label}: this cannot be a name and was left out.",
    RemarkCode.SINGLE_NAME: "{label}: one word only; it was taken as the last name.",
    RemarkCode.TOO_LONG: "{label}: the text is too long and was left out.",
    RemarkCode.TOO_MANY_ITEMS: "{label}: too many entries; the first ones were kept.",
    RemarkCode.DAMAGED_LETTERS: "{label}: letters were lost before this file was made; check the spelling.",
    RemarkCode.ZIP_ZERO_RESTORED: "{label}: a leading zero that a spreadsheet removed was put back.",
    RemarkCode.UNKNOWN_SEX: "{label}: not understood; kept as unknown.",
    RemarkCode.UNKNOWN_LANGUAGE: "{label}: not understood and left out.",
    RemarkCode.UNCLEAR_PERMISSION: "{label}: not a clear yes, so it counts as no.",
    RemarkCode.UNCLEAR_STOP: "{label}: not a clear no, so email is stopped.",
    RemarkCode.UNCLEAR_DECEASED: "{label}: not a clear no, so the patient counts as deceased until checked.",
    RemarkCode.STOP_WORDS: "{label}: the words ask for no email, so all email is stopped.",
    RemarkCode.CONTRADICTION: "{label}: the row says both yes and stop; stop counts.",
}
_ALL = {
    (code, field): Remark(code=code.value, field=field, sentence=text.format(label=BY_NAME[field].label))
    for code, text in _SENTENCES.items()
    for field in PatientField
}


def remark(code: RemarkCode, field: PatientField) -> Remark:
    """The remark for one cell; always the same object for the same pair."""
    return _ALL[code, field]


def file_remark(code: RemarkCode) -> Remark:
    """A remark about a whole file, for codes whose sentence names no field."""
    return Remark(code=code.value, sentence=_SENTENCES[code])
