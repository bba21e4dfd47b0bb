"""The files of the main job: every field there is, columns nobody knows, rows that are refused, names that tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.records.intake.rules.nouns import PatientField

if TYPE_CHECKING:
    from pathlib import Path

    from tests.leaks.marks import Marks

_DATES = {
    PatientField.BIRTH_DATE: "1913-07-19",
    PatientField.LAST_VISIT: "1987-02-23",
    PatientField.NEXT_APPOINTMENT: "2031-05-27",
    PatientField.AUTHORIZATION_SIGNED_ON: "1999-09-29",
}
_CHOSEN = {
    PatientField.SEX: "female", PatientField.STATE: "KS", PatientField.DECEASED: "no",
    PatientField.EMAIL_OPT_IN: "Yes", PatientField.NEWSLETTER_OPT_IN: "Yes", PatientField.DO_NOT_EMAIL: "no",
}  # fmt: skip
_NUMBERS = {PatientField.PHONE: "(719) 555-0173", PatientField.POSTAL_CODE: "66903-7193"}


def patients_file(folder: Path, marks: Marks, *, door: str) -> Path:
    """One person with every field, one with a mark where a date or a yes is wanted, rows that cannot be taken."""
    fields = [field for field in PatientField if field is not PatientField.FULL_NAME]
    odd = [marks.of("csv heading of an unknown column"), "Notes of the front desk"]
    rows = [
        [*(field.value.replace("_", " ") for field in fields), *odd],
        [*(_value(field, marks) for field in fields), marks.of("csv unknown column"), marks.of("csv notes")],
        [
            *(_odd_value(field, marks, door) for field in fields),
            *(marks.of(f"csv odd {name}") for name in odd),
        ],
        [*("" if field is PatientField.EMAIL else "," for field in fields), marks.of("csv rejected row"), ""],
    ]
    rows[3][fields.index(PatientField.EMAIL)] = f"{marks.of('csv rejected address').lower()} at nowhere"
    for row in rows[3:]:
        row[: len(fields)] = ["" if cell == "," else cell for cell in row[: len(fields)]]
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
    # A line with too many cells is refused for its shape.
    text += ",".join([marks.of("csv line of a wrong shape")] * (len(rows[0]) + 5)) + "\r\n"
    path = folder / f"export {marks.of(f'file name, {door}')}.csv"
    path.write_text(text)
    return path


def full_names_file(folder: Path, marks: Marks) -> Path:
    path = folder / f"names {marks.of('file name, full names')}.csv"
    path.write_text(
        f'Full name,Email\r\n"{marks.of("csv full_name")}, Zoe",{marks.of("csv email beside").lower()}@example.org\r\n'
    )
    return path


def _value(field: PatientField, marks: Marks) -> str:
    name = f"csv {field.value}"
    if field in _DATES:
        return marks.keep(name, _DATES[field])
    if field in _NUMBERS:
        return marks.keep(name, _NUMBERS[field])
    if field in _CHOSEN:
        return _CHOSEN[field]
    return f"{marks.of(name).lower()}@example.org" if field is PatientField.EMAIL else marks.of(name)


def _odd_value(field: PatientField, marks: Marks, door: str) -> str:
    """A mark even where it makes no sense: the product has to do something with it."""
    mark = marks.of(f"csv odd {field.value}")
    return f"{mark.lower()}.{door}@example.org" if field is PatientField.EMAIL else mark
