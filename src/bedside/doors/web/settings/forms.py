"""The form of the practice's profile. It shapes what was typed; `practices.rules` decides."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms

from bedside.safeguards.practices.rules import IDLE_MINUTES_MAX, Profile, Specialty

if TYPE_CHECKING:
    from uuid import UUID

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
    """Names of the fields are those of `Profile`; codes of refusals are names of fields."""

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

    def profile(self, practice_id: UUID) -> Profile:
        """Only for a valid form."""
        typed = dict(self.cleaned_data)
        typed["specialty"] = Specialty(typed["specialty"])
        typed["postal_address"] = "\n".join(typed["postal_address"].splitlines())
        return Profile(practice_id=practice_id, **typed)


def typed_from(profile: Profile) -> dict[str, Any]:
    """What the form shows for a stored profile."""
    return {
        field.name: getattr(profile, field.name) for field in fields(Profile) if field.name != "practice_id"
    }
