"""Writes the first SASRec of a Doorstep bundle as an ONNX graph, weights and all.

    python3 onnx_export.py BUNDLE OUT.onnx

Input `items`: the indices of a history, oldest first, at most as many as the model
reads. Output `scores`: how likely each item is to come next. Numbers are 32-bit
floats, from the half precision or the bytes of the bundle.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def safetensors(path):
    """The arrays of a safetensors file as 32-bit floats; bytes have a scale for each row."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    arrays = {}
    types = {"F16": "<f2", "I8": "i1", "F32": "<f4"}
    for name, tensor in header.items():
        begin, end = (8 + length + at for at in tensor["data_offsets"])
        array = np.frombuffer(content[begin:end], types[tensor["dtype"]])
        arrays[name] = array.reshape(tensor["shape"]).astype(np.float32)
    scales = {name: array for name, array in arrays.items() if name.endswith(".scale")}
    for name, scale in scales.items():
        arrays[name.removesuffix(".scale")] *= scale[:, None]
    return {name: array for name, array in arrays.items() if name not in scales}


class Graph:
    """Nodes and constants in the order of their making."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind, *inputs, **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name


def sasrec(weights, shape):
    """The graph from `items` to `scores`."""
    graph = Graph()
    width, heads, length = shape["width"], shape["heads"], shape["length"]
    size = width // heads
    add, constant = graph.add, graph.constant

    def linear(x, name):
        product = add("MatMul", x, constant(weights[f"{name}.weight"]))
        return add("Add", product, constant(weights[f"{name}.bias"]))

    def norm(x, name):
        scale, offset = (constant(weights[f"{name}.{part}"]) for part in ("gamma", "beta"))
        return add("LayerNormalization", x, scale, offset, axis=-1, epsilon=1e-5)

    items = constant(weights["items"])
    n = add("Shape", "items")
    begin, one = constant(np.array([0])), constant(np.array([1]))

    def first(array, axes):
        """The first n along each axis."""
        ends = n if len(axes) == 1 else add("Concat", n, n, axis=0)
        begins = begin if len(axes) == 1 else constant(np.zeros(len(axes), np.int64))
        return add("Slice", constant(array), begins, ends, constant(np.array(axes)))

    x = add("Add", add("Gather", items, "items"), first(weights["positions"], [0]))
    ahead = np.triu(np.full((length, length), -1e9, np.float32), 1)
    mask = first(ahead, [0, 1])
    split = constant(np.array([0, heads, size]))
    joined = constant(np.array([0, width]))
    for block in range(shape["blocks"]):
        at = f"blocks.{block}"
        normed = norm(x, f"{at}.before_attention")
        query, key, value = (
            add("Reshape", linear(normed, f"{at}.attention.{part}"), split)
            for part in ("query", "key", "value")
        )
        query = add("Transpose", query, perm=[1, 0, 2])
        key = add("Transpose", key, perm=[1, 2, 0])
        value = add("Transpose", value, perm=[1, 0, 2])
        likeness = add("MatMul", query, key)
        likeness = add("Mul", likeness, constant(np.float32(size**-0.5)))
        seen = add("MatMul", add("Softmax", add("Add", likeness, mask), axis=-1), value)
        seen = add("Reshape", add("Transpose", seen, perm=[1, 0, 2]), joined)
        x = add("Add", x, linear(seen, f"{at}.attention.out"))
        inner = norm(x, f"{at}.before_feed_forward")
        inner = add("Gelu", linear(inner, f"{at}.feed_forward.inner"))
        x = add("Add", x, linear(inner, f"{at}.feed_forward.out"))
    last = add("Gather", norm(x, "norm"), add("Sub", n, one), axis=0)
    logits = add("Gemm", last, items, transB=1)
    graph.nodes.append(helper.make_node("Softmax", [logits], ["scores"], axis=-1))
    return helper.make_graph(
        graph.nodes,
        "sasrec",
        [helper.make_tensor_value_info("items", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, len(weights["items"])])],
        graph.constants,
    )


def main(bundle, out):
    models = json.loads((bundle / "manifest.json").read_bytes())["models"]
    networks = [model["content"].get("neural") for model in models]
    shapes = [(files, files["architecture"].get("sas-rec")) for files in networks if files]
    files, shape = next((files, shape) for files, shape in shapes if shape)
    weights = safetensors(bundle / files["parameters"]["path"])
    model = helper.make_model(sasrec(weights, shape), opset_imports=[helper.make_opsetid("", 20)])
    model.ir_version = 9
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
