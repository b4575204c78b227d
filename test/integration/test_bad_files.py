# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Damaged, hostile and misnamed model files: exit code 0 or 1, a message, nothing left behind.

Hundreds of files go through the whole command line, each in a process of its own
(compile-many), within seconds.
"""
import copy, io, json, pathlib, random, subprocess, zipfile, zlib

import pytest
import torch
from conftest import BIN
from zoo import convert

pytestmark = pytest.mark.slow

FLIPS = 1000


class Net(torch.nn.Module):
    """Small, so that most bits of its file mean something."""

    def __init__(self):
        super().__init__()
        self.up = torch.nn.Linear(4, 6)
        self.norm = torch.nn.LayerNorm(6)

    def forward(self, x):
        y = torch.relu(self.up(x))
        return self.norm(y).sum(1), torch.cat([y, x], 1)[:, 2:].reshape(-1, 2)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "m.pt2"
    torch.manual_seed(0)
    batch = torch.export.Dim("batch", min=1, max=8)
    torch.export.save(torch.export.export(Net(), (torch.randn(2, 4),), dynamic_shapes=({0: batch},)), path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "m.pt"
    torch.jit.save(torch.jit.trace(Net().eval(), torch.randn(2, 4)), path)
    return path.read_bytes()


class Many:
    """Compiles variants of a file in one folder, and looks at what they leave."""

    def __init__(self, folder):
        self.folder, self.temporary = folder / "work", folder / "tmp"
        self.folder.mkdir(), self.temporary.mkdir()
        self.process = subprocess.Popen([BIN / "compile-many"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        cwd=self.folder, env={"PATH": "/usr/bin:/bin", "TMPDIR": str(self.temporary)})

    def compile(self, data, name="m.pt2", *more):
        """(exit code, message) of one file; fails when anything else stays behind."""
        (self.folder / name).write_bytes(data)
        self.process.stdin.write(json.dumps([name, "-o", "m.so", *more]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        expected = {name}
        if answer["code"] == 0:
            expected |= {"m.so", "m.h"}
        left = {path.name for path in self.folder.iterdir()}
        for extra in left - {name}:
            (self.folder / extra).unlink()
        assert answer["signal"] == 0 and answer["code"] in (0, 1), answer
        assert left == expected and not list(self.temporary.iterdir()), answer
        assert (answer["code"] == 0) == (answer["stderr"] == ""), answer
        assert "Stack dump" not in answer["stderr"]
        (self.folder / name).unlink()
        return answer["code"], answer["stderr"]

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(60) == 0


@pytest.fixture
def many(tmp_path):
    runner = Many(tmp_path)
    yield runner
    runner.close()


def test_the_good_files_compile(many, archive, script):
    assert many.compile(archive) == (0, "")
    assert many.compile(script, "m.pt", "--input=2x4xf32") == (0, "")


def test_bit_flips(many, archive):
    """Every byte of the archive is in reach; what still compiles has a flip in weights or padding."""
    numbers = random.Random(1)
    codes = []
    for _ in range(FLIPS):
        data = bytearray(archive)
        bit = numbers.randrange(len(data) * 8)
        data[bit // 8] ^= 1 << bit % 8
        codes.append(many.compile(bytes(data))[0])
    assert 0 < codes.count(0) < FLIPS


def rezip(data, change):
    """The archive with `change(name, bytes)` applied to every file, and right checksums."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            changed = change(name, old.read(name))
            if changed is not None:
                new.writestr(name, changed)
    return result.getvalue()


