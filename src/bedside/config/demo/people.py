"""Invented patients, as a practice management system would hand them over: a CSV file with its faults.

The same seed gives the same people. Addresses lie under the reserved example domains (RFC 2606), phone numbers in
the fictional 555-01xx range; no name, street or date belongs to anyone.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta

FIRST_FEMALE = (
    "Alice Amara Beatriz Bella Carmen Clara Dalia Dolores Elena Emma Farah Fiona Grace Greta Hana Hazel Imani Irene "
    "Jade Josefina Kaya Keiko Lena Lucia Mabel Marisol Nadia Noor Olive Opal Paloma Petra Quinn Rosa Ruth Sadie Selma "
    "Talia Thea Uma Valeria Vera Willa Ximena Yara Zadie Zoe"
).split()
FIRST_MALE = (
    "Aaron Abel Benito Boris Caleb Carlos Damian Desmond Elias Emil Felix Finn Gabriel Gus Hamid Hugo Ivan Isaac "
    "Jamal Javier Kenji Kofi Liam Lorenzo Malik Mateo Nico Noah Omari Oscar Pablo Pavel Quentin Rafael Reuben Samir "
    "Silas Tariq Tomas Ulrich Victor Vikram Walter Wyatt Xavier Yusuf Zane"
).split()
LAST = (
    "Abernathy Acosta Ashworth Bakshi Bellweather Brannigan Caldera Castellan Chowdhury Dunmore Drayton Eastwick "
    "Ellsworth Fairbairn Farrow Galloway Ghosh Hartwell Holloway Ibarra Ingersoll Jankowski Joubert Kessler Kinkaid "
    "Lachance Lindgren Mahoney Montclair Nakamura Northrop Okonjo Ostrander Pemberton Pulaski Quillen Quintero "
    "Ravenel Rosenthal Santangelo Silverwood Thackeray Tremaine Underhill Uribe Valdez Vandermeer Whitlock Winslow "
    "Xiong Yamamoto Yarrow Zambrano Zielinski O'Leary St.Clair Müller Núñez Sørensen Lefèvre"
).split()
STREETS = (
    "Maple Elm Cedar Walnut Prairie Meadowlark Sunflower Harvest Quarry Orchard Linden Juniper Bluestem Wheatfield"
).split()
TOWNS = [
    ("Fairhaven", "KS", "66901"), ("Cottonwood Bend", "KS", "66902"), ("Larkspur", "KS", "66903"),
    ("Stony Creek", "KS", "66904"), ("New Aurora", "MO", "64901"), ("Willow Ford", "MO", "64902"),
]  # fmt: skip
DOMAINS = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org")
PROVIDERS = ("Dr. Priya Raman", "Dr. Owen Calloway", "NP Lucía Herrera")
INTERESTS = (
    "nutrition", "heart health", "sleep", "sports medicine", "women's health", "men's health", "diabetes education",
    "mental wellbeing", "skin care", "children's health",
)  # fmt: skip
CONDITIONS = (
    "hypertension",
    "type 2 diabetes",
    "asthma",
    "migraine",
    "hypothyroidism",
    "osteoarthritis",
    "eczema",
)
MEDICATIONS = {
    "hypertension": "lisinopril", "type 2 diabetes": "metformin", "asthma": "albuterol", "migraine": "sumatriptan",
    "hypothyroidism": "levothyroxine", "osteoarthritis": "naproxen", "eczema": "hydrocortisone",
}  # fmt: skip
HEADER = [
    "Chart No", "Patient First Name", "Patient Last Name", "Birth Date", "Sex", "E-Mail Address", "Cell", "Street",
    "City", "State", "ZIP Code", "Last Seen", "Next Appt", "Provider", "Interests", "Diagnoses", "Medications",
    "Language", "Deceased", "OK to email?", "Newsletter", "Marketing Authorization Signed", "Balance Due",
]  # fmt: skip
_DAYS_PER_YEAR = 365.25


def patients_csv(*, count: int, today: date, seed: int = 1848) -> bytes:
    """A file of `count` invented patients, UTF-8 with a byte-order mark, American dates, about one fault in 150."""
    chance = random.Random(seed)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number in range(count):
        writer.writerow(_person(chance, number, today))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _person(chance: random.Random, number: int, today: date) -> list[str]:
    female = chance.random() < 0.53
    first = chance.choice(FIRST_FEMALE if female else FIRST_MALE)
    last = chance.choice(LAST)
    age_days = chance.triangular(2, 96, 47) * _DAYS_PER_YEAR
    conditions = [name for name in CONDITIONS if chance.random() < 0.11]
    town, state, postal_code = chance.choice(TOWNS)
    last_seen = today - timedelta(days=int(chance.expovariate(1 / 240)) + 1)
    upcoming = today + timedelta(days=chance.randint(2, 120)) if chance.random() < 0.22 else None
    row = [
        f"MS-{100000 + number * 7}", first, last, _american(today - timedelta(days=age_days)),
        "F" if female else "M", _address(chance, first, last, number), f"555-01{chance.randint(0, 99):02d}",
        f"{chance.randint(10, 980)} {chance.choice(STREETS)} {chance.choice(('Street', 'Avenue', 'Lane'))}", town, state,
        postal_code, _american(last_seen), _american(upcoming) if upcoming else "", chance.choice(PROVIDERS),
        "; ".join(chance.sample(INTERESTS, chance.randint(0, 3))), "; ".join(conditions),
        "; ".join(MEDICATIONS[name] for name in conditions), chance.choices(("English", "Spanish"), (88, 12))[0],
        "Y" if chance.random() < 0.008 else "", chance.choices(("Yes", "", "No", "DO NOT EMAIL"), (86, 9, 4, 1))[0],
        chance.choices(("Yes", "", "No"), (70, 23, 7))[0],
        _american(today - timedelta(days=chance.randint(10, 300))) if chance.random() < 0.31 else "",
        f"{chance.randint(0, 400)}.00",
    ]  # fmt: skip
    return _with_fault(chance, row)


def _address(chance: random.Random, first: str, last: str, number: int) -> str:
    plain = f"{first}.{last}".lower().replace("'", "").replace(".", ".", 1)
    folded = plain.translate(str.maketrans("üúñøè", "uunoe")).replace("st.clair", "stclair")
    return f"{folded}{number}@{chance.choice(DOMAINS)}"


def _with_fault(chance: random.Random, row: list[str]) -> list[str]:
    if chance.random() > 1 / 150:
        return row
    kind = chance.randrange(5)
    if kind == 0:
        row[5] = row[5].replace("@", " at ")
    elif kind == 1:
        row[3] = "02/30/1980"
    elif kind == 2:  # noqa: PLR2004  one of five
        row[0] = row[1] = row[2] = ""
    elif kind == 3:  # noqa: PLR2004
        row[5] = ""
    else:
        row = row[:4]
    return row


def _american(day: date) -> str:
    return day.strftime("%m/%d/%Y")
