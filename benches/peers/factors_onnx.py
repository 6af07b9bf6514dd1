"""Writes item factors as an ONNX graph that recommends, and as plain numbers for an index.

    python3 factors_onnx.py ITEMS OUT.onnx

The factors are chance: what is timed does not depend on them. Input `items`: the
indices of a history. Output `best`: the 64 items whose vectors have the largest
product with the mean of the history's. OUT.f32 has the vectors, row by row.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTH = 64

items, out = int(sys.argv[1]), Path(sys.argv[2])
vectors = np.random.default_rng(1).standard_normal((items, WIDTH)).astype(np.float32)
vectors.tofile(out.with_suffix(".f32"))
constants = [
    numpy_helper.from_array(vectors, "vectors"),
    numpy_helper.from_array(np.array([0], np.int64), "rows"),
    numpy_helper.from_array(np.array([64], np.int64), "most"),
]
nodes = [
    helper.make_node("Gather", ["vectors", "items"], ["history"]),
    helper.make_node("ReduceMean", ["history", "rows"], ["mean"], keepdims=1),
    helper.make_node("Gemm", ["mean", "vectors"], ["scores"], transB=1),
    helper.make_node("TopK", ["scores", "most"], ["values", "best"], axis=1),
]
graph = helper.make_graph(
    nodes,
    "factors",
    [helper.make_tensor_value_info("items", TensorProto.INT64, ["length"])],
    [helper.make_tensor_value_info("best", TensorProto.INT64, [1, 64])],
    constants,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
model.ir_version = 10
onnx.checker.check_model(model)
onnx.save(model, out)
