"""One cell at a time: the odd values that practices' files hold."""

import pytest

from bedside.records.intake.rules.answers import read_deceased, read_permission, read_stop
from bedside.records.intake.rules.nouns import Sex
from bedside.records.intake.rules.places import read_language, read_postal_code, read_state
from bedside.records.intake.rules.values import (
    is_blank_name,
    read_email,
    read_items,
    read_mrn,
    read_name,
    read_phone,
    read_sex,
    read_text,
    split_name,
    tidy,
)


def outcome(pair):
    value, code = pair
    return value, code and code.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Ann   Lee ", "Ann Lee"),
        ("Zoe\u0301", "Zoé"),
        ("An\u200bn\ufeff", "Ann"),
        ("Ann\x00\tLee\r\n", "Ann Lee"),
        ("Ann\u00a0Lee", "Ann Lee"),
        ("\u202eeeL", "eeL"),
        ("'00123", "00123"),
        ("'=1+1", "=1+1"),
        ("'t Hooft", "'t Hooft"),
        ("O'Neil", "O'Neil"),
        ("MCDONALD", "MCDONALD"),
        ("张伟", "张伟"),
        ("'", "'"),
    ],
)
def test_tidies_without_changing_letters(text, expected):
    assert tidy(text) == expected


@pytest.mark.parametrize("text", ["", "-", "N/A", "none", "NULL", "(blank)"])
def test_blank_words_are_no_names(text):
    assert is_blank_name(text)


@pytest.mark.parametrize("text", ["Null", "Na", "None", "Nil", "Li", "X"])
def test_rare_names_are_names(text):
    assert not is_blank_name(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O'Neil, Jr.", ("O'Neil, Jr.", None)),
        ("Maynard46", ("Maynard46", None)),
        ("张", ("张", None)),
        ("Mu\ufffdoz", ("Mu\ufffdoz", "damaged_letters")),
        ('=HYPERLINK("http://evil.example","x")', ("", "formula")),
        ("@SUM(A1)", ("", "formula")),
        ("+1+1", ("", "formula")),
        ("-2+3", ("", "formula")),
        ("＝1", ("", "formula")),
        ("win at https://evil.example", ("", "implausible_name")),
        ("www.evil.example", ("", "implausible_name")),
        ("<b>Ann</b>", ("", "implausible_name")),
        ("{{ patient }}", ("", "implausible_name")),
        ("ann@example.org", ("", "implausible_name")),
        ("12345", ("", "implausible_name")),
        ("???", ("", "implausible_name")),
        ("123-45-6789", ("", "social_security")),
        ("A" * 101, ("", "too_long")),
    ],
)
def test_reads_names(text, expected):
    assert outcome(read_name(text)) == expected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Lee, Ann", "Ann", "Lee"),
        ("Lee, Ann Marie", "Ann Marie", "Lee"),
        ("Ann Marie Lee", "Ann Marie", "Lee"),
        ("O'Neil, Jr., Bob", "Bob", "O'Neil, Jr."),
        ("Bob O'Neil, Jr.", "Bob", "O'Neil, Jr."),
        ("Bob O'Neil Jr.", "Bob", "O'Neil Jr."),
        ("Ana de la Cruz", "Ana", "de la Cruz"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Dr. Ann Lee", "Ann", "Lee"),
        ("Lee, Mrs. Ann", "Ann", "Lee"),
        ("Van Gogh", "Van", "Gogh"),
        ("Lee,", "", "Lee"),
        ("Cher", "", "Cher"),
    ],
)
def test_splits_full_names(text, first, last):
    split, _ = split_name(text)
    assert (split.first, split.last) == (first, last)


