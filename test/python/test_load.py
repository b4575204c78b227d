# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lcompile.load: calls, structures, errors, memory; with and without torch."""

import threading

import numpy as np
import pytest
import torch
from conftest import assert_same

import lcompile


class Affine(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(6, 3)

    def forward(self, x, scale):
        return self.linear(x) * scale


BATCH = torch.export.Dim("batch", min=1, max=64)


@pytest.fixture(scope="module")
def affine(tmp_path_factory):
    """(path, module) of a model with a varying size."""
    module = Affine().eval()
    path = tmp_path_factory.mktemp("affine") / "affine.so"
    example = (torch.randn(4, 6), torch.randn(3))
    lcompile.compile(module, example, dynamic_shapes=({0: BATCH}, None)).save(path)
    return path, module


def inputs(batch=4):
    return torch.randn(batch, 6), torch.randn(3)


def test_torch_tensors(affine):
    model = lcompile.load(affine[0])
    for batch in (4, 1, 64):
        x, scale = inputs(batch)
        with torch.no_grad():
            want = affine[1](x, scale)
        assert_same(model(x, scale), want)
        assert_same(model(x, scale=scale), want)
        assert_same(model(scale=scale, x=x), want)
        assert_same(model({"x": x, "scale": scale}), want)


def test_numpy_arrays(affine):
    x, scale = inputs()
    got = lcompile.load(affine[0])(x.numpy(), scale.numpy())
    assert isinstance(got, np.ndarray) and got.dtype == np.float32
    assert_same(torch.from_numpy(got), affine[1](x, scale).detach())


def test_torch_wins_over_numpy(affine):
    x, scale = inputs()
    assert isinstance(lcompile.load(affine[0])(x, scale.numpy()), torch.Tensor)


def test_without_torch(affine, python):
    x, scale = inputs()
    np.savez(affine[0].parent / "x.npz", x=x.numpy(), scale=scale.numpy(), y=affine[1](x, scale).detach().numpy())
    out = python(
        "import sys; sys.modules['torch'] = None\n"  # any import of torch fails
        "import numpy as np, lcompile\n"
        f"f = np.load({str(affine[0].parent / 'x.npz')!r})\n"
        f"m = lcompile.load({str(affine[0])!r})\n"
        "y = m(f['x'], f['scale'])\n"
        "print(type(y).__name__, abs(y - f['y']).max() < 1e-5)\n"
    )
    assert out.split() == ["ndarray", "True"]


def test_loading_needs_no_compiler(affine, python):
    out = python(f"import lcompile\nlcompile.load({str(affine[0])!r})\nprint('liblcompile.so' in open('/proc/self/maps').read())")
    assert out.split() == ["False"]


def test_what_is_inside(affine):
    model = lcompile.load(affine[0])
    (batch,) = model.symbols
    assert model.name == "model" and model.path == str(affine[0])
    assert [tuple(s) for s in model.inputs] == [("x", "f32", (batch, 6), None), ("scale", "f32", (3,), None)]
    assert [tuple(s) for s in model.outputs] == [("output", "f32", (batch, 3), None)]
    assert model.symbols == {batch: (1, 64, 1)}
    assert f"x: {batch}x6xf32" in repr(model)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda m, x, s: m(x), "expected 2 inputs, found 1"),
        (lambda m, x, s: m(x, s, s), "expected 2 inputs, found 3"),
        (lambda m, x, s: m(x, size=s), "no input 'size'; the inputs are: x, scale"),
        (lambda m, x, s: m(x, x=x), "input 'x' is given twice"),
        (lambda m, x, s: m(x=x), "input 'scale' is missing"),
        (lambda m, x, s: m(x.double(), s), "input 'x': expected dtype f32, found f64"),
        (lambda m, x, s: m(x[:, :5], s), "input 'x': expected dimension 1 to be 6, found 5"),
        (lambda m, x, s: m(x[0], s), "input 'x': expected rank 2, found 1"),
        (lambda m, x, s: m(torch.zeros(65, 6), s), "= 65 is outside 1..64"),
    ],
)
def test_wrong_calls(affine, call, text):
    model = lcompile.load(affine[0])
    x, scale = inputs()
    with pytest.raises(lcompile.InvalidArgumentError) as error:
        call(model, x, scale)
    assert text in str(error.value)
    assert isinstance(error.value, ValueError) and error.value.code == 1
    assert_same(model(x, scale), affine[1](x, scale).detach())  # and still works


@pytest.mark.parametrize("bad", ["text", None, torch.zeros(3, dtype=torch.complex64), np.zeros(3, "U1")])
def test_things_that_are_no_tensors(affine, bad):
    with pytest.raises(TypeError, match="input 'scale'"):
        lcompile.load(affine[0])(torch.randn(4, 6), bad)


def test_files_that_cannot_be_loaded(affine, tmp_path):
    with pytest.raises(lcompile.InvalidArgumentError, match="no such file"):
        lcompile.load(tmp_path / "none.so")
    data = bytearray(affine[0].read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "damaged.so").write_bytes(data)
    with pytest.raises(lcompile.IncompatibleError):
        lcompile.load(tmp_path / "damaged.so")
    with pytest.raises(lcompile.InvalidArgumentError):
        lcompile.load(affine[0], threads=-1)


