"""The base checkpoint: weights that belong to no book, a judge's trees, and what they were learnt from.

A folder holds `network.safetensors` (half precision, without any account's residual), `judge.txt` (LightGBM's text
format), `seen.bin` (the fingerprints of all entries it was learnt from, 6 bytes each, sorted) and `base.json`.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.base import AUTO, EVERYTHING, NONE, SHELF
from engine.config import NetworkConfig
from engine.errors import BaseUnusable
from engine.features import Reader
from engine.inference.evidence import NAMES
from engine.journal import Entry
from engine.model.network import Network
from engine.text import normalise

log = logging.getLogger(__name__)
RESIDUAL = "catalog.residual"  # belongs to the accounts of one book
_FORMAT = 1
_BYTES = 6  # of a fingerprint


@dataclass(frozen=True, slots=True)
class Source:
    """One book that a base was learnt from; ``generated`` ones come from the project's own generator."""

    book: str
    entries: int
    digest: str
    licence: str
    origin: str = ""

    @property
    def generated(self) -> bool:
        return not self.origin


@dataclass(frozen=True)
class Base:
    """A loaded checkpoint. ``encoder`` is the digest of the text encoder that its network reads with."""

    name: str
    digest: str
    config: NetworkConfig
    encoder: str
    weights: dict[str, Tensor]
    trees: str
    seen: frozenset[bytes]
    sources: tuple[Source, ...]

    def has_seen(self, entries: Iterable[Entry]) -> bool:
        """Whether it was learnt from any of these entries."""
        return any(fingerprint(e) in self.seen for e in entries)

    def start(self, network: Network, reader: Reader) -> bool:
        """Give a new network these weights; False where it has other widths or parts, or another encoder."""
        if network.config != self.config or reader.encoder.digest != self.encoder:
            return False
        own = network.state_dict()
        network.load_state_dict({**self.weights, RESIDUAL: own[RESIDUAL]})
        return True


def fingerprint(entry: Entry) -> bytes:
    """What makes an entry this entry in whatever file it comes: date, text, accounts, sides and amounts."""
    lines = sorted((x.account, int(x.side), str(x.amount.normalize())) for x in entry.lines)
    content = json.dumps([entry.date.isoformat(), normalise(entry.description), lines], ensure_ascii=False)
    return hashlib.sha256(content.encode()).digest()[:_BYTES]


def save(base: Base, folder: Path) -> None:
    """Write a checkpoint into an empty or missing folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file({n: w.half().contiguous() for n, w in sorted(base.weights.items())}, folder / "network.safetensors")
    (folder / "judge.txt").write_text(base.trees, encoding="utf-8")
    (folder / "seen.bin").write_bytes(b"".join(sorted(base.seen)))
    manifest = {
        "format": _FORMAT, "network": base.config.to_dict(), "encoder": base.encoder, "features": list(NAMES),
        "sources": [asdict(s) for s in base.sources],
        "files": {n: _sha(folder / n) for n in ("network.safetensors", "judge.txt", "seen.bin")},
    }  # fmt: skip
    (folder / "base.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(folder: Path) -> Base:
    """Read a checkpoint strictly.

    Raises:
        BaseUnusable: it is not there, was changed, or was made for another version of the engine.
    """
    try:
        text = (folder / "base.json").read_text(encoding="utf-8")
        manifest: dict[str, Any] = json.loads(text)
        if manifest["format"] != _FORMAT or tuple(manifest["features"]) != NAMES:
            raise BaseUnusable(str(folder), "was made for another version of the engine")
        for name, digest in manifest["files"].items():
            if _sha(folder / name) != digest:
                raise BaseUnusable(str(folder), f"{name} was changed after it was written")
        return _assemble(folder, manifest, hashlib.sha256(text.encode()).hexdigest())
    except OSError as error:
        raise BaseUnusable(str(folder), f"cannot be read ({error.strerror})") from error
    except (KeyError, ValueError, TypeError, SafetensorError) as error:
        raise BaseUnusable(str(folder), f"is no base checkpoint ({error})") from error


def choose(wish: str, entries: Sequence[Entry], shelf: Path = SHELF) -> Base | None:
    """The base to start a book from: never one that has seen an entry of it.

    Args:
        wish: 'none'; 'auto', the first of the shelf that has seen none of the entries; or a folder.

    Raises:
        BaseUnusable: the folder that was asked for cannot be used for this book.
    """
    if wish == NONE:
        return None
    if wish != AUTO:
        base = load(Path(wish))
        if base.has_seen(entries):
            raise BaseUnusable(wish, "was learnt from entries of this very book")
        return base
    own = {fingerprint(e) for e in entries}
    for folder in sorted(shelf.glob("*/base.json"), key=lambda p: (p.parent.name != EVERYTHING, p.parent.name)):
        if own.isdisjoint(_seen(folder.parent)):
            try:
                return load(folder.parent)
            except BaseUnusable as error:
                log.warning("%s", error)
    return None


def chosen(wish: str, entries: Sequence[Entry], shelf: Path = SHELF) -> str:
    """The same as a setting: 'none' or a folder. A book that is measured is given whole, its test part included."""
    base = choose(wish, entries, shelf)
    return NONE if base is None else str(shelf / base.name) if wish == AUTO else wish


def _assemble(folder: Path, manifest: dict[str, Any], digest: str) -> Base:
    weights = {n: w.to(torch.float32) for n, w in load_file(folder / "network.safetensors").items()}
    return Base(
        name=folder.name, digest=digest, config=NetworkConfig.from_dict(manifest["network"]),
        encoder=manifest["encoder"], weights=weights, trees=(folder / "judge.txt").read_text(encoding="utf-8"),
        seen=_seen(folder), sources=tuple(Source(**s) for s in manifest["sources"]),
    )  # fmt: skip


def _seen(folder: Path) -> frozenset[bytes]:
    joined = (folder / "seen.bin").read_bytes()
    return frozenset(joined[i : i + _BYTES] for i in range(0, len(joined), _BYTES))


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
