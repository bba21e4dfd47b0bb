"""Which network addresses are public, so that a name somebody typed cannot lead our servers into their own network."""

from __future__ import annotations

import ipaddress
from typing import Final

# Behind a translator or a tunnel these lead to the IPv4 address within them, whichever that is.
_TRANSLATED: Final = tuple(
    map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
)


def is_public(address: str) -> bool:
    """False for private, loopback, link-local, shared, reserved and multicast addresses, and for what hides one.

    Raises ValueError for what is no address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if any(parsed in network for network in _TRANSLATED):
            return False
    return parsed.is_global and not parsed.is_multicast
