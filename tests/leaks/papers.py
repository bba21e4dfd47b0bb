"""Papers and forms with a signature: kept with a scan, signed on a screen, declined, taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.leaks.acting import controls_of, problem_of

if TYPE_CHECKING:
    from tests.leaks.acting import Acts


def signed(acts: Acts, patient: str, other: Acts, *, born: str) -> list[str]:
    """A purpose and papers with their scans; by `other`, a form signed, one declined, and one that still waits.

    `born` is the patient's day of birth, which the patients' door asks for if it is known. Gives the links.
    """
    words = {"name-en": acts.mark("purpose"), "name-es": acts.mark("purpose in Spanish")}
    acts.do("/forms/purposes/", {**words, "code": "spring_offers", "kind": "marketing"}, having="code")
    form = _on_paper(acts, patient)
    links = [_link(acts, patient, form) for _ in range(3)]
    _on_a_screen(other, links[0], born=born)
    other.do(links[1], {"act": "decline"}, having="act=decline")
    return links


def _on_paper(acts: Acts, patient: str) -> str:
    """One on the practice's own form, taken back, and one from elsewhere, ended. Gives the form."""
    path = f"/patients/{patient}/documents/paper/"
    page = controls_of(acts.see(path))
    forms = (option for one in page if one.name == "form" for option in one.options)
    form = next(one for one in forms if one not in {"", "other"})
    typed = {
        "signed_on": "2026-02-03", "signer": "representative", "signer_name": acts.mark("signer of a paper"),
        "authority": acts.mark("authority on a paper"), "note": acts.mark("place of a paper"),
    }  # fmt: skip
    elsewhere: dict[str, str | list[str]] = {
        "form": "other", "expires_event": "left_practice", "names_us": "yes",
        "purposes": [next(one.value for one in page if one.name == "purposes")],
        "seen": [one.value for one in page if one.name == "seen"],
    }  # fmt: skip
    scan = f"%PDF-1.4\n1 0 obj << /Title ({acts.mark('scan')}) >> endobj\ntrailer << >>\n%%EOF\n".encode()
    file = (f"{acts.mark('file name of a scan')}.pdf", scan)
    own, foreign = (
        urlsplit(acts.do(path, {**typed, **more}, having="signer_name", file=file).url).path
        for more in ({"form": form}, elsewhere)
    )
    for part in ("", "frame/", "scan/"):
        acts.see(own + part)
    ends = {"last_day": "2026-02-05", "source": "paper", "note": acts.mark("note of an event")}
    acts.do(foreign, {**ends, "act": "event"}, having="act=event")
    taken_back = {"source": "paper", "note": acts.mark("note of a revocation")}
    acts.do(own, {**taken_back, "act": "revoke"}, having="act=revoke")
    return form


def _link(acts: Acts, patient: str, form: str) -> str:
    base = f"/patients/{patient}/documents/"
    asked = acts.do(base, {"form": form}, to=f"{base}ask/")
    found = re.search(r"(/a/[\w~.-]+)", asked.text)
    assert found, problem_of(asked)
    return found[1]


def _on_a_screen(people: Acts, link: str, *, born: str) -> None:
    """Signs by the link, saves the copy, saves it again by proving who it is, and takes it back."""
    name = people.mark("typed signature")
    by = {"name": name, "signer": "representative", "authority": people.mark("authority of who signs")}
    yes = {"intended": "yes", "electronic": "yes", "act": "sign"}
    done = people.do(link, {**by, **yes, **({"born": born} if born else {})}, having="intended")
    people.do(link, {"act": "copy"}, having="act=copy", shown=done)
    proof = {"born": born} if born else {"signed_name": name}
    people.do(link, {**proof, "act": "copy"}, having="act=copy")
    people.do(link, {"act": "take_back"}, having="act=take_back")