def test_outputs_belong_to_the_caller(affine):
    model = lcompile.load(affine[0])
    x, scale = inputs()
    first = model(x, scale)
    kept = first.clone()
    model(torch.randn(4, 6), scale)
    assert torch.equal(first, kept)


def test_inputs_are_not_copied(tmp_path):
    """A model that updates its input in place shows that it sees the caller's memory."""

    def grow(x):
        x.mul_(2)
        return x + 1

    compiled = lcompile.compile(grow, (torch.ones(8),))
    compiled.save(tmp_path / "grow.so")
    model = lcompile.load(tmp_path / "grow.so")
    x = torch.arange(8.0)
    assert torch.equal(model(x), torch.arange(8.0) * 2 + 1)
    assert torch.equal(x, torch.arange(8.0) * 2)
    a = np.arange(8, dtype=np.float32)
    assert (model(a) == np.arange(8) * 2 + 1).all() and (a == np.arange(8) * 2).all()
    strided = torch.zeros(16)[::2]  # a copy is made and written back
    strided.copy_(torch.arange(8.0))
    model(strided)
    assert torch.equal(strided, torch.arange(8.0) * 2)
    a.flags.writeable = False
    with pytest.raises(lcompile.InvalidArgumentError, match="read-only"):
        model(a)


def test_strided_inputs(affine):
    model = lcompile.load(affine[0])
    x, scale = torch.randn(6, 4).t(), torch.randn(6)[::2]
    want = affine[1](x, scale).detach()
    assert_same(model(x, scale), want)
    assert_same(torch.from_numpy(model(x.numpy(), scale.numpy())), want)
    packed = np.zeros(3, dtype=[("pad", "u1"), ("v", "f4")])  # strides that are no multiple of the element
    packed["v"] = scale.numpy()
    assert_same(torch.from_numpy(model(x.numpy(), packed["v"])), want)


def test_inputs_that_require_gradients(affine):
    x, scale = inputs()
    got = lcompile.load(affine[0])(x.requires_grad_(), scale)
    assert not got.requires_grad
    assert_same(got, affine[1](x, scale).detach())


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
)
def test_dtypes(dtype, tmp_path):
    x = (torch.rand(3, 5) * 4).to(dtype)
    lcompile.compile(lambda x: (x.t(), torch.where(x > 1, x, x * x)), (x,)).save(tmp_path / "m.so")
    model = lcompile.load(tmp_path / "m.so")
    want = (x.t(), torch.where(x > 1, x, x * x))
    assert_same(model(x), want)
    if dtype is torch.bfloat16:
        ml_dtypes = pytest.importorskip("ml_dtypes")
        a = x.view(torch.uint16).numpy().view(ml_dtypes.bfloat16)
        assert all(y.dtype == ml_dtypes.bfloat16 for y in model(a))
        assert_same(tuple(torch.from_numpy(y.view(np.uint16)).view(torch.bfloat16) for y in model(a)), want)
    else:
        assert_same(tuple(map(torch.from_numpy, model(x.numpy()))), want)


def test_numbers_for_scalar_inputs(tmp_path):
    def f(x, k):
        return x * k

    lcompile.compile(f, (torch.ones(3), torch.tensor(2.0))).save(tmp_path / "m.so")
    assert lcompile.load(tmp_path / "m.so")(torch.ones(3), 3.5).tolist() == [3.5] * 3
    lcompile.compile(f, (torch.ones(3), torch.tensor(2))).save(tmp_path / "n.so")
    assert lcompile.load(tmp_path / "n.so")(torch.ones(3), 4).tolist() == [4.0] * 3


@pytest.mark.parametrize(
    "structure",
    [
        lambda x: x + 1,
        lambda x: (x + 1,),
        lambda x: (x + 1, x * 2),
        lambda x: {"sum": x.sum(), "both": (x + 1, x * 2)},
        lambda x: {"a": {"b": x + 1}},
    ],
)
def test_structures(structure, tmp_path):
    x = torch.randn(3)
    lcompile.compile(structure, (x,)).save(tmp_path / "m.so")
    assert_same(lcompile.load(tmp_path / "m.so")(x), structure(x))


def test_weights_beside_the_artefact(tmp_path):
    module = torch.nn.Linear(16, 16).eval()
    lcompile.compile(module, (torch.ones(2, 16),), embed_weights=0).save(tmp_path / "m.so")
    assert (tmp_path / "m.weights").exists()
    x = torch.randn(2, 16)
    assert_same(lcompile.load(tmp_path / "m.so", verify_weights=True)(x), module(x).detach())
    (tmp_path / "m.weights").rename(tmp_path / "other")
    with pytest.raises(lcompile.Error, match="m.weights"):
        lcompile.load(tmp_path / "m.so")
    assert_same(lcompile.load(tmp_path / "m.so", weights=tmp_path / "other")(x), module(x).detach())


def test_threads(affine):
    """Calls at the same time give what calls one after the other give."""
    model = lcompile.load(affine[0], threads=1)
    data = [inputs(1 + i) for i in range(8)]
    want = [affine[1](*d).detach() for d in data]
    failures = []

    def work(i):
        for _ in range(50):
            try:
                assert_same(model(*data[i]), want[i])
            except BaseException as error:
                failures.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
