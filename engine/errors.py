"""Errors of the engine that a caller may want to catch; ``str(error)`` is a sentence for the user."""

from __future__ import annotations


class EngineError(Exception):
    """Base of every error that a caller of ``engine`` may want to catch."""


class BundleDamaged(EngineError):
    """A file of a bundle is missing, or its bytes are not those that were saved."""

    def __init__(self, folder: str, part: str, why: str) -> None:
        self.folder, self.part, self.why = folder, part, why
        super().__init__(
            f"The model in {folder} cannot be used: {part} {why}. "
            "Nothing was loaded from it. Restore the folder from a backup, or train again."
        )


class BundleMismatch(EngineError):
    """A part of a bundle was made for something else."""

    def __init__(self, part: str, expected: str, found: str, remedy: str) -> None:
        self.part, self.expected, self.found = part, expected, found
        super().__init__(f"{part} does not fit this model: expected {expected}, found {found}. {remedy}")


class NotForServing(EngineError):
    """A model whose settings only make sense in an experiment."""

    def __init__(self, setting: str, value: str) -> None:
        self.setting, self.value = setting, value
        super().__init__(
            f"A model with {setting} {value!r} is an experiment and is not saved: its answers would mean nothing. "
            "Train with the default."
        )


class BadEvent(EngineError):
    """An event that cannot be booked as it is given."""

    def __init__(self, field: str, value: str, why: str, remedy: str) -> None:
        self.field, self.value, self.why, self.remedy = field, value, why, remedy
        shown = value if len(value) <= 60 else value[:57] + "..."
        super().__init__(f"{field} {shown!r}: {why}. {remedy}")


class TooLittleHistory(EngineError):
    """A book has too few entries that may teach to train a model from them."""

    def __init__(self, book: str, found: int, needed: int) -> None:
        self.book, self.found, self.needed = book, found, needed
        super().__init__(
            f"Book {book!r} has {found} entries to learn from; training needs at least {needed}. "
            "Import more history, or book some entries by hand and approve them."
        )


class EncoderMissing(EngineError):
    """A text encoder can be found neither in a folder nor on a hub."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        super().__init__(
            f"The text encoder {name!r} could not be loaded ({why}). Without a network, use 'embedded', the encoder "
            "that comes with Counterpoint, or the path of a folder with config.json, tokenizer.json and "
            "model.safetensors, such as save_pretrained() leaves on a machine that has it."
        )


class BaseUnusable(EngineError):
    """A base checkpoint cannot be started from."""

    def __init__(self, folder: str, why: str) -> None:
        self.folder, self.why = folder, why
        super().__init__(
            f"The base model {folder!r} {why}. Use 'auto' for one that comes with Counterpoint and has not seen the "
            "book, 'none' to start from nothing, or the folder that `counterpoint pretrain` wrote."
        )


class TrainingCancelled(EngineError):
    """The caller asked to stop; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Training was cancelled. No model was made or changed.")
