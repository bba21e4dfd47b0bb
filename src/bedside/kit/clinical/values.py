"""The small values that clinical records are made of, in one form whether FHIR or HL7 v2 said them.

Empty text, `None` and `()` all mean "not said". Text holds no control characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo


class Precision(StrEnum):
    """How much of a date was said."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date or time as precisely as its source knew it.

    `day` is the day on the source's own calendar, the first of the month or year if no more was said. `clock` is
    the time on the source's own wall; `at` is there only if the source also said its offset from UTC.
    """

    day: date
    precision: Precision = Precision.DAY
    clock: time | None = None
    at: datetime | None = None

    def instant(self, zone: tzinfo) -> datetime | None:
        """The moment in UTC, with `zone` for sources that name none; None if only a date was said.

        A wall time that a change of clocks makes twice is taken for the earlier one.
        """
        if self.at is not None:
            return self.at.astimezone(UTC)
        if self.clock is None:
            return None
        return datetime.combine(self.day, self.clock, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` to `end`, each only if it was said."""

    start: Moment | None = None
    end: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of a terminology; `system` is its URI, or its HL7 v2 name such as "I10"."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One idea in several terminologies, or only in words. `text` may be free text about a patient."""

    codes: tuple[Code, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another record, by id or by identifier (`system`, `value`); never followed here.

    `server` is the address before type and id, empty for a record of the same source. A reference that only
    means something within its bundle has its whole text ("urn:uuid:…") as `id` and no type. `display` is what the
    source calls a clinician, a place or a payer; of a patient it is never read.
    """

    resource_type: str
    id: str = ""
    system: str = ""
    value: str = ""
    server: str = ""
    display: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A number somebody gives a person. `kind` is the code of HL7 table 0203: "MR" for a patient number."""

    value: str
    system: str = ""
    kind: str = ""
    use: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanName:
    """`use` in FHIR's words: usual, official, temp, nickname, anonymous, old, maiden, or empty."""

    family: str = ""
    given: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    text: str = ""
    use: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telecom:
    """One way to reach somebody. `system`: phone, email, sms, … `rank` 1 is preferred; None was not ranked."""

    system: str
    value: str
    use: str = ""
    rank: int | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAddress:
    """A postal address as written, lines in order; `use` in FHIR's words: home, work, temp, old, billing."""

    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    use: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language somebody understands, as BCP 47 or as the source wrote it."""

    code: str
    is_preferred: bool = False


class Sex(StrEnum):
    """What the practice's own system recorded for administration."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class LinkKind(StrEnum):
    """How two records of one person are related; only `REPLACED_BY` ends the record that says so."""

    REPLACED_BY = "replaced-by"
    REPLACES = "replaces"
    REFER = "refer"
    SEE_ALSO = "seealso"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another record about the same person."""

    kind: LinkKind
    other: Reference