def test_remarks_a_single_name():
    assert split_name("Cher")[1] == "single_name"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann.Lee@Example.ORG", ("Ann.Lee@example.org", None)),
        ("mailto:ann@example.org", ("ann@example.org", None)),
        ("Ann Lee <ann@example.org>", ("ann@example.org", None)),
        ("ann@example.org;", ("ann@example.org", None)),
        ("jörg@müller.example", ("jörg@müller.example", None)),
        ("ann at example.org", (None, "invalid_address")),
        ("ann@example", (None, "invalid_address")),
        ("ann@@example.org", (None, "several_addresses")),
        ("ann@example.org, bob@example.org", (None, "several_addresses")),
        ("ann@example.org;bob@example.org", (None, "several_addresses")),
        ("ann@example.org bob@example.org", (None, "several_addresses")),
        ("ann@example.org/bob@example.org", (None, "several_addresses")),
        ("Ann <ann@example.org>, Bob <bob@example.org>", (None, "several_addresses")),
        ("none@none.example", (None, "placeholder_address")),
        ("noemail@practice.example", (None, "placeholder_address")),
        ("test@test.example", (None, "placeholder_address")),
        ("test@lee.example", ("test@lee.example", None)),
        ("declined", (None, None)),
        ("No email", (None, None)),
        ("=cmd@example.org|x", (None, "invalid_address")),
        ("ann@example.org\u2028bcc:x@example.org", (None, "several_addresses")),
        ("a" * 70_000, (None, "invalid_address")),
    ],
)
def test_reads_one_address_or_none(text, expected):
    assert outcome(read_email(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("555-0101", ("555-0101", None)),
        ("(617) 555-0120 x12", ("(617) 555-0120 x12", None)),
        ("+1 617 555 0120", ("+1 617 555 0120", None)),
        ("6175550120.0", ("6175550120", None)),
        ("6.17555E+09", ("", "scientific_number")),
        ("000-000-0000", ("", "placeholder_phone")),
        ("call her son", ("", "invalid_phone")),
        ("123-45-6789", ("", "social_security")),
    ],
)
def test_reads_phones(text, expected):
    assert outcome(read_phone(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MS-1001", ("MS-1001", None)),
        ("00123", ("00123", None)),
        ("1234.0", ("1234", "decimal_number")),
        ("1.23457E+11", ("", "scientific_number")),
        ("1E5", ("1E5", None)),  # a number some systems give; a spreadsheet would write 1E+05
        ("999-17-5017", ("", "social_security")),
        ("=A1", ("", "formula")),
        ("9" * 65, ("", "too_long")),
    ],
)
def test_reads_patient_numbers(text, expected):
    assert outcome(read_mrn(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12 Main St", ("12 Main St", None)), ("=1+1", ("", "formula")), ("SSN 999-17-5017", ("", "social_security")),
     ("x" * 301, ("", "too_long"))],
)  # fmt: skip
def test_reads_short_texts(text, expected):
    assert outcome(read_text(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("F", Sex.FEMALE),
        ("female", Sex.FEMALE),
        ("M", Sex.MALE),
        ("Male", Sex.MALE),
        ("X", Sex.OTHER),
        ("Unknown", Sex.UNKNOWN),
    ],
)
def test_reads_sex(text, expected):
    assert read_sex(text) == (expected, None)


def test_never_guesses_sex():
    assert outcome(read_sex("7")) == (Sex.UNKNOWN, "unknown_sex")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("04101", ("04101", None)),
        ("4101", ("04101", "zip_zero_restored")),
        ("501", ("00501", "zip_zero_restored")),
        ("4101.0", ("04101", "zip_zero_restored")),
        ("041011234", ("04101-1234", None)),
        ("04101-0000", ("04101", None)),
        ("00000", ("", None)),
        ("SW1A 1AA", ("SW1A 1AA", None)),
        ("=1", ("", "formula")),
    ],
)
def test_reads_zip_codes(text, expected):
    assert outcome(read_postal_code(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ME", "ME"), ("me", "ME"), ("Maine", "ME"), ("new york", "NY"), ("N.Y.", "NY"), ("Ontario", "Ontario")],
)
def test_reads_states(text, expected):
    assert read_state(text) == (expected, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("English (United States)", ("en", None)),
        ("en-US", ("en", None)),
        ("en_US", ("en", None)),
        ("Spanish; Castilian", ("es", None)),
        ("español", ("es", None)),
        ("spa", ("es", None)),
        ("Russian (Russia)", ("ru", None)),
        ("Chinese - Mandarin", ("zh", None)),
        ("zh-Hans", ("zh", None)),
        ("Haitian Creole", ("ht", None)),
        ("Unknown", ("", None)),
        ("Klingon", ("", "unknown_language")),
    ],
)
def test_reads_languages(text, expected):
    assert outcome(read_language(text)) == expected


