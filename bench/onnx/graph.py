"""A llama decoder of a GGUF file as the ONNX graph that ONNX Runtime's own model builder writes: fused attention with
rotary embedding, fused norms, 4-bit products. Only what the bench's peer needs; knows nothing of tokenizers."""

import numpy as np
from gguf.quants import dequantize
from onnx import TensorProto, helper, numpy_helper

BLOCK = 32
MICROSOFT = "com.microsoft"


def quantize(weights):
    """(rows, columns) f32 to 4-bit blocks of 32 along a row, each with its scale and a whole zero point."""
    rows, columns = weights.shape
    blocks = weights.reshape(rows, columns // BLOCK, BLOCK)
    low = np.minimum(blocks.min(axis=2), 0)
    scales = (np.maximum(blocks.max(axis=2), 0) - low) / 15
    scales[scales == 0] = 1
    zeros = np.rint(-low / scales).clip(0, 15)
    quants = (np.rint(blocks / scales[..., None]) + zeros[..., None]).clip(0, 15).astype(np.uint8)
    return pack(quants), scales.astype(np.float32).ravel(), pack(zeros.astype(np.uint8)).ravel()


def pack(nibbles):
    """Two of the last axis a byte, the first in the low half."""
    if nibbles.shape[-1] % 2:
        nibbles = np.concatenate([nibbles, np.zeros_like(nibbles[..., :1])], axis=-1)
    return nibbles[..., ::2] | nibbles[..., 1::2] << 4


class Decoder:
    """Nodes and initializers as they are added; `build` makes the model of them."""

    def __init__(self, config, tensors):
        self.config = config
        self.tensors = {tensor.name: tensor for tensor in tensors}
        self.nodes = []
        self.initializers = []

    def weights(self, name):
        tensor = self.tensors[name]
        return dequantize(tensor.data, tensor.tensor_type).astype(np.float32)

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, name, outputs=None, domain="", **attributes):
        outputs = outputs or [name]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs[0]

    def product(self, x, name, weights):
        rows, columns = weights.shape
        quants, scales, zeros = quantize(weights)
        inputs = [x] + [
            self.constant(f"{name}.{part}", array)
            for part, array in (("quants", quants), ("scales", scales), ("zeros", zeros))
        ]
        # accuracy_level 4, the builder's choice for WebGPU: activations may be rounded to 8 bits
        shape = dict(N=rows, K=columns, bits=4, block_size=BLOCK, accuracy_level=4)
        return self.node("MatMulNBits", inputs, name, domain=MICROSOFT, **shape)

    def norm(self, x, name, skip=None, both=True):
        """RMS norm; with `skip` of the sum, which is the second value."""
        weights = self.constant(f"{name}.weight", self.weights(f"{name}.weight"))
        epsilon = self.config["rms_norm_eps"]
        if skip is None:
            return self.node("SimplifiedLayerNormalization", [x, weights], name, epsilon=epsilon, axis=-1), x
        outputs = [name, "", "", f"{name}.sum"] if both else [name]
        kind = "SkipSimplifiedLayerNormalization"
        out = self.node(kind, [x, skip, weights], name, outputs, domain=MICROSOFT, epsilon=epsilon)
        return out, f"{name}.sum"

    def halves(self, name, heads):
        """GGUF has a head's rotated pairs side by side; the graph wants all first halves, then all second ones."""
        weights = self.weights(name)
        pairs = weights.reshape(heads, -1, 2, weights.shape[-1])
        return pairs.swapaxes(1, 2).reshape(weights.shape)

    def layer(self, i, x, skip):
        heads, kv_heads = self.config["num_attention_heads"], self.config["num_key_value_heads"]
        name = f"blk.{i}"
        x, residual = self.norm(x, f"{name}.attn_norm", skip)
        qkv = [
            self.halves(f"{name}.attn_q.weight", heads),
            self.halves(f"{name}.attn_k.weight", kv_heads),
            self.weights(f"{name}.attn_v.weight"),
        ]
        qkv = self.product(x, f"{name}.attn_qkv", np.concatenate(qkv))
        past = [f"past_key_values.{i}.key", f"past_key_values.{i}.value"]
        inputs = [qkv, "", "", *past, "seqlens_k", "total_length", "cos_cache", "sin_cache"]
        outputs = [f"{name}.attend", f"present.{i}.key", f"present.{i}.value"]
        attributes = dict(num_heads=heads, kv_num_heads=kv_heads, do_rotary=1, rotary_interleaved=0)
        attributes["scale"] = self.config["head_dim"] ** -0.5
        x = self.node("GroupQueryAttention", inputs, outputs[0], outputs, domain=MICROSOFT, **attributes)
        x = self.product(x, f"{name}.attn_output", self.weights(f"{name}.attn_output.weight"))
        x, residual = self.norm(residual, f"{name}.ffn_norm", x)
        gate = self.product(x, f"{name}.ffn_gate", self.weights(f"{name}.ffn_gate.weight"))
        up = self.product(x, f"{name}.ffn_up", self.weights(f"{name}.ffn_up.weight"))
        silu = self.node("Mul", [gate, self.node("Sigmoid", [gate], f"{name}.sigmoid")], f"{name}.silu")
        x = self.node("Mul", [silu, up], f"{name}.ffn_gated")
        return residual, self.product(x, f"{name}.ffn_down", self.weights(f"{name}.ffn_down.weight"))

    def positions(self):
        """What attention asks of the mask: how many positions there are, by row and in all; and the rotations."""
        as_int = dict(to=TensorProto.INT32)
        one = self.constant("one", np.array([1], np.int64))
        count = self.node("ReduceSum", ["attention_mask", one], "mask.count", keepdims=1)
        self.node("Cast", [self.node("Sub", [count, one], "mask.last")], "seqlens_k", **as_int)
        shape = self.node("Shape", ["attention_mask"], "mask.shape")
        which = self.constant("mask.columns", np.array(1, np.int64))
        self.node("Cast", [self.node("Gather", [shape, which], "mask.total")], "total_length", **as_int)
        dim, length = self.config["head_dim"], self.config["max_position_embeddings"]
        inverse = self.config["rope_theta"] ** -(np.arange(0, dim, 2) / dim)
        angles = np.outer(np.arange(length), inverse)
        self.constant("cos_cache", np.cos(angles).astype(np.float32))
        self.constant("sin_cache", np.sin(angles).astype(np.float32))
        return one

    def build(self):
        one = self.positions()
        embedding = self.weights("token_embd.weight")
        x = self.node("Gather", [self.constant("token_embd.weight", embedding), "input_ids"], "embed")
        skip = None
        for i in range(self.config["num_hidden_layers"]):
            x, skip = self.layer(i, x, skip)
        x, _ = self.norm(x, "output_norm", skip, both=False)
        # The last positions only, as many as asked; 0 means all.
        first = self.node("Neg", [self.node("Reshape", ["num_logits_to_keep", one], "keep")], "keep.first")
        end = self.constant("keep.end", np.array([2**62], np.int64))
        x = self.node("Slice", [x, first, end, one], "kept")
        head = self.weights("output.weight") if "output.weight" in self.tensors else embedding
        self.product(x, "logits", head)
        return self.model()

    def model(self):
        config = self.config
        # transformers.js makes an empty cache by these names
        cache = ["batch_size", config["num_key_value_heads"], "past_sequence_length", config["head_dim"]]
        layers = [f"{i}.{part}" for i in range(config["num_hidden_layers"]) for part in ("key", "value")]
        ints, floats = TensorProto.INT64, TensorProto.FLOAT
        inputs = [("input_ids", ints, ["batch_size", "sequence_length"]), ("attention_mask", ints, ["batch_size", "total_sequence_length"])]
        inputs += [("num_logits_to_keep", ints, [])]
        inputs += [(f"past_key_values.{layer}", floats, cache) for layer in layers]
        outputs = [("logits", floats, ["batch_size", "kept", config["vocab_size"]])]
        outputs += [(f"present.{layer}", floats, [*cache[:2], "total_sequence_length", cache[3]]) for layer in layers]
        values = [[helper.make_tensor_value_info(*value) for value in side] for side in (inputs, outputs)]
        graph = helper.make_graph(self.nodes, "decoder", *values, self.initializers)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="loquat-bench")
