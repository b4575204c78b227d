# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is compared. A peer turns the same .pt2 file into an artefact (`build`) and the artefact into a call (`load`).

Each function imports its library itself: a process that measures one peer holds none of the others.
"""

import json
import os
import shlex
import zipfile


class Unsupported(Exception):
    """The peer cannot do this by design; the message is the reason."""


class Job:
    """One model for one peer: where its files are and how it shall run."""

    def __init__(self, model, folder, precision="f32", dynamic=False):
        self.model, self.precision = model, precision
        self.program = os.path.join(folder, model + (".dyn.pt2" if dynamic else ".pt2"))
        self.inputs = os.path.join(folder, model + ".inputs")
        self.expected = os.path.join(folder, model + ".expected")
        self.artefact = os.path.join(folder, "bench", f"{model}-{precision}{'-dyn' if dynamic else ''}")

    def _read(self, ending):
        with zipfile.ZipFile(self.program) as archive:
            return json.loads(archive.read(next(n for n in archive.namelist() if n.endswith(ending))))

    def input_names(self):
        """The names of the user's inputs in the order of `forward`."""
        specs = self._read("models/model.json")["graph_module"]["signature"]["input_specs"]
        return [s["user_input"]["arg"]["as_tensor"]["name"] for s in specs if "user_input" in s]

    def weight_bytes(self):
        """Bytes of weights in the .pt2; shared storage counts once."""
        with zipfile.ZipFile(self.program) as archive:
            return sum(i.file_size for i in archive.infolist() if "/data/weights/weight_" in i.filename)


class Eager:
    """PyTorch as it is: no artefact."""

    files = ()

    @staticmethod
    def load(job, inputs):
        import torch
        import zoo

        torch.set_num_threads(1)
        module = zoo.build(job.model).module
        inputs = [torch.from_numpy(x) for x in inputs]
        if job.precision == "bf16":
            module = module.to(torch.bfloat16)
            inputs = [x.to(torch.bfloat16) if x.is_floating_point() else x for x in inputs]

        def call():
            with torch.inference_mode():
                return module(*inputs)

        return call


class OnnxRuntime:
    """torch.onnx's exporter, then a session with every graph optimisation."""

    files = (".onnx", ".onnx.data")

    @staticmethod
    def build(job):
        import torch

        if job.precision != "f32":
            raise Unsupported("no bf16 kernels for most operators on CPU")
        program = torch.export.load(job.program)
        torch.onnx.export(program, (), job.artefact + ".onnx", dynamo=True, external_data=True, verbose=False)

    @staticmethod
    def load(job, inputs):
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = ort.InferenceSession(job.artefact + ".onnx", options, providers=["CPUExecutionProvider"])
        feed = dict(zip([i.name for i in session.get_inputs()], inputs, strict=True))
        return lambda: session.run(None, feed)


class OpenVino:
    """Its own importer of torch.export programs; the precision is a hint to its compiler."""

    files = (".xml", ".bin")

    @staticmethod
    def build(job):
        import openvino
        import torch

        model = openvino.convert_model(torch.export.load(job.program))
        openvino.save_model(model, job.artefact + ".xml", compress_to_fp16=False)

    @staticmethod
    def load(job, inputs):
        import openvino

        config = {
            "INFERENCE_PRECISION_HINT": job.precision,
            "INFERENCE_NUM_THREADS": "1",
            "NUM_STREAMS": "1",
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": "NO",
        }
        model = openvino.Core().compile_model(job.artefact + ".xml", "CPU", config)
        request = model.create_infer_request()
        # Without sharing, every call copies inputs and outputs.
        return lambda: list(request.infer(inputs, share_inputs=True, share_outputs=True).values())


class LCompile:
    """This project: the command line, then the artefact in Python.

    LCOMPILE, LCOMPILE_RUN: the commands; LCOMPILE_FLAGS: more options; PYTHONPATH: where the package is.
    """

    files = (".so", ".weights")

    @staticmethod
    def command(job):
        tool = shlex.split(os.environ.get("LCOMPILE", "lcompile"))
        flags = shlex.split(os.environ.get("LCOMPILE_FLAGS", ""))
        precision = [] if job.precision == "f32" else ["--precision=" + job.precision]
        return [*tool, job.program, "-o", job.artefact + ".so", "--threads=1", *precision, *flags]

    @staticmethod
    def info_command(job):
        return [*shlex.split(os.environ.get("LCOMPILE_RUN", "lcompile-run")), job.artefact + ".so", "--info"]

    @staticmethod
    def load(job, inputs):
        import lcompile

        module = lcompile.load(job.artefact + ".so")
        return lambda: module(*inputs)


PEERS = {"eager": Eager, "onnxruntime": OnnxRuntime, "openvino": OpenVino, "lcompile": LCompile}
LIBRARY = {"eager": "torch", "onnxruntime": "onnxruntime", "openvino": "openvino", "lcompile": "lcompile"}
