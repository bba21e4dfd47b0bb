"""A rotation of the practice's key while a campaign is being sent: what each costs the other."""

from __future__ import annotations

from bench._rewrap_beside import beside_campaign

NAME = "rewrap"
ABOUT = "persons' keys rewrapped a second, quiet and beside a running campaign"


def run(*, quick: bool) -> dict[str, object]:
    """200,000 keys beside a campaign to 15,000 people, or 20,000 beside one to 2,000 if `quick`."""
    return (
        beside_campaign(people=2_000, keys=20_000) if quick else beside_campaign(people=15_000, keys=200_000)
    )
