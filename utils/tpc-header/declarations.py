# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""TpcDeclarations.h: the functions without bodies, as calls that a compiler keeps.

A type that is not passed in registers is taken apart by an inline wrapper, which calls one external function per vector of the result.
The symbol is the intrinsic's name; `#2` to `#4` mark the further vectors of one result, `.N` the further overloads of a name.
"""
import re

from definitions import HEAD, availability, marker, signature

PART = {"float": "float64", "int": "int64", "uint": "uint64", "bfloat": "bfloat128", "half": "half128", "short": "short128",
        "ushort": "ushort128", "char": "char256", "uchar": "uchar256", "minifloat": "minifloat256", "minihalf": "minihalf256"}
SINGLE = set(PART.values())
WORDS = {"bool64": "lc_tpc::u64", "bool128": "lc_tpc::words2", "bool256": "lc_tpc::words4"}
FLEXIBLE = {"lc_tpc::lanes32": "int64", "lc_tpc::lanes16": "short128", "lc_tpc::lanes8": "char256"}


def parts(type):
    """The vectors of a pair or quad, or None."""
    if match := re.fullmatch(r"lc_tpc::product<(\w+),.*", type):
        type = match[1]
    if match := re.fullmatch(r"lc_tpc::pair<(.+), (.+)>", type):
        return [match[1], match[2]]
    if type == "uint64_float64":
        return ["uint64", "float64"]
    match = re.fullmatch(r"([a-z]+)(\d+)", type)
    if match and match[1] in PART and type not in SINGLE:
        part = PART[match[1]]
        return [part] * (int(match[2]) // int(part.lstrip("abcdefghijklmnopqrstuvwxyz")))
    return None


def flat(type, value):
    """(type, expression) pairs that pass a value."""
    if more := parts(type):
        return [pair for i, part in enumerate(more, 1) for pair in flat(part, f"{value}.v{i}")]
    if type in WORDS:
        return [(WORDS[type], f"{value}.bits")]
    if type in FLEXIBLE:
        return [(FLEXIBLE[type], f"{value}.bits")]
    if type in ("minifloat256", "minihalf256"):
        return [("uchar256", f"{value}.bits")]
    if type in ("minifloat", "minihalf"):
        return [("unsigned char", f"{value}.bits")]
    if type == "lc_tpc::address":
        return [("void *", f"{value}.at")]
    if type == "lc_tpc::local":
        return [("long", f"{value}.at")]
    return [(type, value)]


def whole(type, call):
    """An expression of a type from a call that gives its flat form."""
    if type in WORDS:
        return f"{type}::of({call})"
    if type in FLEXIBLE:
        return f"{type}({call})"
    if type in ("minifloat256", "minihalf256"):
        return f"{type}({call})"
    if type in ("minifloat", "minihalf"):
        return f"{type}::of({call})"
    if type == "lc_tpc::address":
        return f"lc_tpc::address{{{call}}}"
    return call


def results(type):
    """Types of the results of the calls behind one function."""
    return parts(type) or [type]


def declaration(f, symbol):
    calls, lines = [], []
    arguments = [pair for p in f.params for pair in flat(p.type, p.name)]
    if len(results(f.result)) == 1 and all(flat(p.type, p.name) == [(p.type, p.name)] for p in f.params) and \
            flat(f.result, "") == [(f.result, "")]:
        return [f'{marker(f)}extern {signature(f, line=False)} __asm__("{symbol}");'], [symbol]
    symbols = []
    for i, result in enumerate(results(f.result), 1):
        name = symbol if i == 1 else f"{symbol}#{i}"
        symbols.append(name)
        inner = f"lc_call_{re.sub(r'[^a-zA-Z0-9_]', '_', name)}"
        flat_result = flat(result, "")[0][0]
        lines.append(f'extern {flat_result} {inner}({", ".join(t for t, _ in arguments)}) __asm__("{name}");')
        calls.append(whole(result, f"{inner}({', '.join(v for _, v in arguments)})"))
    if f.result == "void":
        value = f"{calls[0]};"
    elif f.result.startswith("lc_tpc::product<"):
        value = f"return {parts_type(f.result)}{{{', '.join(calls)}}};"
    elif len(calls) > 1:
        value = f"return {{{', '.join(calls)}}};"
    else:
        value = f"return {calls[0]};"
    lines.append(f"{marker(f)}LC_TPC_FN {signature(f, line=False)} {{ {value} }}")
    return lines, symbols


def parts_type(product):
    return product[len("lc_tpc::product<"):].split(",")[0]


def symbols(table):
    """Symbols of each function, in order; the first names the instruction."""
    seen, result = {}, []
    for f in table:
        seen[f.name] = seen.get(f.name, 0) + 1
        result.append(f.name if seen[f.name] == 1 else f"{f.name}.{seen[f.name]}")
    return result


def text(table):
    lines = []
    for f, symbol in zip(table, symbols(table)):
        lines += declaration(f, symbol)[0]
    head = HEAD.replace("TPC_INTRINSICS", "TPC_DECLARATIONS")
    return head + availability() + "\n".join(lines) + "\n\n#endif // LCOMPILE_TPC_DECLARATIONS_H\n"
