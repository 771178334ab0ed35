"""Where the text encoder computes: on a GPU that CUDA reaches, else on the processor.

The encoder is where nearly all the arithmetic is. Its states come back to the processor at once, so everything after
it runs there on every machine. Texts are read in full precision everywhere, so that keys from one machine fit a memory
from another; only the steps that tune the encoder compute in half of it, and only on a GPU.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def halved(where: torch.device) -> AbstractContextManager[object]:
    """Automatic mixed precision in bfloat16 on a GPU; on the processor nothing changes."""
    return torch.autocast(where.type, dtype=torch.bfloat16, enabled=where.type == "cuda")
