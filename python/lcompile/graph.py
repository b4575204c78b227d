# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""FX graphs as the text that the compiler imports: the JSON form of torch.export's archives."""

from __future__ import annotations

import torch
from torch._export.serde import schema, serialize
from torch.export.graph_signature import (
    ConstantArgument,
    ExportGraphSignature,
    InputKind,
    InputSpec,
    OutputKind,
    OutputSpec,
    SymIntArgument,
    TensorArgument,
)


def program_text(module: torch.fx.GraphModule, signature: ExportGraphSignature, ranges: dict, calls=()) -> str:
    """The JSON text of a graph of ATen operators.

    `ranges` gives the bounds of symbols, `calls` the entries that know the names of the outputs.
    """
    serializer = serialize.GraphModuleSerializer(signature, list(calls))
    program = schema.ExportedProgram(
        graph_module=serializer.serialize(module),
        opset_version={"aten": torch._C._get_max_operator_version()},
        range_constraints=serialize.serialize_range_constraints(ranges),
        schema_version=schema.SchemaVersion(*schema.SCHEMA_VERSION),
        verifiers=[],
        torch_version=torch.__version__,
    )
    return serialize._to_json_bytes(program).decode()


def signature_of(module: torch.fx.GraphModule, weights: set) -> ExportGraphSignature:
    """The signature of a graph whose placeholders with names in `weights` are weights."""
    inputs, outputs = [], []
    for node in module.graph.find_nodes(op="placeholder"):
        if node.name in weights:
            inputs.append(InputSpec(InputKind.BUFFER, TensorArgument(node.name), node.name, persistent=True))
        else:
            inputs.append(InputSpec(InputKind.USER_INPUT, _argument(node), None))
    for node in module.graph.output_node().args[0]:
        outputs.append(OutputSpec(OutputKind.USER_OUTPUT, _argument(node), None))
    return ExportGraphSignature(inputs, outputs)


def _argument(node):
    value = node.meta["val"]
    if isinstance(value, torch.Tensor):
        return TensorArgument(node.name)
    if isinstance(value, torch.SymInt):
        return SymIntArgument(node.name)
    return ConstantArgument(node.name, value)


def ranges_of(module: torch.fx.GraphModule) -> dict:
    """The bounds of the symbols in the shapes of a graph."""
    ranges = {}
    for node in module.graph.nodes:
        for value in _values(node.meta.get("val")):
            sizes = [value] if isinstance(value, torch.SymInt) else [*value.shape, *value.stride()]
            for size in sizes:
                if isinstance(size, torch.SymInt):
                    env = size.node.shape_env
                    for symbol in size.node.expr.free_symbols:
                        if symbol in env.var_to_range:
                            ranges[symbol] = env.var_to_range[symbol]
    return ranges


def _values(value):
    if isinstance(value, (torch.Tensor, torch.SymInt)):
        yield value
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from _values(element)


def dense(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor itself when its memory is dense and row-major, else a copy."""
    return tensor.detach().contiguous()


def options_of(options: dict) -> list[str]:
    """Keyword options as the command line takes them: {"dump_phases": "d"} -> ["--dump-phases=d"]."""
    result = []
    for name, value in options.items():
        name = "--" + name.replace("_", "-")
        if value is True:
            result.append(name)
        elif isinstance(value, (list, tuple)):
            result += [f"{name}={v}" for v in value]
        elif value is not None and value is not False:
            result.append(f"{name}={value}")
    return result
