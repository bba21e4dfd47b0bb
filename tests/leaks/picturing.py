"""A picture that staff bring: what they say of it is sealed, and what the file says of itself is kept nowhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.kit.pictures.files import exif_of, photo

if TYPE_CHECKING:
    from tests.leaks.acting import Acts


def brought(acts: Acts) -> str:
    """The path of its public address."""
    within = exif_of(
        artist=acts.mark("photographer in a picture"), description=acts.mark("words in a picture")
    )
    content = photo(640, 480, exif=within) + acts.mark("behind a picture").encode()
    said = {
        "name": acts.mark("name of a picture"),
        "description": acts.mark("description of a picture"),
        "people": "nobody",
    }
    file = (f"{acts.mark('file name of a picture')}.jpg", content)
    page = acts.do("/media/", said, to="/media/add/", having="people", file=file)
    acts.see(f"{urlsplit(page.url).path}file/600/")
    acts.see(f"/media/pick/?words={said['name']}")
    found = re.search(r"https?://\S+?/p/[\w-]+/1200", page.text)
    assert found, "the page tells no address"
    return urlsplit(found[0]).path
