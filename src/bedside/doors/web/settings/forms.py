"""The form of the practice's profile. It shapes what was typed; `practices.rules` decides."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms

from bedside.records.consent.rules import Category
from bedside.records.consent.sentences import CATEGORY_NAMES
from bedside.safeguards.practices.rules import (
    IDLE_MINUTES_MAX,
    MONTHLY_CAP_MAX,
    NOTICE_VERSION_LENGTH_MAX,
    REVEAL_PERCENT_MIN,
    REVEAL_PHI_PERCENT_MAX,
    REVEAL_WARN_PERCENT_MAX,
    Profile,
    Specialty,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

# The zones of the United States first, by the names people know.
USUAL_ZONES = [
    ("America/New_York", "Eastern (New York)"),
    ("America/Chicago", "Central (Chicago)"),
    ("America/Denver", "Mountain (Denver)"),
    ("America/Phoenix", "Arizona (Phoenix)"),
    ("America/Los_Angeles", "Pacific (Los Angeles)"),
    ("America/Anchorage", "Alaska (Anchorage)"),
    ("Pacific/Honolulu", "Hawaii (Honolulu)"),
    ("America/Puerto_Rico", "Atlantic (Puerto Rico)"),
    ("Pacific/Guam", "Chamorro (Guam)"),
]
# A law or a contract says how often bills and notices come, so nobody promises a number of them.
CAPPED = {f"monthly_{category.value}": category for category in Category if category is not Category.NOTICES}
SPECIALTIES = [(specialty.value, specialty.value.replace("_", " ").capitalize()) for specialty in Specialty]


@cache
def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, [(zone, words)]); kept, since finding all zones reads hundreds of files."""
    usual = {name for name, _ in USUAL_ZONES}
    others = sorted(
        name for name in available_timezones() - usual if "/" in name and not name.startswith("Etc/")
    )
    return [
        ("United States", USUAL_ZONES),
        ("All others", [(name, name.replace("_", " ")) for name in others]),
    ]


