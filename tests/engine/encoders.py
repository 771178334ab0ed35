"""A text encoder of the XLM-R kind, small enough to be made by a test: Unigram pieces, padding id 1, no segments."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

from tests.builders import CATALOG, some_entries

NAMED = {
    "bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>",
    "unk_token": "<unk>", "mask_token": "<mask>",
}  # fmt: skip
UNKNOWN = NAMED["unk_token"]
SPECIAL = ["<s>", "<pad>", "</s>", UNKNOWN, "<mask>"]
LAYERS = 2


def a_tokenizer() -> PreTrainedTokenizerFast:
    """Unigram over Metaspace with XLM-R's special tokens, trained on the words of a small book."""
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=120, special_tokens=SPECIAL, unk_token=UNKNOWN, show_progress=False)
    words = [e.description for e in some_entries(60)] + [a.name for a in CATALOG] + [str(n) for n in range(200)]
    made.train_from_iterator(words, trainer)
    ids = [(t, made.token_to_id(t)) for t in ("<s>", "</s>")]
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B:1 </s>:1", special_tokens=ids
    )
    inputs = ["input_ids", "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=made, model_input_names=inputs, **NAMED)  # type: ignore[no-untyped-call]


def save_small_xlmr(folder: Path) -> Path:
    """A folder as ``save_pretrained`` leaves it, with random weights, always the same ones."""
    tokenizer = a_tokenizer()
    torch.manual_seed(0)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer), hidden_size=24, num_hidden_layers=LAYERS, num_attention_heads=2,
        intermediate_size=48, max_position_embeddings=80, type_vocab_size=1, pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    XLMRobertaModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
