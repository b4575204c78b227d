# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Text models: transformers' with random weights, an LSTM tagger, and a small sibling of each for quick tests."""

from torch import nn

from . import _torchvision  # noqa: F401  (transformers imports torchvision)
from .model import Input, Mask, Recipe, Symbol

SEQUENCE = Symbol(example=128, min=1, max=512)
TINY = Symbol(example=16, min=1, max=512)


class OneOutput(nn.Module):
    """A transformers model without cache and with one tensor out: what a compiler is handed."""

    def __init__(self, model, field):
        super().__init__()
        self.model, self.field = model, field

    def run(self, **inputs):
        if self.field == "logits":
            inputs["use_cache"] = False
        return getattr(self.model(**inputs), self.field)


class Decoder(OneOutput):
    def forward(self, input_ids):
        return self.run(input_ids=input_ids)


class Encoder(OneOutput):
    def forward(self, input_ids, attention_mask):
        return self.run(input_ids=input_ids, attention_mask=attention_mask)


class EncoderDecoder(OneOutput):
    def forward(self, input_ids, decoder_input_ids):
        return self.run(input_ids=input_ids, decoder_input_ids=decoder_input_ids)


def bert_base(**config):
    from transformers import BertConfig, BertModel

    return Encoder(BertModel(BertConfig(attn_implementation="sdpa", **config)), "last_hidden_state")


def gpt2(**config):
    from transformers import GPT2Config, GPT2LMHeadModel

    return Decoder(GPT2LMHeadModel(GPT2Config(attn_implementation="sdpa", **config)), "logits")


def llama(**config):
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = dict(
        vocab_size=32000,
        hidden_size=1024,
        intermediate_size=2816,
        num_hidden_layers=12,
        num_attention_heads=16,
        num_key_value_heads=8,
        max_position_embeddings=2048,
    )
    config = LlamaConfig(tie_word_embeddings=False, attn_implementation="sdpa", **(sizes | config))
    return Decoder(LlamaForCausalLM(config), "logits")


def t5_small(**config):
    from transformers import T5Config, T5ForConditionalGeneration

    return EncoderDecoder(T5ForConditionalGeneration(T5Config(**config)), "logits")


class LSTMTagger(nn.Module):
    """A part-of-speech tagger: embedding, two bidirectional LSTM layers, one score per tag and word."""

    def __init__(self, words=10000, width=128, hidden=256, tags=17):
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, hidden, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * hidden, tags)

    def forward(self, ids):
        states, _ = self.lstm(self.embedding(ids))
        return self.head(states)


def _bert_tiny():
    return bert_base(vocab_size=97, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)


def _gpt2_tiny():
    return gpt2(vocab_size=97, n_embd=32, n_layer=2, n_head=2, n_positions=512, bos_token_id=0, eos_token_id=0)


def _llama_tiny():
    return llama(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=88,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
    )


def _t5_tiny():
    return t5_small(vocab_size=97, d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2)


def _ids(make, vocab, s=SEQUENCE):
    return Recipe(make, {"input_ids": Input((1, "s"), vocab)}, {"s": s})


def _masked(make, vocab, s=SEQUENCE):
    return Recipe(make, {"input_ids": Input((1, "s"), vocab), "attention_mask": Mask((1, "s"))}, {"s": s})


def _pair(make, vocab, s=SEQUENCE):
    inputs = {"input_ids": Input((1, "s"), vocab), "decoder_input_ids": Input((1, "t"), vocab)}
    return Recipe(make, inputs, {"s": s, "t": s})


def _tagger(make, words, s):
    return Recipe(make, {"ids": Input(("b", "s"), words)}, {"b": Symbol(example=4, min=1, max=32), "s": s})


RECIPES = {
    "bert_base": _masked(bert_base, 30522),
    "gpt2": _ids(gpt2, 50257),
    "llama": _ids(llama, 32000),
    "t5_small": _pair(t5_small, 32128),
    "lstm_tagger": _tagger(LSTMTagger, 10000, Symbol(example=64, min=1, max=512)),
    "tiny_bert": _masked(_bert_tiny, 97, TINY),
    "tiny_gpt2": _ids(_gpt2_tiny, 97, TINY),
    "tiny_llama": _ids(_llama_tiny, 97, TINY),
    "tiny_t5": _pair(_t5_tiny, 97, TINY),
    "tiny_lstm": _tagger(lambda: LSTMTagger(97, 12, 16, 5), 97, TINY),
}
