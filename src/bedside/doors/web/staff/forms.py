"""Forms about staff. They only shape what was typed; the room decides."""

from __future__ import annotations

from django import forms

from bedside.safeguards.staff.rules import ROLE_NAMES, Role

NAME_LENGTH_MAX = 120
ADDRESS_LENGTH_MAX = 254


class MemberForm(forms.Form):
    """Somebody new."""

    name = forms.CharField(
        label="Name",
        max_length=NAME_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the person's name."},
    )
    email = forms.CharField(
        label="Email address",
        max_length=ADDRESS_LENGTH_MAX,
        help_text="They sign in with it. Bedside sends no mail to it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Give the email address they will sign in with."},
    )


def role_choices(chosen: list[str]) -> list[dict[str, object]]:
    """Each role with its name and what it is for, ticked where chosen."""
    return [
        {
            "code": role.value,
            "label": ROLE_NAMES[role][0],
            "about": ROLE_NAMES[role][1],
            "chosen": role in chosen,
        }
        for role in Role
    ]
