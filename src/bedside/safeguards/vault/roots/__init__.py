"""Root providers: who holds the key that every practice key and the installation key is wrapped by.

Promise: whoever holds the database, a backup, or the home without what the provider holds opens nothing.
Not covered: an attacker who runs code as Bedside's user, who may ask the provider as Bedside does.
Compatibility pledge: what a provider wrapped is kept with the provider's name, and stays openable as long as that
provider is configured as the present or the old one.
"""

from bedside.safeguards.vault.roots.choosing import Roots, RootSettings, roots_of
from bedside.safeguards.vault.roots.contract import ProviderDown, RootProvider, WrongRootKey

__all__ = ["ProviderDown", "RootProvider", "RootSettings", "Roots", "WrongRootKey", "roots_of"]