class ProfileForm(forms.Form):
    """Names of the fields are those of `Profile`; codes of refusals are names of fields.

    `monthly_caps` is shown as one field for each kind of mail (`CAPPED`).
    """

    name = forms.CharField(
        label="Name of the practice",
        max_length=200,
        help_text="As staff see it in Bedside.",
        error_messages={"required": "Give the name of the practice."},
    )
    sender_name = forms.CharField(
        label="Sender name",
        max_length=200,
        help_text="What patients see in their mailbox before they open a mail. Leave out what you treat.",
        error_messages={"required": "Give the name patients see as the sender."},
    )
    sender_address = forms.CharField(
        label="Sender address",
        max_length=254,
        help_text="On a domain that your practice owns, such as hello@yourpractice.example.",
        widget=forms.EmailInput(attrs={"spellcheck": "false"}),
        error_messages={"required": "Give a sender address such as hello@practice.example."},
    )
    reply_address = forms.CharField(
        label="Reply address",
        max_length=254,
        required=False,
        help_text="Where answers go, if not to the sender address.",
        widget=forms.EmailInput(attrs={"spellcheck": "false"}),
    )
    postal_address = forms.CharField(
        label="Postal address",
        max_length=400,
        help_text="Stands at the foot of every mail; the law asks for it (CAN-SPAM Act).",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Give the postal address; the law asks for it in each mail."},
    )
    phone = forms.CharField(
        label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    website = forms.CharField(
        label="Website", max_length=200, required=False, widget=forms.TextInput(attrs={"inputmode": "url"})
    )
    time_zone = forms.CharField(
        label="Time zone",
        help_text="Times on all pages, and when a scheduled campaign starts.",
        error_messages={"required": "Choose a time zone from the list."},
    )
    specialty = forms.ChoiceField(
        label="What you do",
        choices=SPECIALTIES,
        help_text="For some specialties the sender alone tells something about a patient; Bedside is stricter then.",
        error_messages={
            "required": "Choose what you do from the list.",
            "invalid_choice": "Choose what you do from the list.",
        },
    )
    idle_minutes = forms.IntegerField(
        label="Sign out after so many minutes without use",
        help_text="15 is usual. Shorter where patients can see a screen.",
        widget=forms.NumberInput(attrs={"class": "short", "min": 1, "max": IDLE_MINUTES_MAX}),
        error_messages={
            "required": f"Give a number of minutes from 1 to {IDLE_MINUTES_MAX}.",
            "invalid": f"Give a number of minutes from 1 to {IDLE_MINUTES_MAX}.",
        },
    )
    second_factor_required = forms.BooleanField(
        label="Everybody uses a second step to sign in",
        required=False,
        help_text="A code from their phone besides the password. Whoever has none sets it up at the next sign-in.",
    )
    opt_in_required = forms.BooleanField(
        label="Marketing only to patients who said yes",
        required=False,
        help_text="Switched off, patients who never answered may get mail that the law allows without asking. "
        "A signed authorization stays necessary where the law asks for one.",
    )

    double_opt_in = forms.BooleanField(
        label="A sign-up counts once the person clicked in a mail",
        required=False,
        help_text="Nobody can then sign somebody else up. Switched off, a sign-up on a form counts at once.",
    )
    address_proof_required = forms.BooleanField(
        label="Health details only to addresses that were shown to be theirs",
        required=False,
        help_text="Shown by a click in a mail, or by you after a look at an ID. Until then such mail is held.",
    )
    part2_program = forms.BooleanField(
        label="We are a substance use program under 42 CFR Part 2",
        required=False,
        help_text="That somebody is your patient then says much by itself: mail names no sender it need not, "
        "and marketing needs a consent under 42 CFR 2.31.",
    )
    reveal_warn_percent = forms.IntegerField(
        label="Warn when mail lets somebody guess a condition with so many percent certainty",
        help_text=f"At most {REVEAL_WARN_PERCENT_MAX}. Lower is stricter.",
        widget=forms.NumberInput(
            attrs={"class": "short", "min": REVEAL_PERCENT_MIN, "max": REVEAL_WARN_PERCENT_MAX}
        ),
        error_messages=dict.fromkeys(
            ("required", "invalid"),
            f"Give a number from {REVEAL_PERCENT_MIN} to {REVEAL_WARN_PERCENT_MAX}.",
        ),
    )
    reveal_phi_percent = forms.IntegerField(
        label="Treat it as health information from so many percent on",
        help_text=f"At most {REVEAL_PHI_PERCENT_MAX}. What a law specially protects counts from the warning on.",
        widget=forms.NumberInput(
            attrs={"class": "short", "min": REVEAL_PERCENT_MIN, "max": REVEAL_PHI_PERCENT_MAX}
        ),
        error_messages=dict.fromkeys(
            ("required", "invalid"), f"Give a number from {REVEAL_PERCENT_MIN} to {REVEAL_PHI_PERCENT_MAX}."
        ),
    )
    notice_url = forms.CharField(
        label="Notice of privacy practices",
        max_length=200,
        required=False,
        help_text="Its address on your website. Forms and the page for choices point to it (45 CFR 164.520).",
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )
    notice_version = forms.CharField(
        label="Version of that notice",
        max_length=NOTICE_VERSION_LENGTH_MAX,
        required=False,
        help_text="Such as 2026-02. It is kept with each sign-up, so that you can say which one was shown.",
        widget=forms.TextInput(attrs={"class": "short", "spellcheck": "false"}),
        error_messages={"max_length": "Name the version of the notice in a few signs, such as 2026-02."},
    )
    consumer_policy_url = forms.CharField(
        label="Consumer health data policy",
        max_length=200,
        required=False,
        help_text="Its address on your website, for people who are not your patients (Washington, Nevada).",
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for name, category in CAPPED.items():
            self.fields[name] = _cap_field(CATEGORY_NAMES[category])

    @property
    def caps(self) -> list[forms.BoundField]:
        """The fields of how often, for the page."""
        return [self[name] for name in CAPPED]

    def profile(self, before: Profile) -> Profile:
        """What is stored, with what was typed in place of what the form shows. Only for a valid form."""
        typed = dict(self.cleaned_data)
        typed["specialty"] = Specialty(typed["specialty"])
        typed["postal_address"] = "\n".join(typed["postal_address"].splitlines())
        typed["monthly_caps"] = _caps_from(typed, before.monthly_caps)
        return replace(before, **{name: value for name, value in typed.items() if name not in CAPPED})


def typed_from(profile: Profile) -> dict[str, Any]:
    """What the form shows for a stored profile."""
    shown = {name: getattr(profile, name) for name in ProfileForm.base_fields}
    return shown | {name: profile.monthly_caps.get(category.value) for name, category in CAPPED.items()}


def _cap_field(label: str) -> forms.IntegerField:
    sentence = f"Give a number from 1 to {MONTHLY_CAP_MAX}, or leave it empty."
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=MONTHLY_CAP_MAX,
        widget=forms.NumberInput(attrs={"class": "short", "min": 1, "max": MONTHLY_CAP_MAX}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), sentence),
    )


def _caps_from(typed: Mapping[str, Any], before: Mapping[str, int]) -> dict[str, int]:
    """A kind of mail that the form does not show keeps what it has."""
    shown = {category.value for category in CAPPED.values()}
    kept = {code: cap for code, cap in before.items() if code not in shown}
    return kept | {
        category.value: typed[name] for name, category in CAPPED.items() if typed[name] is not None
    }
