# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a row of the table says, and how rows become functions with their suffixes."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Type:
    """An element type: its name in intrinsics, its vector, its scalar, the first generation that computes with it."""

    name: str
    vector: str
    scalar: str
    lanes: int
    kind: str  # "f", "i", "u"
    generation: int = 1

    @property
    def bits(self):
        return 2048 // self.lanes

    @property
    def mask(self):
        return f"bool{self.lanes}"

    @property
    def signs(self):
        """Vector of signed integers with the same lanes."""
        return {64: "int64", 128: "short128", 256: "char256"}[self.lanes]

    @property
    def unsigned(self):
        return {64: "uint64", 128: "ushort128", 256: "uchar256"}[self.lanes]

    @property
    def flexible(self):
        """Parameter type for bits that kernels keep as any vector of these lanes."""
        return {64: "lc_tpc::lanes32", 128: "lc_tpc::lanes16", 256: "lc_tpc::lanes8"}[self.lanes]

    @property
    def wide(self):
        """The vector or vectors of 32-bit lanes that hold all lanes."""
        base = {"f": "float", "i": "int", "u": "uint"}[self.kind]
        return {64: self.vector, 128: f"{base}128", 256: f"{base}256"}[self.lanes]

    @property
    def wide_scalar(self):
        return {"f": "float", "i": "int", "u": "unsigned"}[self.kind]


TYPES = {
    t.name: t
    for t in [
        Type("f32", "float64", "float", 64, "f"),
        Type("bf16", "bfloat128", "bf16", 128, "f"),
        Type("f16", "half128", "half", 128, "f", 2),
        Type("f8_143", "minifloat256", "minifloat", 256, "f", 2),
        Type("f8_152", "minihalf256", "minihalf", 256, "f", 2),
        Type("i32", "int64", "int", 64, "i"),
        Type("u32", "uint64", "unsigned", 64, "u"),
        Type("i16", "short128", "short", 128, "i"),
        Type("u16", "ushort128", "unsigned short", 128, "u"),
        Type("i8", "char256", "char", 256, "i"),
        Type("u8", "uchar256", "unsigned char", 256, "u"),
    ]
}
FLOATS = ["f32", "bf16", "f16", "f8_143", "f8_152"]
INTEGERS = ["i32", "u32", "i16", "u16", "i8", "u8"]
ALL = FLOATS + INTEGERS
GENERATIONS = ["gaudi", "gaudi2", "gaudi3"]


@dataclass
class Param:
    type: str
    name: str
    default: str | None = None


@dataclass
class Function:
    """One overload. `expr` is its value in terms of the parameters; a predicated one gives `income` where it is off."""

    name: str
    result: str
    params: list
    expr: str
    slot: str
    cycle: str
    generation: int = 1
    style: str = ""  # "" without predicate, "b" by a scalar, "vb" by lanes
    income: str | None = None
    line: bool = False  # takes the caller's line
    constants: tuple = ()  # parameters that hardware has in the instruction
    row: str = ""
    family: str = ""
    types: tuple = field(default=())  # element types by name: of operands, of the result


def params(text):
    """'a:float64 b:float64 switches:int=0' as Params."""
    result = []
    for word in text.split():
        name, type = word.split(":", 1)
        type, _, default = type.partition("=")
        result.append(Param(type.replace("~", " "), name, default or None))
    return result


def function(name, result, args, expr, slot, cycle, generation=1, line=False, row=None, types=()):
    """A function without a predicate."""
    return Function(name, result, params(args), expr, slot, cycle, generation, line=line, row=row or name, types=types)


def predicated(name, result, args, expr, slot, cycle, generation=1, mask=None, income="income", switches=True, line=False,
               suffixes=("", "_b"), row=None, types=()):
    """The forms of an intrinsic: under a scalar predicate, and under a lane mask where `mask` names its type.

    An accumulator stands in the place of income; `income=None` says that there is no result to keep. An income in `args` is mandatory
    where it stands.
    """
    head = params(args)
    declared = any(p.name == income for p in head)
    row = row or name
    result_list = []
    sw = [Param("int", "switches", "0")] if switches else []
    inc = [Param(income_type(result), income, "{}")] if income and not declared else []
    for suffix in suffixes:
        tail = sw + inc + [Param("bool", "predicate", "1"), Param("bool", "polarity", "0")]
        result_list.append(Function(name + suffix, result, head + tail, expr, slot, cycle, generation, "b", income, line, row=row, types=types))
    if mask:
        bare = [Param(p.type, p.name) for p in sw + inc]
        tail = bare + [Param(mask, "predicate"), Param("bool", "polarity", "0")]
        result_list.append(Function(name + "_vb", result, [Param(p.type, p.name) for p in head] + tail, expr, slot, cycle, generation, "vb",
                                    income, line, row=row, types=types))
    return result_list


def income_type(result):
    """A product that may narrow itself has the wide type as its income."""
    if result.startswith("lc_tpc::product<"):
        return result[len("lc_tpc::product<"):].split(",")[0]
    return result


def subst(text, t):
    """Replaces V, E, M, S, U, X, W in a row's text by the types that they stand for."""
    for key, value in {"{V}": t.vector, "{E}": t.scalar.replace(" ", "~"), "{M}": t.mask, "{S}": t.signs, "{U}": t.unsigned,
                       "{X}": t.flexible, "{W}": t.wide, "{WE}": t.wide_scalar, "{n}": t.name}.items():
        text = text.replace(key, value)
    return text


def typed(template):
    """Types in a row's result and expression, where blanks are not separators."""
    return template.replace("~", " ")


def vector_op(op, types, args, expr, cycle, result="{V}", generation=1, income="income", slot="VPU", mask="{M}", switches=True, suffixes=("", "_b")):
    """An operation of the vector unit for several types; `cycle` is a name, or a function of the type."""
    functions = []
    for name in types:
        t = TYPES[name]
        functions += predicated(f"v_{name}_{op}", typed(subst(result, t)), subst(args, t), typed(subst(expr, t)), slot,
                                cycle if isinstance(cycle, str) else cycle(t), max(t.generation, generation), mask and subst(mask, t),
                                income, switches, suffixes=suffixes, row=f"v_*_{op}", types=(name,))
    return functions


def scalar_op(op, types, args, expr, cycle, result="{E}", generation=1, income="income", slot="SPU", switches=True):
    functions = []
    for name in types:
        t = TYPES[name]
        functions += predicated(f"s_{name}_{op}", typed(subst(result, t)), subst(args, t), typed(subst(expr, t)), slot,
                                cycle if isinstance(cycle, str) else cycle(t), max(t.generation, generation), None, income, switches,
                                row=f"s_*_{op}", types=(name,))
    return functions


def float_or_simple(t):
    """f32 adds in the simple unit; other floats use the multiplier."""
    return "fma" if t.kind == "f" and t.name != "f32" else "simple"


def multiply(t):
    return "fma" if t.kind == "f" else "integer_mac"


def scalar_cycle(t):
    return "scalar_float" if t.kind == "f" else "scalar_integer"
