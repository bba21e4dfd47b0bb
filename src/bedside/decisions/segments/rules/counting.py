"""What a count may tell to whom.

Whoever may not see patients gets counts rounded to tens, and none below eleven: by narrowing a rule step by step
a person could otherwise be found in the numbers (small-cell suppression as CMS asks for it, cells of 1 to 10).
"""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST_SHOWN = 11
_ROUND_TO = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCount:
    """A count as somebody may see it. `number` is None when it is too small to be told."""

    number: int | None
    exact: bool

    @property
    def words(self) -> str:
        """Such as "1,204 patients", "about 1,200 patients", "fewer than 11 patients"."""
        if self.number is None:
            return f"fewer than {SMALLEST_SHOWN} patients"
        text = f"{self.number:,} patient{'' if self.number == 1 else 's'}"
        return text if self.exact else f"about {text}"

    def change_since(self, before: int | None) -> str:
        """Such as "96 fewer than before"; empty when there is nothing to say. `before` is an earlier `number`."""
        if before is None or self.number is None:
            return ""
        difference = self.number - before
        if difference == 0:
            return "as many as before"
        about = "" if self.exact else "about "
        return f"{about}{abs(difference):,} {'more' if difference > 0 else 'fewer'} than before"


def shown(count: int, *, exact: bool) -> ShownCount:
    """`exact` is for those who may see patients."""
    if exact:
        return ShownCount(number=count, exact=True)
    if count < SMALLEST_SHOWN:
        return ShownCount(number=None, exact=False)
    return ShownCount(number=(count + _ROUND_TO // 2) // _ROUND_TO * _ROUND_TO, exact=False)
