"""The first start: what an installation without keys gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.safeguards.vault.installation import make_installation_key
from bedside.safeguards.vault.root import make_root_key
from bedside.safeguards.vault.roots import roots_of

if TYPE_CHECKING:
    from bedside.safeguards.vault.roots import RootSettings


def make_missing_keys(settings: RootSettings) -> None:
    """Makes the root key's file where that is where it lies, then the installation key; what is there stays.

    Whether anything should be there already is the caller's to know: a fresh key opens nothing of old.
    Raises ProviderDown, Refusal.
    """
    if settings.kept_in_file and not settings.key_file.exists():
        make_root_key(settings.key_file)
    if not settings.installation_key_file.exists():
        make_installation_key(settings.installation_key_file, roots_of(settings))


def missing_keys(settings: RootSettings) -> bool:
    """Whether `make_missing_keys` would make one."""
    root_missing = settings.kept_in_file and not settings.key_file.exists()
    return root_missing or not settings.installation_key_file.exists()
