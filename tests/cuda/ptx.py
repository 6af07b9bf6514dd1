"""Turns a module of PTX, as CubeCL's LLVM backend makes it, into C that driver.c calls once for each thread.

    python3 ptx.py kernel.ptx > kernel.c

Registers become variables that hold bits; each instruction reads them as its type says. What no kernel has
needed so far is refused by name. Source: PTX ISA 8.7.
"""

import re
import sys


class Unknown(Exception):
    """What this program does not translate."""


# ---- types: a letter (b bits, u unsigned, s signed, f float) and a width


def width(kind):
    return int(kind[1:])


def bits(kind):
    """The C type that holds a value's bits."""
    return f"uint{width(kind)}_t"


def c_type(kind):
    if kind[0] == "f":
        return {32: "float", 64: "double"}[width(kind)]
    return ("int" if kind[0] == "s" else "uint") + f"{width(kind)}_t"


# ---- operands


SPECIAL = {"tid": "t->tid", "ntid": "t->block->dim", "ctaid": "t->block->id", "nctaid": "t->block->grid"}


def register(name):
    return name.strip().replace("%", "r_")


def read(operand, kind):
    """C that reads `operand` as `kind`; predicates have the kind `pred`."""
    operand = operand.strip()
    if operand.startswith("!"):
        return f"!{read(operand[1:], kind)}"
    special = re.fullmatch(r"%(tid|ntid|ctaid|nctaid)\.([xyz])", operand)
    if special:
        raw = f"{SPECIAL[special[1]]}[{'xyz'.index(special[2])}]"
    elif operand.startswith("%"):
        raw = register(operand)
    elif re.fullmatch(r"0[fF][0-9A-Fa-f]{8}", operand):
        raw = f"0x{operand[2:]}u"
    elif re.fullmatch(r"0[dD][0-9A-Fa-f]{16}", operand):
        raw = f"0x{operand[2:]}ull"
    elif re.fullmatch(r"-?(0x[0-9A-Fa-f]+|\d+)U?", operand):
        number = int(operand.rstrip("U"), 0)
        if kind == "pred":
            return str(int(number != 0))
        raw = f"({bits(kind)}){number & ((1 << width(kind)) - 1)}ull"
    elif operand in parameters:
        raw = f"(uint64_t)(parameters + {parameters[operand]})"
    elif operand in shared:
        # Addresses of shared memory count from the block's first byte of it.
        raw = "(uint64_t)0"
    else:
        raise Unknown(f"operand {operand}")
    if kind == "pred":
        return raw
    if kind[0] == "f":
        return f"as_{kind}({raw})"
    return f"(({c_type(kind)})({raw}))"


def write(target, kind, value):
    """C that puts `value` into the register `target`; `_` takes what nobody wants."""
    if target == "_":
        return f"(void)({value});"
    if kind[0] == "f":
        value = f"bits_{kind}({value})"
    return f"{register(target)} = {value};"


def parts(text):
    """`text` at its commas, but for those in brackets."""
    found, depth, own = [], 0, ""
    for sign in text:
        depth += (sign in "{[(") - (sign in "}])")
        if sign == "," and depth == 0:
            found.append(own.strip())
            own = ""
        else:
            own += sign
    return found + [own.strip()] if own.strip() else found


def several(operand):
    """The registers of `{a, b}`, or the one that it is."""
    return parts(operand[1:-1]) if operand.startswith("{") else [operand]


def array(operand):
    return "(uint32_t[]){" + ", ".join(read(one, "b32") for one in several(operand)) + "}"


def address(operand, modifiers):
    found = re.fullmatch(r"([^+\s]+?)\s*(?:\+\s*(-?\w+))?", operand.strip()[1:-1])
    if not found:
        raise Unknown(f"address {operand}")
    base = f"{read(found[1], 'u64')} + {int(found[2] or '0', 0)}"
    if "shared" in modifiers:
        return f"(t->block->shared + (uint32_t)({base}))"
    return f"(char *)({base})"


# ---- instructions: each takes its name's parts after the first, and its operands, and gives C


TRANSLATIONS = {}


def translates(*names):
    def keep(function):
        TRANSLATIONS.update({name: function for name in names})
        return function

    return keep


