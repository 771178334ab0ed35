"""``python -m engine train SNAPSHOT OUT``: the process that a training job starts. It never opens the database."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.config import PROFILES, TrainConfig
from engine.errors import EngineError, TrainingCancelled

log = logging.getLogger("engine")


class _StatusFile:
    """Replaces a small JSON file atomically; without a path it says nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._last = path, 0.0

    def write(self, state: str, *, often: bool = False, **fields: Any) -> None:  # noqa: ANN401 - whatever JSON takes
        if self._path is None or (often and time.monotonic() - self._last < 0.25):
            return
        self._last = time.monotonic()
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps({"state": state, **fields}), encoding="utf-8")
        part.replace(self._path)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    train = verbs.add_parser("train", help="train a model from a snapshot folder into a bundle folder")
    train.add_argument("snapshot", type=Path)
    train.add_argument("out", type=Path)
    train.add_argument("--profile", choices=sorted(PROFILES), default="quick")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--encoder", default="", help="folder or Hugging Face id of a text encoder")
    train.add_argument("--status", type=Path, help="JSON file that tells how far the run is")
    asked = parser.parse_args(arguments)
    config = PROFILES[asked.profile](asked.seed)
    if asked.encoder:
        config = replace(config, encoder=replace(config.encoder, name=asked.encoder))
    return _train(asked.snapshot, asked.out, config, _StatusFile(asked.status))


def _train(snapshot: Path, out: Path, config: TrainConfig, status: _StatusFile) -> int:
    stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stop.append(number))
    status.write("running", stage="start", fraction=0.0, seconds_left=None, note="loading")
    from engine.training.run import Progress
    from engine.training.run import train as run
    from engine.training.snapshot import read_snapshot

    def tell(p: Progress) -> None:
        fraction, left = p.fraction, p.seconds_left
        status.write("running", often=True, stage=p.stage, fraction=fraction, seconds_left=left, note=p.note)

    try:
        made = run(read_snapshot(snapshot), out, config, progress=tell, cancelled=lambda: bool(stop))
    except TrainingCancelled as error:
        status.write("cancelled", error=str(error))
        return _refused(error)
    except EngineError as error:
        status.write("failed", error=str(error))
        return _refused(error)
    except Exception as error:  # the job's outermost door: whoever waits for it must learn that it failed
        log.exception("training failed")
        status.write("failed", error=f"Training failed: {error}. The log of the run has the details.")
        return 1
    result: dict[str, Any] = {
        "digest": made.digest,
        "metrics": made.metrics,
        "seconds": made.seconds,
        "folder": str(made.folder),
    }
    status.write("done", stage="save", fraction=1.0, seconds_left=0.0, note="", **result)
    print(json.dumps(result))
    return 0


def _refused(error: EngineError) -> int:
    print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