@pytest.mark.parametrize("text", ["y", "Yes", "TRUE", "1", "Opted In", "Sí", "ok", "✓"])
def test_takes_only_a_clear_yes_for_a_permission(text):
    permission, code = read_permission(text, is_about_all_email=True)
    assert (permission.answer, permission.is_stop, code) == (True, False, None)


@pytest.mark.parametrize("text", ["n", "No", "false", "0", "not subscribed"])
def test_reads_a_plain_no_without_stopping_everything(text):
    permission, code = read_permission(text, is_about_all_email=True)
    assert (permission.answer, permission.is_stop, code) == (False, False, None)


@pytest.mark.parametrize(
    "text",
    ["DO NOT EMAIL", "do not e-mail", "Don't email", "Don’t email", "NO EMAIL", "no e-mails please", "Do Not Contact", "DNC", "STOP",
     "please remove", "never contact", "Opted out", "opt-out", "Unsubscribed 3/2024", "revoked", "Yes but DO NOT EMAIL"],
)  # fmt: skip
def test_words_of_refusal_stop_all_email(text):
    permission, _ = read_permission(text, is_about_all_email=True)
    assert (permission.answer, permission.is_stop) == (False, True)


def test_leaving_the_newsletter_stops_only_the_newsletter():
    left, _ = read_permission("unsubscribed", is_about_all_email=False)
    told, _ = read_permission("do not email", is_about_all_email=False)
    assert (left.answer, left.is_stop) == (False, False)
    assert (told.answer, told.is_stop) == (False, True)


@pytest.mark.parametrize(
    "text", ["maybe", "see chart", "x", "03/14/2024", "yes?", "ask spouse", "Yes (verbal)", "y/n", "?!"]
)
def test_anything_not_clearly_yes_is_no(text):
    permission, code = read_permission(text, is_about_all_email=True)
    assert (permission.answer, code) == (False, "unclear_permission")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("No", (False, None)), ("0", (False, None)), ("Yes", (True, None)), ("X", (True, None)), ("do not email", (True, None)),
     ("maybe", (True, "unclear_stop"))],
)  # fmt: skip
def test_only_a_clear_no_lifts_do_not_email(text, expected):
    assert outcome(read_stop(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Y", (True, None)), ("Deceased", (True, None)), ("2020-01-01", (True, None)), ("N", (False, None)), ("Alive", (False, None)),
     ("0", (False, None)), ("00/00/0000", (None, None)), ("unknown", (None, None)), ("see note", (True, "unclear_deceased"))],
)  # fmt: skip
def test_reads_deaths_towards_silence(text, expected):
    assert outcome(read_deceased(text)) == expected


@pytest.mark.parametrize(
    ("text", "inside", "expected"),
    [
        ("nutrition; heart health", False, ("nutrition", "heart health")),
        ("sleep, nutrition", False, ("sleep", "nutrition")),
        ("sleep|Sleep| ;", False, ("sleep",)),
        ("a\nb", False, ("a", "b")),
        ("Asthma; Migraine", True, ("Asthma", "Migraine")),
        ("Asthma, Unspecified; Migraine", True, ("Asthma, Unspecified", "Migraine")),
        ("Diabetes mellitus, type 2", True, ("Diabetes mellitus, type 2",)),
        ("Asthma, Diabetes, Type 2", True, ("Asthma", "Diabetes, Type 2")),
        ("none", True, ()),
        ("", True, ()),
    ],
)
def test_reads_lists(text, inside, expected):
    assert read_items(text, has_commas_inside=inside) == (expected, None)


def test_leaves_single_bad_items_out_of_a_list():
    assert outcome(read_items("sleep;=1+1;999-17-5017", has_commas_inside=False)) == (
        ("sleep",),
        "social_security",
    )


def test_bounds_lists():
    items, code = read_items(";".join(map(str, range(1000))), has_commas_inside=False)
    assert (len(items), code) == (100, "too_many_items")