def places(value, path=()):
    """Paths to all values inside of JSON."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, path + (key,))


ODD = [None, True, 0, -1, 1, 7, 2**31, 2**63 - 1, -(2**63), 1e308, "", "x", "s0", "-1", "9" * 400, "(" * 4000, [], {},
       [[]] * 3, {"as_tensor": {"name": "x"}}, {"as_int": 2**40}]


def test_hostile_programs(many, archive):
    """One value of the program is another one, and the checksums are right."""
    numbers = random.Random(2)
    with zipfile.ZipFile(io.BytesIO(archive)) as zip:
        name = next(n for n in zip.namelist() if n.endswith(".json") and "/models/" in n)
        program = json.loads(zip.read(name))
    everywhere = [p for p in places(program) if p]
    for _ in range(400):
        changed = copy.deepcopy(program)
        *path, last = numbers.choice(everywhere)
        target = changed
        for key in path:
            target = target[key]
        other = numbers.choice(everywhere)
        value = program
        for key in other:
            value = value[key]
        target[last] = numbers.choice(ODD + [copy.deepcopy(value)] * 10)
        many.compile(rezip(archive, lambda n, data: json.dumps(changed).encode() if n == name else data))


def test_hostile_archives(many, archive):
    def deep(name, data):
        return b"[" * 200000 if name.endswith("model.json") else data

    def bomb(name, data):
        return b" " * (64 << 20) if name.endswith("model.json") else data

    prefix = zipfile.ZipFile(io.BytesIO(archive)).namelist()[0].split("/")[0]
    for data in (rezip(archive, deep), rezip(archive, bomb), rezip(archive, lambda n, d: d if "weight" not in n else None),
                 rezip(archive, lambda n, d: d[:-4] if "/weights/weight" in n else d),
                 rezip(archive, lambda n, d: b"" if n.endswith(".json") else d),
                 archive[:-22], b"PK\x05\x06" + bytes(18)):
        assert many.compile(data)[0] == 1
    many.compile(archive + archive)
    slip = io.BytesIO(archive)
    with zipfile.ZipFile(slip, "a") as zip:
        zip.writestr(f"{prefix}/../../slipped", b"x")
    many.compile(slip.getvalue())
    assert not (many.folder.parent / "slipped").exists()


@pytest.mark.parametrize("kind", ["archive", "script"])
def test_truncated(kind, many, request):
    data, name = request.getfixturevalue(kind), "m.pt2" if kind == "archive" else "m.pt"
    numbers = random.Random(3)
    for size in [0, 1, 3, 4, 29, 30, len(data) // 2, len(data) - 23, len(data) - 1] + numbers.sample(range(len(data)), 8):
        code, message = many.compile(data[:size], name)
        assert code == 1 and name in message, size


def test_corrupted_script(many, script):
    numbers = random.Random(4)
    for _ in range(24):
        data = bytearray(script)
        for _ in range(8):
            data[numbers.randrange(len(data))] ^= 1 << numbers.randrange(8)
        code, message = many.compile(bytes(data), "m.pt", "--input=2x4xf32")
        assert code == 0 or "m.pt" in message
        assert "frame #" not in message and "Exception raised from" not in message


@pytest.mark.parametrize("name,content,words", [
    ("m.pt2", "script", "TorchScript archive"),
    ("m.pt", "archive", "torch.export"),
    ("m.mlir", "archive", "cannot read"),
    ("m.pt2", b"hello", "is a text file"),
    ("m.pt2", b"\x7fELF" + bytes(60), "is an ELF object"),
    ("m.pt2", b"", "empty"),
    ("m.pt", b"", "empty"),
    ("m.pt", b"hello", ""),
    ("m.mlir", b"", "expected IR"),
    ("m.mlir", b"\xff\xfe\x00", "cannot read"),
    ("m.mlir", b"func.func @f(%x: memref<4xf32>) { memref.dealloc %x : memref<4xf32> return }", "is not legal after stage 'import'"),
    ("m.onnx", b"", "expected a .pt2, .pt or .mlir file"),
], ids=lambda v: v if isinstance(v, str) and len(v) < 24 else "")
def test_renamed(name, content, words, many, request):
    data = request.getfixturevalue(content) if isinstance(content, str) else content
    code, message = many.compile(data, name)
    assert code == 1 and name in message and words in message
    assert message.startswith("lcompile: error: ") and message.count("\n") <= 4


def test_a_folder_is_no_model(tools, tmp_path):
    (tmp_path / "m.pt2").mkdir()
    assert "m.pt2" in tools.refuse(tmp_path / "m.pt2")
    (tmp_path / "m.pt").mkdir()
    assert "m.pt" in tools.refuse(tmp_path / "m.pt")
