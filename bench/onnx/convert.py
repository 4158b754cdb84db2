"""A GGUF file's llama model as the folder that transformers.js loads: `convert.py MODEL.gguf FOLDER`. Needs the PyPI
packages gguf, numpy and onnx. The folder appears only when it is whole."""

import json
import shutil
import sys
from pathlib import Path

import onnx
from gguf import GGUFReader

from graph import Decoder

CONTROL, USER_DEFINED = 3, 4  # kinds of tokens in a GGUF file


def decoder_config(of):
    heads, width = of("llama.attention.head_count"), of("llama.embedding_length")
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "hidden_size": width,
        "intermediate_size": of("llama.feed_forward_length"),
        "num_hidden_layers": of("llama.block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": of("llama.attention.head_count_kv"),
        "head_dim": of("llama.attention.key_length") or width // heads,
        "max_position_embeddings": of("llama.context_length"),
        "rms_norm_eps": of("llama.attention.layer_norm_rms_epsilon"),
        "rope_theta": of("llama.rope.freq_base") or 10000.0,
        "vocab_size": len(of("tokenizer.ggml.tokens")),
        "bos_token_id": of("tokenizer.ggml.bos_token_id"),
        "eos_token_id": of("tokenizer.ggml.eos_token_id"),
        "pad_token_id": of("tokenizer.ggml.padding_token_id"),
    }


def tokenizer(of):
    """SmolLM2's: digits apart, then byte-level BPE."""
    tokens, kinds = of("tokenizer.ggml.tokens"), of("tokenizer.ggml.token_type")
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": i, "content": token, **plain, "special": kinds[i] == CONTROL}
            for i, token in enumerate(tokens)
            if kinds[i] in (CONTROL, USER_DEFINED)
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level],
        },
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": of("tokenizer.ggml.merges"),
        },
    }


def tokenizer_config(of):
    tokens = of("tokenizer.ggml.tokens")
    names = {"bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "pad_token": "padding"}
    ids = {name: of(f"tokenizer.ggml.{key}_token_id") for name, key in names.items()}
    return {
        "tokenizer_class": "GPT2Tokenizer",
        "chat_template": of("tokenizer.chat_template"),
        "clean_up_tokenization_spaces": False,
        **{name: tokens[i] for name, i in ids.items() if i is not None},
    }


def main(source, folder):
    reader = GGUFReader(source)

    def of(key):
        field = reader.get_field(key)
        return None if field is None else field.contents()

    kinds = of("general.architecture"), of("tokenizer.ggml.pre")
    if kinds != ("llama", "smollm"):
        sys.exit(f"{source}: only llama models with SmolLM2's tokenizer are converted, this is {kinds}")
    config = decoder_config(of)
    ids = {key: config[key] for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
    fresh = folder.with_name(f".{folder.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "onnx").mkdir(parents=True)
    onnx.save(Decoder(config, reader.tensors).build(), fresh / "onnx/model_q4.onnx")
    for name, content in {
        "config.json": config,
        "generation_config.json": ids,
        "tokenizer.json": tokenizer(of),
        "tokenizer_config.json": tokenizer_config(of),
    }.items():
        (fresh / name).write_text(json.dumps(content))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


main(sys.argv[1], Path(sys.argv[2]))