@translates("mov")
def mov(name, modifiers, operands):
    kind, (target, source) = modifiers[-1], operands
    if kind == "pred":
        return write(target, kind, read(source, kind))
    kind = f"b{width(kind)}"
    if target.startswith("{"):
        share = width(kind) // len(several(target))
        taken = (write(one, f"b{share}", f"(uint{share}_t)(v >> {at * share})") for at, one in enumerate(several(target)))
        return f"{{ {bits(kind)} v = {read(source, kind)}; {' '.join(taken)} }}"
    if source.startswith("{"):
        share = width(kind) // len(several(source))
        given = (f"({bits(kind)}){read(one, f'b{share}')} << {at * share}" for at, one in enumerate(several(source)))
        return write(target, kind, " | ".join(given))
    return write(target, kind, read(source, kind))


@translates("ld", "st")
def memory(name, modifiers, operands):
    kind = f"b{width(modifiers[-1])}"
    registers, place = operands if name == "ld" else operands[::-1]
    registers = several(registers)
    if name == "st":
        moved = (f"a[{at}] = {read(one, kind)};" for at, one in enumerate(registers))
    else:
        # All are read before any is written: one of them may be part of the address.
        moved = [f"{bits(kind)} v{at} = a[{at}];" for at in range(len(registers))]
        moved += [write(one, kind, f"v{at}") for at, one in enumerate(registers)]
    return f"{{ {bits(kind)} *a = ({bits(kind)} *){address(place, modifiers)}; {' '.join(moved)} }}"


SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "rem": "%", "and": "&", "or": "|", "xor": "^", "shl": "<<", "shr": ">>"}


@translates("add", "sub", "and", "or", "xor", "mul", "div", "rem", "mad")
def arithmetic(name, modifiers, operands):
    kind, target, values = modifiers[-1], operands[0], operands[1:]
    if kind == "pred" or kind[0] == "f" or name not in ("mul", "mad", "div", "rem"):
        # Sums wrap alike with a sign and without.
        kind = f"u{width(kind)}" if kind[0] in "bs" else kind
        left, right = (read(value, kind) for value in values)
        value = f"{left} {SIGNS[name]} {right}"
        return write(target, kind, value if kind == "pred" else f"({c_type(kind)})({value})")
    left, right = (read(value, kind) for value in values[:2])
    if name in ("div", "rem"):
        return write(target, kind, f"{right} ? ({bits(kind)})({left} {SIGNS[name]} {right}) : ({bits(kind)})-1")
    wide = f"{'s' if kind[0] == 's' else 'u'}128"
    product, size = f"(({wide}){left} * ({wide}){right})", width(kind)
    if "hi" in modifiers:
        product = f"({product} >> {size})"
    if "wide" in modifiers:
        size *= 2
    value = f"(uint{size}_t){product}"
    if name == "mad":
        value = f"(uint{size}_t)({value} + {read(values[2], f'u{size}')})"
    return write(target, f"u{size}", value)


@translates("shl", "shr")
def shift(name, modifiers, operands):
    size = width(modifiers[-1])
    kind = modifiers[-1] if name == "shr" else f"u{size}"
    value, by = read(operands[1], kind), read(operands[2], "u32")
    beyond = f"({value} >> {size - 1})" if kind[0] == "s" else "0"
    return write(operands[0], kind, f"({bits(kind)})({by} >= {size} ? {beyond} : {value} {SIGNS[name]} {by})")


@translates("fma")
def fma(name, modifiers, operands):
    kind = modifiers[-1]
    function = "fma_down" if "rm" in modifiers else "fma"
    return write(operands[0], kind, f"{function}_{kind}({', '.join(read(one, kind) for one in operands[1:])})")


@translates("min", "max")
def extreme(name, modifiers, operands):
    kind = modifiers[-1]
    left, right = (read(one, kind) for one in operands[1:])
    if kind[0] == "f":
        return write(operands[0], kind, f"{name}{'_nan' if 'NaN' in modifiers else ''}_{kind}({left}, {right})")
    return write(operands[0], kind, f"({bits(kind)})({left} {'<' if name == 'min' else '>'} {right} ? {left} : {right})")


@translates("neg", "abs", "not", "sqrt", "rcp", "ex2")
def unary(name, modifiers, operands):
    kind = modifiers[-1]
    value = read(operands[1], kind)
    if name == "not":
        return write(operands[0], kind, f"!{value}" if kind == "pred" else f"({bits(kind)})~{value}")
    if name == "neg":
        return write(operands[0], kind, f"({c_type(kind)})-{value}")
    return write(operands[0], kind, f"{name}_{kind}({value})")


COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
# True where a side is no number: what they say isn't so.
UNORDERED = {"equ": "ne", "ltu": "ge", "leu": "gt", "gtu": "le", "geu": "lt"}


def comparison(name, kind, left, right):
    left, right = read(left, kind), read(right, kind)
    if name in ("nan", "num"):
        return f"{'!' if name == 'num' else ''}(isnan({left}) || isnan({right}))"
    if name == "neu" or (name == "ne" and kind[0] != "f"):
        return f"({left} != {right})"
    if name in ("ne", "equ"):
        less_or_more = f"({left} < {right} || {left} > {right})"
        return less_or_more if name == "ne" else f"!{less_or_more}"
    if name in UNORDERED:
        return f"!({left} {COMPARISONS[UNORDERED[name]]} {right})"
    return f"({left} {COMPARISONS[name]} {right})"


@translates("setp")
def setp(name, modifiers, operands):
    if len(modifiers) != 2 or "|" in operands[0]:
        raise Unknown(f"{name}.{'.'.join(modifiers)}")
    return write(operands[0], "pred", comparison(modifiers[0], modifiers[1], *operands[1:]))


@translates("selp")
def selp(name, modifiers, operands):
    kind = f"b{width(modifiers[-1])}"
    return write(operands[0], kind, f"{read(operands[3], 'pred')} ? {read(operands[1], kind)} : {read(operands[2], kind)}")


ROUNDINGS = {"rni": "rint", "rmi": "floor", "rpi": "ceil", "rzi": "trunc"}


@translates("cvt")
def cvt(name, modifiers, operands):
    to, source = modifiers[-2:]
    if to == "tf32":
        return write(operands[0], "b32", f"to_tf32({read(operands[1], source)})")
    value = read(operands[1], source)
    rounding = next((ROUNDINGS[one] for one in modifiers if one in ROUNDINGS), None)
    if source[0] == "f" and rounding:
        value = f"{rounding}((double){value})"
    if to[0] == "f":
        value = f"({c_type(to)}){value}"
        return write(operands[0], to, f"saturate({value})" if "sat" in modifiers else value)
    if source[0] == "f":
        return write(operands[0], to, f"({c_type(to)})to_{to}({value})")
    return write(operands[0], to, f"({c_type(to)}){value}")


@translates("cvta")
def cvta(name, modifiers, operands):
    value = read(operands[1], "u64")
    if "shared" in modifiers:
        value = f"{value} {'-' if 'to' in modifiers else '+'} (uint64_t)t->block->shared"
    return write(operands[0], "u64", value)


@translates("bfe", "prmt")
def of_bits(name, modifiers, operands):
    kinds = ["u32"] * 3
    return write(operands[0], "u32", f"{name}({', '.join(map(read, operands[1:], kinds))})")


@translates("atom")
def atom(name, modifiers, operands):
    kind = modifiers[-1]
    if "add" not in modifiers:
        raise Unknown(f"{name}.{'.'.join(modifiers)}")
    place, value = address(operands[1], modifiers), read(operands[2], kind)
    # Threads take turns, so nothing comes between.
    return f"{{ {c_type(kind)} *a = ({c_type(kind)} *){place}; {c_type(kind)} v = *a; *a = v + {value}; {write(operands[0], kind, 'v')} }}"


@translates("bar")
def bar(name, modifiers, operands):
    return "wait_for_warp(t);" if "warp" in modifiers else "wait_for_block(t);"


@translates("wmma")
def wmma(name, modifiers, operands):
    shape = next(one for one in modifiers if re.fullmatch(r"m\d+n\d+k\d+", one))
    m, n, k = map(int, re.findall(r"\d+", shape))
    if modifiers[0] == "mma":
        if modifiers[-4:] != ["f32", "tf32", "tf32", "f32"]:
            raise Unknown(f"{name}.{'.'.join(modifiers)}")
        target, left, right, sum_ = operands
        registers = several(target)
        taken = " ".join(write(one, "b32", f"v[{at}]") for at, one in enumerate(registers))
        return f"{{ uint32_t v[{len(registers)}]; wmma(t, v, {array(left)}, {array(right)}, {array(sum_)}, {m}, {n}, {k}); {taken} }}"
    store = modifiers[0] == "store"
    place, registers = (operands[0], operands[1]) if store else (operands[1], operands[0])
    rows, columns = {"a": (m, k), "b": (k, n), "c": (m, n), "d": (m, n)}[modifiers[1]]
    step = ("1", read(operands[2], "u32"))
    down, right = step[::-1] if "row" in modifiers else step
    where = f"(uint32_t *){address(place, modifiers)}, {rows * columns // 32}, {columns}, {down}, {right}"
    if store:
        return f"wmma_store(t, {array(registers)}, {where});"
    registers = several(registers)
    taken = " ".join(write(one, "b32", f"v[{at}]") for at, one in enumerate(registers))
    return f"{{ uint32_t v[{len(registers)}]; wmma_load(t, v, {where}); {taken} }}"


