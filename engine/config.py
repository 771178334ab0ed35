"""Every setting of the engine, with its default, in one place; saved whole inside each bundle."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints

from engine.base import AUTO, NONE

EMBEDDED = "embedded"  # the encoder that comes with the program


class _Saved:
    """Reads a configuration back from JSON; a name this version does not know is refused."""

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Self:
        known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
        if unknown := saved.keys() - known.keys():
            raise ValueError(f"unknown settings {sorted(unknown)} for {cls.__name__}; known are {sorted(known)}")
        if missing := known.keys() - saved.keys():
            raise ValueError(f"saved settings of {cls.__name__} lack {sorted(missing)}; train again")
        values = {n: PARTS[n].from_dict(v) if isinstance(v, dict) else v for n, v in saved.items()}
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload,no-any-return]

    def _check_choices(self) -> None:
        """Raise ValueError where a field that is one of a few words holds another one."""
        for name, allowed in choices(type(self)).items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r}")


def choices(part: type) -> dict[str, tuple[str, ...]]:
    """The words each field of a configuration may hold, of those fields that hold one of a few."""
    hints = get_type_hints(part)
    return {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}


Recalling = Literal["all", "judge", "training", "off"]
Pointer = Literal["cosine", "cosine+temperature", "dot"]
Accounts = Literal["text", "hash", "redrawn"]
Conditions = Literal["film", "input", "off"]
Gate = Literal["learned", "half", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig(_Saved):
    """The text encoder; frozen, its token states are computed once per text."""

    name: str = EMBEDDED  # 'embedded', a folder, or a Hugging Face id
    max_tokens: int = 48  # longest conditioned text, in tokens
    batch: int = 64  # texts per forward pass
    train_layers: int = 0  # layers that are tuned on the book, from the top; 0 is frozen, -1 is all of it
    tune_epochs: int = 4  # over the entries before a cut
    tune_rate: float = 1e-4  # learning rate of the encoder's weights
    words: bool = True  # whether journal, party and amount stand in front of an event's text
    sketch: bool = True  # whether memory keys and account texts have the hashed n-grams beside the encoder's vector

    def __post_init__(self) -> None:
        if self.max_tokens < 8:
            raise ValueError(f"max_tokens must leave room for journal, amount and text, got {self.max_tokens}")
        if self.train_layers < -1:
            raise ValueError(f"train_layers is -1 (all), 0 (none) or a number of layers, got {self.train_layers}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryConfig(_Saved):
    """How neighbours are found and ranked."""

    use: Recalling = "all"  # who sees neighbours: all, judge (not the network), training (nobody when serving), off
    key: Literal["text+sketch", "text"] = "text+sketch"  # what neighbours are found by and known to the network by
    slots: int = 10  # K, neighbours the network reads
    evidence: int = 40  # neighbours the judge counts
    pool: int = 100  # neighbours the index returns before ranking
    slot_lines: int = 8  # most lines of one neighbour that become slots
    age_weight: float = 0.03  # times exp(-days / age_days)
    age_days: float = 60.0
    amount_weight: float = 0.05  # times exp(-3 |difference of log1p amounts|)
    journal_weight: float = 0.15  # for the same journal

    def __post_init__(self) -> None:
        if not 1 <= self.slots <= self.evidence <= self.pool:
            raise ValueError(f"need 1 <= slots <= evidence <= pool, got {self.slots}, {self.evidence}, {self.pool}")
        self._check_choices()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig(_Saved):
    """Widths of the network; rebuilds it beside its weights."""

    hidden: int = 128  # H, width of decoder states and account vectors
    heads: int = 4  # of the cross-attention
    mix: bool = False  # whether memory slots see each other before they are read
    max_lines: int = 24  # longest entry the decoder writes; STOP takes one step more
    dropout: float = 0.2
    scale_init: float = 14.0  # start of the one learned scale on cosine scores
    scale_max: float = 64.0
    pointer: Pointer = "cosine"  # times the scale; cosine+temperature: also divided by a learned one; dot: neither
    catalog: Accounts = "text"  # account vectors: learned from text; hash: fixed by code; redrawn: random once frozen
    family: bool = True  # whether an account sees its parent and children, or itself alone
    conditions: Conditions = "film"  # circumstances: as input and as FiLM, as input alone, unseen
    slot_accounts: bool = True  # whether a memory slot shows the account of its line
    gate: Gate = "learned"  # share of the copy from memory: learned, 0.5, or 0

    def __post_init__(self) -> None:
        if self.hidden % self.heads:
            raise ValueError(f"hidden must be a multiple of heads, got {self.hidden} and {self.heads}")
        if self.max_lines < 2:
            raise ValueError(f"max_lines must leave room for a debit and a credit, got {self.max_lines}")
        self._check_choices()


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateConfig(_Saved):
    """The linear head over wide features, solved in closed form."""

    on: bool = True  # without, nothing is proposed because it is a template
    ridge: float = 1.0  # weight of the squared norm
    newest: int = 6000  # rows it is solved on; older ones are left to memory
    text: float = 0.5  # kernel weights: text alone,
    text_journal: float = 0.5  # text crossed with journal,
    journal: float = 0.12  # journal alone,
    amount: float = 0.12  # closeness of amounts,
    party: float = 0.12  # same party


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeConfig(_Saved):
    """The boosted trees that rank candidates by evidence."""

    rounds: int = 150  # trees; with 0 the mixture of templates and decoder ranks alone
    leaves: int = 15
    learning_rate: float = 0.06
    min_rows: int = 30  # fewest rows in a leaf
    l2: float = 1.0
    beams: int = 6  # width of the decoder's beam
    templates: int = 8  # templates that become candidates
    prior: float = 100.0  # replayed events after which the book's own judge counts as much as the base's
    sure_precision: float = 0.98  # 'sure' means: at least this share of such answers was right in history
    likely: float = 0.5  # probability from which an answer is called likely


@dataclass(frozen=True, slots=True, kw_only=True)
class LossConfig(_Saved):
    """Weights of the terms of the loss beside the one of the account, which is 1."""

    side: float = 1.0
    stop: float = 1.0
    flow: float = 0.2
    flow_kind: Literal["kl", "mse"] = "kl"  # how far predicted shares are from the true ones
    coverage: float = 0.0  # probability given to accounts already written that do not come again
    schedule: Literal["constant", "ramp"] = "constant"  # ramp: all but the account's rise in the first part
    scaling: Literal["none", "running"] = "none"  # running: each term is divided by its mean so far

    def __post_init__(self) -> None:
        self._check_choices()
        if min(self.side, self.stop, self.flow, self.coverage) < 0:
            raise ValueError("weights of the loss must not be negative; 0 leaves a term out")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig(_Saved):
    """One training run; two runs with equal settings, seed and snapshot give equal bundles."""

    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    memory: MemoryConfig = field(default_factory=MemoryConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    templates: TemplateConfig = field(default_factory=TemplateConfig)
    judge: JudgeConfig = field(default_factory=JudgeConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    seed: int = 0
    base: str = AUTO  # where a book starts: 'auto', a base that has not seen it; 'none'; or a base's folder
    cuts: tuple[float, ...] = (0.3, 0.5, 0.7, 0.85)  # shares of history at which the judge's networks are frozen
    epochs: int = 10  # over the first part
    epochs_more: int = 5  # over each later, longer part
    batch: int = 32
    learning_rate: float = 1e-3
    pointer_rate: float = 0.5  # times learning_rate, for pointer, copy and gate
    weight_decay: float = 0.05
    clip: float = 1.0  # gradient norm, all but
    clip_pointer: float = 2.0  # pointer, copy and gate
    clip_by: Literal["group", "all"] = "group"  # all: one norm over everything, at most `clip`
    blank: float = 0.15  # chance that journal, party or date is hidden, each on its own
    fixed_line: float = 0.15  # chance that one line of an entry is given first, as a bank line would be
    threads: int = 1  # of torch; two wait for each other as soon as anything else runs

    def __post_init__(self) -> None:
        object.__setattr__(self, "cuts", tuple(self.cuts))
        if list(self.cuts) != sorted(self.cuts) or not all(0 < c < 1 for c in self.cuts):
            raise ValueError(f"cuts must rise between 0 and 1, got {self.cuts}")
        self._check_choices()

    @classmethod
    def quick(cls, seed: int = 0) -> TrainConfig:
        """Frozen encoder: what a laptop does in a minute or two."""
        return cls(seed=seed)

    @classmethod
    def full(cls, seed: int = 0) -> TrainConfig:
        """More cuts and more epochs."""
        return cls(seed=seed, cuts=(0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9), epochs=14, epochs_more=6)

    @classmethod
    def tiny(cls, seed: int = 0) -> TrainConfig:
        """For tests: everything runs, nothing is large."""
        return cls(
            seed=seed, base=NONE, cuts=(0.5, 0.75), epochs=2, epochs_more=1, threads=1,
            network=NetworkConfig(hidden=32, heads=2, dropout=0.0),
            judge=JudgeConfig(rounds=20, beams=4),
            memory=MemoryConfig(slots=4, evidence=12, pool=30),
        )  # fmt: skip

    def with_seed(self, seed: int) -> TrainConfig:
        return replace(self, seed=seed)


PROFILES = {"quick": TrainConfig.quick, "full": TrainConfig.full, "tiny": TrainConfig.tiny}

PARTS: dict[str, type[_Saved]] = {
    "encoder": EncoderConfig,
    "memory": MemoryConfig,
    "network": NetworkConfig,
    "templates": TemplateConfig,
    "judge": JudgeConfig,
    "loss": LossConfig,
}
