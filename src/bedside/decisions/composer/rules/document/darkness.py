"""The style sheet for the dark: the only one there is, made here and of nothing that an author writes.

Mail programs that show mail in the dark and ask it how (`prefers-color-scheme`) get it; the others keep to the light
or make colours of their own.
"""

from __future__ import annotations

from bedside.decisions.composer.rules.document.colours import DARK_CARD, light_of

# The closed list of classes that elements may carry; each has its rule below.
CLASSES = (
    "bs-page",
    "bs-card",
    "bs-head",
    "bs-text",
    "bs-note",
    "bs-pale",
    "bs-inset",
    "bs-frame",
    "bs-line",
    "bs-logo",
    "bs-under",
    "bs-foot",
)
SCHEMES = '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
_GROUND, _INSET, _RULE = "#11161c", "#28323d", "#46525f"
_WORDS, _MUTED = "#e6eaef", "#b3bdc8"


def style_sheet(strong: str) -> str:
    """As a `style` element. `strong` is the light ground's colour for headings and links."""
    light = light_of(strong)
    rules = (
        f"body,.bs-page{{background-color:{_GROUND}!important}}",
        f".bs-under,.bs-under>table{{background:{_GROUND}!important;background-color:{_GROUND}!important}}",
        f".bs-card,.bs-card>table{{background:{DARK_CARD}!important;background-color:{DARK_CARD}!important}}",
        f".bs-pale,.bs-inset>table{{background:{_INSET}!important;background-color:{_INSET}!important}}",
        f".bs-frame>table{{border-color:{_RULE}!important}}",
        f".bs-line p{{border-top-color:{_RULE}!important}}",
        f".bs-text div,.bs-pale div{{color:{_WORDS}!important}}",
        f".bs-note div,.bs-foot div{{color:{_MUTED}!important}}",
        f".bs-head div,.bs-text a,.bs-pale a,.bs-note a,.bs-foot a{{color:{light}!important}}",
        ".bs-logo img{background-color:#ffffff!important}",
    )
    return (
        "<style>:root{color-scheme:light dark;supported-color-schemes:light dark}"
        f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>"
    )
