# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What eager PyTorch computes, for `lcompile --verify`: python -m lcompile_reference WHAT MODEL.pt2 DIR

WHAT is `outputs`: writes DIR/in0.npy, ... and DIR/out0.npy, ..., the inputs and outputs that
are tensors, in the order of the program's signature. Inputs are the example inputs that the
archive holds, else random numbers of a fixed seed.

Or `operations`: writes DIR/all.pt2, the same program with the result of every operation as an
output, DIR/out*.npy for them, and DIR/operations.txt, one line for each: name, operator, source.

Exit code 3: this Python has no torch.
"""
import importlib, logging, os, re, sys

try:
    import numpy, torch
except ImportError as missing:
    sys.stderr.write(f"{missing}\n")
    sys.exit(3)


def save(folder, name, value):
    array = value.detach().cpu().contiguous()
    if array.dtype == torch.bfloat16:  # what .npy files have no name for
        array = array.view(torch.int16).numpy().view("V2")
    else:
        array = array.numpy()
    numpy.save(os.path.join(folder, name), array)


def load(path):
    """The program. Its results may be of classes that torch knows once their modules are imported (transformers')."""
    logger, tried = logging.getLogger("torch.export"), set()
    while True:
        notes = []

        def note(record):
            notes.append(logging.Formatter().format(record))
            return False

        logger.addFilter(note)
        try:
            return torch.export.load(path)
        except RuntimeError as error:
            text = "\n".join(notes) or str(error)
            missing = re.search(r"Deserializing (([\w.]+)\.\w+) in pytree is not registered", text)
            if not missing or missing[1] in tried:
                sys.exit(text)
        finally:
            logger.removeFilter(note)
        tried.add(missing[1])
        try:
            importlib.import_module(missing[2])
        except Exception as reason:
            sys.exit(f"results are of type {missing[1]}, which this Python cannot import: {reason}")


def example_inputs(program):
    """(args, kwargs): those of the archive, else made from the signature."""
    if program.example_inputs is not None:
        return program.example_inputs
    torch.manual_seed(0)
    flat = []
    for node in program.graph.nodes:
        if node.op != "placeholder" or node.name not in program.graph_signature.user_inputs:
            continue
        value = node.meta["val"]
        if not isinstance(value, torch.Tensor):
            flat.append(value if isinstance(value, (int, float, bool, str, type(None))) else int(value.node.hint))
            continue
        shape = [size if isinstance(size, int) else int(size.node.hint) for size in value.shape]
        flat.append(torch.randn(shape).to(value.dtype) if value.dtype.is_floating_point
                    else torch.randint(0, 2, shape).to(value.dtype))
    return torch.utils._pytree.tree_unflatten(flat, program.call_spec.in_spec)


def run(module, inputs):
    """Outputs that are tensors or numbers, as tensors, None left out; the inputs stay as they are."""
    args, kwargs = torch.utils._pytree.tree_map_only(torch.Tensor, torch.clone, inputs)
    with torch.no_grad():
        leaves = torch.utils._pytree.tree_leaves(module(*args, **kwargs))
    return [leaf if isinstance(leaf, torch.Tensor) else torch.tensor(leaf) for leaf in leaves if leaf is not None]


def write(folder, inputs, outputs):
    tensors = [leaf for leaf in torch.utils._pytree.tree_leaves(inputs) if isinstance(leaf, torch.Tensor)]
    for i, value in enumerate(tensors):
        save(folder, f"in{i}.npy", value)
    for i, value in enumerate(outputs):
        save(folder, f"out{i}.npy", value)


def source(node):
    """"model.py:12" of the innermost line that is not PyTorch's own, or ""."""
    lines = re.findall(r'File "([^"]+)", line (\d+)', node.meta.get("stack_trace") or "")
    lines = [line for line in lines if "/torch/" not in line[0]] or lines
    return f"{os.path.basename(lines[-1][0])}:{lines[-1][1]}" if lines else ""


def every_operation(program, inputs):
    """The program with each operation's tensor as an output, and the operations."""
    # Without writes in place, which would show in results of operations before them.
    module = program.run_decompositions({}).module()
    nodes = [n for n in module.graph.nodes
             if n.op == "call_function" and isinstance(n.meta.get("val"), torch.Tensor)]
    for node in list(module.graph.nodes):
        if node.op == "call_module" and "_guards" in str(node.target):
            module.graph.erase_node(node)  # it knows the old outputs
    output = next(n for n in module.graph.nodes if n.op == "output")
    output.args = (tuple(nodes),)
    module.graph.set_codegen(torch.fx.graph.CodeGen())
    module.graph.lint()
    module.recompile()
    flat = tuple(torch.utils._pytree.tree_leaves(inputs))
    return torch.export.export(module, flat), nodes, flat


def main():
    what, path, folder = sys.argv[1:]
    program = load(path)
    inputs = example_inputs(program)
    if what == "outputs":
        write(folder, inputs, run(program.module(), inputs))
        return
    whole, nodes, flat = every_operation(program, inputs)
    torch.export.save(whole, os.path.join(folder, "all.pt2"))
    write(folder, flat, run(whole.module(), (flat, {})))
    with open(os.path.join(folder, "operations.txt"), "w") as file:
        for node in nodes:
            file.write(f"{node.name}\t{node.target}\t{source(node)}\n")


if __name__ == "__main__":
    main()
