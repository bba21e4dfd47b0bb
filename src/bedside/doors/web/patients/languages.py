"""Codes of languages as people call them; of any other, the code itself is shown."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = {
    "en": "English", "es": "Spanish", "am": "Amharic", "ar": "Arabic", "ase": "American Sign Language",
    "bn": "Bengali", "bs": "Bosnian", "de": "German", "fa": "Persian", "fr": "French", "gu": "Gujarati",
    "hi": "Hindi", "hmn": "Hmong", "ht": "Haitian Creole", "hy": "Armenian", "it": "Italian", "ja": "Japanese",
    "km": "Khmer", "ko": "Korean", "lo": "Lao", "my": "Burmese", "ne": "Nepali", "nv": "Navajo", "pa": "Punjabi",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "so": "Somali", "sw": "Swahili",
    "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "yi": "Yiddish", "zh": "Chinese",
}  # fmt: skip


def language_words(code: str) -> str:
    """Such as "Spanish", or "Spanish (es-MX)" where the code says more."""
    name = LANGUAGES.get(code.partition("-")[0])
    if name is None:
        return code
    return name if code in LANGUAGES else f"{name} ({code})"