# Instructions after which a thread may have to wait for others.
WAITS = ("bar", "wmma")
# Said of a float's or a memory's handling, and nothing to a processor that works threads off one by one.
IGNORED = {"ftz", "approx", "full", "relaxed", "gpu", "cta", "acq_rel", "volatile"}


def statement(text):
    """C of one instruction, without its guard and semicolon."""
    full, _, operands = text.partition(" ")
    name, *modifiers = full.split(".")
    if name == "ret":
        return "return;"
    if name == "bra":
        return f"goto {operands.strip().replace('$', 'l_')};"
    if name not in TRANSLATIONS:
        raise Unknown(f"instruction {full}")
    modifiers = [one for one in modifiers if one not in IGNORED]
    try:
        return TRANSLATIONS[name](name, modifiers, parts(operands))
    except (KeyError, IndexError, ValueError) as error:
        raise Unknown(f"instruction {text}: {error!r}") from error


def function(name, listed, code):
    """C of a kernel: its body, and what driver.c has to know of it."""
    parameters.clear()
    size, sizes = 0, []
    for one in parts(listed):
        found = re.fullmatch(r"\.param\s+(.*?)([\w$]+)(?:\[(\d+)\])?", one, re.S)
        own = width(re.search(r"\.([busf]\d+)", found[1])[1]) // 8
        # `.ptr … .align` is of what is pointed to.
        stated = None if ".ptr" in found[1] else re.search(r"\.align\s+(\d+)", found[1])
        align = max(own, int(stated[1]) if stated else 1)
        size = -(-size // align) * align
        parameters[found[2]] = size
        sizes.append((size, own * int(found[3] or 1)))
        size += sizes[-1][1]
    declared, lines, waits = [], [], 0
    for text in re.split(r";|(?<=:)\s*\n", code):
        text = " ".join(text.split())
        while label := re.match(r"([\w$]+):\s*(.*)", text):
            lines.append(f"{label[1].replace('$', 'l_')}: ;")
            text = label[2]
        if found := re.match(r"\.reg\s+\.(\w+)\s+(%\w+)<(\d+)>", text):
            kind = "int" if found[1] == "pred" else bits(found[1])
            declared += [f"{kind} {register(found[2])}{at} = 0;" for at in range(1, int(found[3]))]
        elif text.startswith(".pragma") or not text:
            continue
        elif text.startswith("."):
            raise Unknown(f"directive {text}")
        else:
            guard = re.match(r"@(!?)(%\w+)\s+(.*)", text)
            text = guard[3] if guard else text
            waits |= text.split(".")[0] in WAITS
            made = statement(text)
            lines.append(f"if ({guard[1]}{register(guard[2])}) {{ {made} }}" if guard else made)
    body = "\n    ".join(declared + lines)
    places = ", ".join(f"{{{at}, {length}}}" for at, length in sizes)
    return (
        f"static void body_{name}(Thread *t, char *parameters) {{\n    {body}\n}}\n"
        f"static const Parameter parameters_{name}[] = {{{places}}};\n"
        f"const Kernel kernel_{name} = {{body_{name}, {waits}, {len(sizes)}, parameters_{name}}};\n"
    )


text = re.sub(r"//[^\n]*", "", open(sys.argv[1]).read())
parameters = {}
shared = re.findall(r"\.extern \.shared \.align \d+ \.b8 (\w+)\[\];", text)
try:
    print('#include "kernel.h"\n')
    # Functions of NVIDIA's library stand there too; where a kernel needs one, it is part of it already.
    for kernel in re.finditer(r"\.entry\s+(\w+)\s*\((.*?)\)\s*(?:\.\w+\s+[\d, ]+\s*)*\{(.*?)\n\}", text, re.S):
        print(function(*kernel.groups()))
except Unknown as error:
    sys.exit(f"{sys.argv[1]}: {error}")
