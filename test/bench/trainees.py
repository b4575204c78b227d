# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models that benchmarks train, with random weights and batches, all from one seed."""
import copy, os, pathlib, sys

import torch
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "build" / "python"), str(ROOT / "test" / "models")]
if "LCOMPILE_BIN" in os.environ:
    sys.path.insert(0, str(pathlib.Path(os.environ["LCOMPILE_BIN"]).parent / "python"))


def _images(make, size, classes=1000):
    def batches(n):
        while True:
            yield (torch.randn(n, 3, size, size), torch.randint(0, classes, (n,))), {}

    def build():
        from zoo._torchvision import torchvision

        return getattr(torchvision.models, make)(weights=None, num_classes=classes), F.cross_entropy

    return build, batches


def _masked_words(tokens, **sizes):
    """BERT with the loss of masked words: 15 of 100 are masked, and only those count."""

    def batches(n):
        while True:
            ids = torch.randint(5, 30522, (n, tokens))
            masked = torch.rand(n, tokens) < 0.15
            labels = torch.where(masked, ids, -100)
            mask = torch.ones_like(ids)
            mask[0, -3:] = 0  # padding
            yield (), {"input_ids": torch.where(masked, 4, ids), "attention_mask": mask, "labels": labels}

    def build():
        import zoo._torchvision  # noqa: F401  (transformers imports torchvision)
        from transformers import BertConfig, BertForMaskedLM

        config = BertConfig(attn_implementation="sdpa", hidden_dropout_prob=0, attention_probs_dropout_prob=0, **sizes)
        return BertForMaskedLM(config), None

    return build, batches


def _next_words(tokens, **sizes):
    def batches(n):
        while True:
            ids = torch.randint(0, 50257, (n, tokens))
            yield (), {"input_ids": ids, "labels": ids}

    def build():
        import zoo._torchvision  # noqa: F401
        from transformers import GPT2Config, GPT2LMHeadModel

        config = GPT2Config(attn_implementation="sdpa", embd_pdrop=0, resid_pdrop=0, attn_pdrop=0, use_cache=False, **sizes)
        return GPT2LMHeadModel(config), None

    return build, batches


#: By name: what makes (module, loss function or None when the model gives the loss), endless batches of a size.
TRAINEES = {
    "resnet18": _images("resnet18", 64),
    "resnet50": _images("resnet50", 224),
    "bert-small": _masked_words(64, hidden_size=512, num_hidden_layers=4, num_attention_heads=8, intermediate_size=2048),
    "bert-base": _masked_words(128),
    "gpt2-6-layers": _next_words(64, n_layer=6),
    "gpt2": _next_words(128),
}


def make(name, batch, seed=0):
    """Two equal modules in training mode, the loss function, and batches as (arguments, keywords)."""
    torch.manual_seed(seed)
    build, batches = TRAINEES[name]
    module, loss = build()
    return module.train(), copy.deepcopy(module).train(), loss, batches(batch)


def eager_step(module, loss, optimizer, args, kwargs, autocast=None):
    """One step of PyTorch; the loss."""
    optimizer.zero_grad()
    with torch.autocast("cpu", autocast or torch.bfloat16, enabled=autocast is not None):
        value = loss(module(args[0]), args[1]) if loss else module(**kwargs).loss
    value.backward()
    optimizer.step()
    return value.item()
