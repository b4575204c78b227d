# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""--report: one whole page that needs nothing else and tells what the plan tells."""
import html.parser, itertools, json, re

import pytest
import torch
from zoo import convert

VOID = {"meta", "br", "line", "rect"}


class Reader(html.parser.HTMLParser):
    """Checks that elements are closed in order; collects texts by tag, and rectangles with their titles."""

    def __init__(self, text):
        super().__init__()
        self.open, self.texts, self.rectangles, self.attributes = [], {}, [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.attributes.append((tag, attributes))
        if tag == "rect":
            self.rectangles.append({key: float(attributes[key]) for key in ("x", "y", "width", "height")})
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)


@pytest.fixture(scope="module")
def bert(tools, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    torch.export.save(convert.exported_dynamic("tiny_bert"), folder / "bert.pt2")
    tools.compile(folder / "bert.pt2", "-o", folder / "bert.so", f"--report={folder}/plain.html")
    assert tools.run("lcompile-run", folder / "bert.so", f"--profile={folder}/trace.json").returncode == 0
    tools.compile(folder / "bert.pt2", "-o", folder / "bert.so", f"--report={folder}/timed.html", f"--profile={folder}/trace.json")
    return folder


def test_page_is_whole(bert):
    text = (bert / "plain.html").read_text()
    page = Reader(text)
    assert text.startswith("<!doctype html>") and len(text) < 1 << 20
    for tag, attributes in page.attributes:
        assert not {"src", "href"} & set(attributes), tag  # nothing from elsewhere
    assert "://" not in text and "@import" not in text and "prefers-color-scheme: dark" in text
    assert page.texts["h2"] == ["Inputs and outputs", "Memory over time", "Kernels", "Weights", "Operations", "Compilation"]
    for word in ("input_ids", "1xs53xi64", "1..512", "modeling_bert.py:", "scaled_dot_product_attention", "word_embeddings.weight"):
        assert word in text


def test_page_agrees_with_the_plan(bert, tools):
    plan = tools.compile(bert / "bert.pt2", "--emit=plan").stdout
    text = (bert / "plain.html").read_text()
    arena = re.search(r"arena: (.*) bytes; (\d+) at the upper bounds", plan)
    assert f"arena of {arena[1]} bytes" in text
    slots = re.findall(r"^    (\d+) +(\d+) +(\d+)  (\d+)\.\.(\d+) ", plan, re.M)
    assert len(Reader(text).rectangles) == len(slots) > 10
    for kernel in re.findall(r"step \d+: (\w+) ", plan):
        assert f">{kernel}<" in text.replace("</i>", ">")


def test_picture_is_inside_of_its_frame_and_slots_do_not_overlap(bert):
    text = (bert / "plain.html").read_text()
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', text).groups())
    boxes = Reader(text).rectangles
    for box in boxes:
        assert 0 <= box["x"] and box["x"] + box["width"] <= width + 0.1
        assert 0 <= box["y"] and box["y"] + box["height"] <= height + 0.1
    for a, b in itertools.combinations(boxes, 2):
        across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
        along = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
        assert across <= 1.6 or along <= 1.1, (a, b)  # thin ones are drawn a little thicker


def test_profile(bert):
    page = Reader((bert / "timed.html").read_text())
    assert page.texts["h2"][1] == "Time by line of the model"
    shares = [float(text[:-2]) for text in page.texts["span"] if re.fullmatch(r"\d+\.\d %", text)]
    assert len(shares) > 20
    assert "Time of kernels" in page.texts["span"]


def test_names_are_escaped(tools, tmp_path):
    (tmp_path / "m.mlir").write_text("""
        func.func @"<script>"(%x: tensor<4xf32> {lc.name = "<b>x&"}) -> (tensor<4xf32> {lc.name = "\\"y\\""}) {
          %0 = lc.relu %x : tensor<4xf32> loc("<i>.py":1:0)
          return %0 : tensor<4xf32>
        }""")
    tools.compile(tmp_path / "m.mlir", "--emit=llvm", "-o", tmp_path / "m.ll", f"--report={tmp_path}/r.html")
    text = (tmp_path / "r.html").read_text()
    page = Reader(text)
    assert "&lt;b&gt;x&amp;" in text and "<b>x&" not in text and "&lt;i&gt;.py:1" in text


@pytest.mark.parametrize("trace,message", [
    ("", "is no trace of lcompile-run --profile"),
    ("{}", "is no trace of lcompile-run --profile"),
    ('{"otherData": {"model": "other"}, "traceEvents": []}', "is a profile of 'other', expected one of 'bert'"),
    ('{"otherData": {}, "traceEvents": [1]}', "has an event that is no dispatch"),
    ('{"otherData": {}, "traceEvents": [{"name": "k", "dur": 1.0, "args": {"function": "forward", "dispatch": 99}}]}',
     "is a profile of another build"),
    (None, "cannot be read"),
])
def test_wrong_profile(trace, message, bert, tools, tmp_path):
    if trace is not None:
        (tmp_path / "t.json").write_text(trace)
    text = tools.refuse(bert / "bert.pt2", "-o", tmp_path / "m.so", f"--report={tmp_path}/r.html", f"--profile={tmp_path}/t.json")
    assert message in text and "t.json" in text
    assert [p.name for p in tmp_path.iterdir() if p.name != "t.json"] == []
