"""What a mail reveals, in plain sentences for its author and approver, and as JSON to be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedside.decisions.segments.rules.reveals import Cause, Finding, Level, Reveal
from bedside.kit.terminology import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

_SURE: Final = 0.995
_HALF: Final = 0.5
_CLASS_NAMES: Final = {
    Sensitivity.SUBSTANCE_USE: "substance use",
    Sensitivity.PSYCHOTHERAPY: "psychotherapy",
    Sensitivity.MENTAL_HEALTH: "mental health",
    Sensitivity.HIV: "HIV",
    Sensitivity.SEXUAL_HEALTH: "sexual health",
    Sensitivity.REPRODUCTIVE: "reproductive health",
    Sensitivity.GENDER: "gender identity",
    Sensitivity.GENETIC: "genetic facts",
    Sensitivity.VIOLENCE: "violence at home",
}
_FOLLOWS: Final = {
    Level.NOTHING: "",
    Level.WARNING: "It may be sent as it is; think whether a wider audience would do.",
    Level.PHI: "It is treated as PHI: verified TLS or the portal only.",
}


def sentence_of(finding: Finding, *, exact: bool, special: bool = False) -> str:
    """What it tells and what follows, in plain sentences. No figure where few people are behind it.

    `exact` is for those who may see patients. Others get no share, from which somebody could be told by narrowing a
    rule step by step, and of few people not even what they share. `special` is for those who may see what is specially
    protected: a rule that means two people would else tell everybody what both have.
    """
    is_named = exact and (special or not finding.sensitivity.is_special)
    return f"{_tells(finding, exact=exact, is_named=is_named)} {_follows(finding, is_named=is_named)}".strip()


def class_name(sensitivity: Sensitivity) -> str:
    """ "mental health", within a sentence; empty for what is not specially protected."""
    return _CLASS_NAMES.get(sensitivity, "")


def _tells(finding: Finding, *, exact: bool, is_named: bool) -> str:
    thing = _within_sentence(finding.label)
    match finding.cause:
        case Cause.RULE:
            return f"People are chosen by {thing}, so anyone who knows whom this mail is for knows it of its reader."
        case Cause.SENDER:
            return f"Your sender name tells that its readers are treated for something: {thing}."
        case Cause.RECIPIENTS:
            opening = "Anyone who sees this mail in an inbox can guess"
            return _guess(opening, thing, finding, exact=exact, is_named=is_named)
        case Cause.LEFT_OUT:
            opening = "Anyone who sees that somebody did not get this mail can guess"
            return _guess(opening, thing, finding, exact=exact, is_named=is_named)


def _guess(opening: str, thing: str, finding: Finding, *, exact: bool, is_named: bool) -> str:
    if finding.certainty is None or finding.usual is None:
        shared = thing if is_named else "something that these people share"
        return f"{opening}: {shared}. So few people are in it that their share is not said."
    if not exact:
        often = "more often than not" if finding.certainty > _HALF else "far more often than by chance"
        return f"{opening} {thing}, and will be right {often}."
    sure = "near certainty" if finding.certainty >= _SURE else f"{percent(finding.certainty)} certainty"
    return f"{opening}, with {sure}, {thing} (among all your patients: {percent(finding.usual)})."


def _follows(finding: Finding, *, is_named: bool) -> str:
    if finding.level is not Level.SPECIAL:
        return _FOLLOWS[finding.level]
    is_of_few = finding.certainty is None and finding.cause in {Cause.RECIPIENTS, Cause.LEFT_OUT}
    about = "something" if is_of_few and not is_named else f"{class_name(finding.sensitivity)}, which is"
    return (
        f"That is about {about} specially protected: portal only, under a neutral"
        " sender name, and for marketing with a signature that names it."
    )


def percent(share: float) -> str:
    """ "94%"; "0.4%" below one; "under 0.1%" where less would look like nothing."""
    if share < 0.001:  # noqa: PLR2004  a tenth of a percent
        return "under 0.1%"
    return f"{share:.1%}" if share < 0.01 else f"{share:.0%}"  # noqa: PLR2004  one percent


def _within_sentence(label: str) -> str:
    first = label.split(" ", 1)[0]
    keeps_capitals = any(sign.isupper() or sign.isdigit() for sign in first[1:])  # HIV, COPD, A1c
    names = first.endswith(("'s",))  # Parkinson's
    return label if keeps_capitals or names else label[:1].lower() + label[1:]


def to_plain(reveal: Reveal) -> dict[str, Any]:
    """As JSON. It says what people of an audience have, so whoever stores it seals it."""
    return {
        "classes": sorted(one.value for one in reveal.classes),
        "findings": [
            {
                "cause": one.cause.value,
                "level": one.level.value,
                "sensitivity": one.sensitivity.value,
                "key": one.key,
                "label": one.label,
                "certainty": one.certainty,
                "usual": one.usual,
            }
            for one in reveal.findings
        ],
    }


def from_plain(plain: Mapping[str, Any]) -> Reveal:
    """What `to_plain` gave."""
    return Reveal(
        classes=frozenset(Sensitivity(one) for one in plain["classes"]),
        findings=tuple(
            Finding(
                cause=Cause(one["cause"]),
                level=Level(one["level"]),
                sensitivity=Sensitivity(one["sensitivity"]),
                key=one["key"],
                label=one["label"],
                certainty=one["certainty"],
                usual=one["usual"],
            )
            for one in plain["findings"]
        ),
    )
