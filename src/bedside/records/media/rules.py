"""Pictures of a practice: what they are, what must be said of each, and when one may be used. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

PICTURES_MAX: Final = 1000
BYTES_MAX: Final = 500 * 1024 * 1024  # of all renditions together
NAME_LENGTH_MAX: Final = 120
DESCRIPTION_LENGTH_MAX: Final = 300
MAIL_WIDTH: Final = 600
# People open old mail: most within weeks, some within years. After this nobody is owed a picture of it any more.
ANSWERS_AFTER_ARCHIVING: Final = timedelta(days=730)
_FILE_NAME = re.compile(
    r"\S+\.(jpe?g|png|gif|webp|heic|svg)\Z|(img|dsc|pxl|image|photo|picture)[\s_-]*\d*\Z", re.IGNORECASE
)


class People(StrEnum):
    """Who can be recognised in a picture, by face, name or words."""

    NOBODY = "nobody"
    STAFF = "staff"
    PATIENT = "patient"  # MKT-19: only with that person's authorization


PEOPLE_NAMES: Final[Mapping[People, tuple[str, str]]] = {
    People.NOBODY: ("Nobody", "A place, a thing, a drawing, a logo, or bought models."),
    People.STAFF: ("Staff only", "People who work here and agreed to it. No patient can be recognised."),
    People.PATIENT: (
        "A patient",
        "A patient's face, name or words, or a picture of their body. It needs the form that they signed.",
    ),
}


class Unusable(StrEnum):
    """Why a picture may not be put into a message now."""

    UNKNOWN = "unknown"
    REMOVED = "removed"
    ARCHIVED = "archived"
    NO_AUTHORIZATION = "no_authorization"
    NOT_FITTING = "not_fitting"
    REVOKED = "revoked"
    EXPIRED = "expired"
    DEFECTIVE = "defective"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES: Final[Mapping[Unusable, str]] = {
    Unusable.UNKNOWN: "This picture is not in the library; choose another.",
    Unusable.REMOVED: "This picture was taken out of the library for good; choose another.",
    Unusable.ARCHIVED: "This picture is in the archive; restore it or choose another.",
    Unusable.NO_AUTHORIZATION: "This picture shows a patient without a signed form; link one or choose another.",
    Unusable.NOT_FITTING: (
        "The form that the patient signed is not for showing them to others; link another or choose another picture."
    ),
    Unusable.REVOKED: "The patient has taken back that this picture is shown; choose another.",
    Unusable.EXPIRED: "The patient's permission to show this picture has ended; ask again or choose another picture.",
    Unusable.DEFECTIVE: "The form that the patient signed does not count; look at it or choose another picture.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of the library. `width` and `height` as it came, in pixels; `bytes` of its renditions together.

    `description` is the alternative text, empty for a `decorative` one. `patient_id` is whom it shows.
    """

    id: UUID
    name: str
    description: str
    width: int
    height: int
    bytes: int
    shows_people: People
    authorization_id: UUID | None
    patient_id: UUID | None
    added_at: datetime
    archived_at: datetime | None
    decorative: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLook:
    """A picture as a mail shows it. `width` and `height` are the most that it may take up, in CSS pixels.

    `address` has twice as many pixels where the picture has them; it names no campaign and no person.
    `description` is the alternative text: empty means decorative.
    """

    address: str
    width: int
    height: int
    description: str


def check_words(*, name: str, description: str, decorative: bool) -> None:
    """Raises Refusal for a picture that has no name, or says nothing to those who do not see it (WCAG 2.2, 1.1.1)."""
    if not name or len(name) > NAME_LENGTH_MAX:
        raise Refusal("picture_name", f"Give the picture a name of at most {NAME_LENGTH_MAX} characters.")
    if decorative:
        return
    if not description:
        raise Refusal(
            "picture_description",
            "Say what the picture shows, for readers who do not see it, or mark it as decoration.",
        )
    if len(description) > DESCRIPTION_LENGTH_MAX:
        raise Refusal(
            "picture_description_long",
            f"Say what the picture shows in at most {DESCRIPTION_LENGTH_MAX} characters.",
        )
    if _FILE_NAME.match(description):
        raise Refusal(
            "picture_description", "Say in words what the picture shows; the name of a file says nothing."
        )


def check_room(*, pictures: int, stored_bytes: int, added_bytes: int) -> None:
    """Raises Refusal when the library is full."""
    if pictures >= PICTURES_MAX or stored_bytes + added_bytes > BYTES_MAX:
        raise Refusal(
            "library_full",
            f"The library holds at most {PICTURES_MAX:,} pictures or {BYTES_MAX // 1024 // 1024} MB; "
            "take out for good what is in the archive, then add this one.",
        )


def still_answers(archived_at: datetime | None, *, at: datetime) -> bool:
    """Whether a mail that was sent long ago still finds its picture."""
    return archived_at is None or at - archived_at <= ANSWERS_AFTER_ARCHIVING


def shown_size(width: int, height: int) -> tuple[int, int]:
    """How large mail shows it at most: its own size, or 600 pixels wide.

    >>> shown_size(1600, 1200)
    (600, 450)
    """
    shown = min(width, MAIL_WIDTH)
    return shown, max(1, round(height * shown / width))


def matches(picture: Picture, search: str) -> bool:
    """Every word of the search is in the name or the description."""
    text = f"{picture.name} {picture.description}".casefold()
    return all(word in text for word in search.casefold().split())
