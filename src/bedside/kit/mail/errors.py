"""What this package refuses, as types; no sentence here ever repeats a value that was refused."""


class MailError(ValueError):
    """Anything this package refuses; the sentence is fit for a user and holds no personal data."""


class InvalidTemplate(MailError):
    """A merge place that cannot be filled safely, or something that only looks like one."""

    def __init__(self, sentence: str, *, part: str) -> None:
        self.part = part
        super().__init__(f"The {part}: {sentence}")


class InvalidHeader(MailError):
    """A header the caller may not set, or a value that would not be one line of plain text."""

    def __init__(self, name: str, sentence: str) -> None:
        self.name = name
        super().__init__(f"Header {name}: {sentence}")


class MissingValue(MailError):
    """A place has no value for this person. Only the field is named."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"There is no value for the field “{field}”.")


class UnsafeValue(MailError):
    """A value cannot stand where the template puts it. Only the field is named."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(f"The field “{field}” {sentence}")
