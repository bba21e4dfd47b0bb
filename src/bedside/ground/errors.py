"""The three sorts of errors and what survives a border.

Refusal   expected: the product says no, with a stable code and one sentence for the user.
Fault     the outside world failed: permanent, or worth another try after a while.
(bugs)    anything else: never caught below a door.

Neither text ever holds personal data: doors print them as they are and logs keep the code.
"""

from __future__ import annotations


class Refusal(Exception):
    """The product declines to do what was asked.

    `code` is stable and machine-readable; `sentence` says, without personal data, what to do about it.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class NotAllowed(Refusal):
    """The actor's role does not include this act."""

    def __init__(self, sentence: str = "Your role does not allow this; ask an administrator.") -> None:
        super().__init__("not_allowed", sentence)


class NotFound(Refusal):
    """No such thing in this practice; deliberately the same answer as for another practice's things."""

    def __init__(self, sentence: str = "That does not exist here.") -> None:
        super().__init__("not_found", sentence)


class Fault(Exception):
    """Something outside failed. `retry_after_s` is None when trying again cannot help."""

    def __init__(self, code: str, sentence: str, *, retry_after_s: float | None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.retry_after_s = retry_after_s
