"""A small sequential JPEG writer for what Pillow cannot write: any sampling factors,
any component ids, separate scans, strange segments. It follows ITU-T T.81.
"""

import struct
from typing import NamedTuple

import numpy as np

SOI, EOI = b"\xff\xd8", b"\xff\xd9"


def zigzag_order():
    def place(at):
        y, x = divmod(at, 8)
        return y + x, y if (y + x) % 2 else x

    return np.array(sorted(range(64), key=place))


ZIGZAG = zigzag_order()
STEP = np.add.outer(np.arange(8), np.arange(8)).reshape(64)[ZIGZAG]  # distance from the mean, in zigzag order
FINE, COARSE = 2 + STEP, 3 + STEP * 3 // 2  # quantization tables for luma and chroma
BASIS = np.array([[np.cos((2 * x + 1) * u * np.pi / 16) * (0.5 if u else 8**-0.5) for x in range(8)] for u in range(8)])


# The Huffman tables of T.81, annex K: codes per length, then the symbols.


class Huffman(NamedTuple):
    lengths: bytes
    symbols: bytes

    def codes(self):
        """Symbol to a string of 0 and 1."""
        out, code, symbols = {}, 0, iter(self.symbols)
        for length, count in enumerate(self.lengths, 1):
            for _ in range(count):
                out[next(symbols)] = format(code, f"0{length}b")
                code += 1
            code <<= 1
        return out


def huffman(lengths, symbols):
    return Huffman(bytes.fromhex(lengths), bytes.fromhex(symbols))


DC_LUMA = huffman("00010501010101010100000000000000", "000102030405060708090a0b")
DC_CHROMA = huffman("00030101010101010101010000000000", "000102030405060708090a0b")
AC_LUMA = huffman("0002010303020403050504040000017d", """
    01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728
    292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586878889
    8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2
    e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa""")
AC_CHROMA = huffman("00020102040403040705040400010277", """
    000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a26
    2728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a828384858687
    88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da
    e2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa""")
TABLES = {(0, 0): DC_LUMA, (1, 0): AC_LUMA, (0, 1): DC_CHROMA, (1, 1): AC_CHROMA}  # by class and id


def reversed_table(table):
    """The same lengths, the symbols the other way round: legal, but different."""
    return Huffman(table.lengths, table.symbols[::-1])


# From pixels to coefficients


class Part(NamedTuple):
    """One component. `blocks` is rows x columns x 64 and fills whole MCUs; `real` is the
    number of rows and columns that hold picture, which is what a scan of its own carries."""

    ident: int
    h: int
    v: int
    blocks: np.ndarray
    real: tuple
    quant: int = 0
    huff: int = 0


class Frame(NamedTuple):
    width: int
    height: int
    parts: list
    quants: dict


def ycc(rgb):
    r, g, b = np.moveaxis(rgb.astype(float), -1, 0)
    y = 0.299 * r + 0.587 * g + 0.114 * b
    return np.stack([y, 128 + (b - y) / 1.772, 128 + (r - y) / 1.402], -1)


def shrunk(plane, down, right):
    """Means of cells; the edge is repeated where they stick out."""
    plane = np.pad(plane, ((0, -plane.shape[0] % down), (0, -plane.shape[1] % right)), "edge")
    height, width = plane.shape
    return plane.reshape(height // down, down, width // right, right).mean((1, 3))


def quantized(plane, rows, columns, quant):
    plane = np.pad(plane, ((0, rows * 8 - plane.shape[0]), (0, columns * 8 - plane.shape[1])), "edge")
    cells = plane.reshape(rows, 8, columns, 8).swapaxes(1, 2) - 128
    waves = (BASIS @ cells @ BASIS.T).reshape(rows, columns, 64)[..., ZIGZAG]
    return np.round(waves / quant).astype(int)


def frame(planes, factors, idents=(1, 2, 3, 4), quants=None, tables=(0, 1, 1, 0)):
    """`planes` is height x width x components from 0 to 255; `factors` a (h, v) for each."""
    height, width, count = planes.shape
    quants = quants or {0: FINE, 1: COARSE}
    most_h, most_v = (max(pair[i] for pair in factors) for i in (0, 1))
    across, down = -(-width // (8 * most_h)), -(-height // (8 * most_v))
    parts = []
    for i, (h, v) in enumerate(factors):
        plane = shrunk(planes[..., i].astype(float), most_v // v, most_h // h)
        real = (-(-plane.shape[0] // 8), -(-plane.shape[1] // 8))
        use = tables[i] if count > 1 else 0
        blocks = quantized(plane, down * v, across * h, quants[min(use, max(quants))])
        parts.append(Part(idents[i], h, v, blocks, real, min(use, max(quants)), use))
    return Frame(width, height, parts, quants)


# From coefficients to bytes


def digits(value):
    """T.81's additional bits: as many as the magnitude needs, negative ones complemented."""
    size = int(abs(value)).bit_length()
    return size, format(value if value > 0 else value + (1 << size) - 1, f"0{size}b") if size else ""


def block_bits(block, before, dc, ac):
    size, more = digits(int(block[0]) - before)
    out, run = [dc[size] + more], 0
    for value in block[1 : np.max(np.nonzero(block)[0], initial=0) + 1]:
        if value == 0:
            run += 1
            continue
        out += [ac[0xF0]] * (run // 16)
        size, more = digits(int(value))
        out.append(ac[run % 16 * 16 + size] + more)
        run = 0
    return "".join(out) + ("" if block[63] else ac[0])


def mcus(parts):
    """Lists of (part number, block), MCU by MCU, and the number of MCUs in a row."""
    if len(parts) == 1:
        rows, columns = parts[0].real
        return [[(0, parts[0].blocks[y, x])] for y in range(rows) for x in range(columns)], columns
    down, across = parts[0].blocks.shape[0] // parts[0].v, parts[0].blocks.shape[1] // parts[0].h
    return [[(n, part.blocks[row * part.v + y, column * part.h + x])
             for n, part in enumerate(parts) for y in range(part.v) for x in range(part.h)]
            for row in range(down) for column in range(across)], across


def mcu_bits(parts, tables=TABLES, restart=0):
    """A string of 0 and 1 for every MCU."""
    coders = [(tables[0, part.huff].codes(), tables[1, part.huff].codes()) for part in parts]
    out = []
    for number, mcu in enumerate(mcus(parts)[0]):
        if number % (restart or 1 << 30) == 0:
            before = [0] * len(parts)
        bits = ""
        for n, block in mcu:
            bits += block_bits(block, before[n], *coders[n])
            before[n] = int(block[0])
        out.append(bits)
    return out


def stuffed(bits):
    """To bytes: filled up with ones, a zero byte after every 0xff."""
    bits += "1" * (-len(bits) % 8)
    return (int("1" + bits, 2).to_bytes(len(bits) // 8 + 1, "big")[1:]).replace(b"\xff", b"\xff\0")


def entropy(parts, tables=TABLES, restart=0, order=lambda n: n % 8):
    """The data of one scan, with restart markers numbered by `order`."""
    bits = mcu_bits(parts, tables, restart)
    every = restart or len(bits)
    out = b""
    for number, at in enumerate(range(0, len(bits), every)):
        if number:
            out += bytes([0xFF, 0xD0 + order(number - 1)])
        out += stuffed("".join(bits[at : at + every]))
    return out


def row_ends(parts):
    """How many bytes of the scan's data hold the first row of MCUs, the first two, and so on."""
    bits, across = mcu_bits(parts), mcus(parts)[1]
    return [len(stuffed("".join(bits[:end]))) for end in range(across, len(bits) + 1, across)]


# Segments


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jfif():
    return segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")


def adobe(transform):
    return segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform))


def icc_segments(profile, count=None, order=None):
    """APP2 segments with the profile cut in `count` pieces, written in `order`."""
    count = count or -(-len(profile) // 65519)
    size = -(-len(profile) // count)
    pieces = [segment(0xE2, b"ICC_PROFILE\0" + bytes([n + 1, count]) + profile[n * size : (n + 1) * size])
              for n in range(count)]
    return b"".join(pieces[n] for n in (order or range(count)))


def dqt(quants, deep=False):
    kind, high = (">u2", 16) if deep else (np.uint8, 0)
    return segment(0xDB, b"".join(bytes([high + n]) + values.astype(kind).tobytes() for n, values in quants.items()))


def dht(tables=TABLES):
    return segment(0xC4, b"".join(bytes([kind * 16 + n]) + table.lengths + table.symbols
                                  for (kind, n), table in tables.items()))


def dri(interval):
    return segment(0xDD, struct.pack(">H", interval))


def sof(frame, marker=0xC0, height=None):
    body = struct.pack(">BHHB", 8, frame.height if height is None else height, frame.width, len(frame.parts))
    return segment(marker, body + b"".join(bytes([p.ident, p.h * 16 + p.v, p.quant]) for p in frame.parts))


def sos(parts, first=0, last=63, bits=0):
    body = bytes([len(parts)]) + b"".join(bytes([p.ident, p.huff * 17]) for p in parts)
    return segment(0xDA, body + bytes([first, last, bits]))


def scan(parts, tables=TABLES, restart=0):
    return sos(parts) + entropy(parts, tables, restart)


def jpeg(frame, before=b"", marker=0xC0, restart=0, separate=False, deep=False, after=b""):
    """A whole file. `before` follows SOI, `after` comes between the tables and the first scan."""
    used = {part.huff for part in frame.parts}
    tables = {key: table for key, table in TABLES.items() if key[1] in used}
    scans = [[part] for part in frame.parts] if separate else [frame.parts]
    return (SOI + before + dqt(frame.quants, deep) + sof(frame, marker) + dht(tables)
            + (dri(restart) if restart else b"") + after
            + b"".join(scan(parts, restart=restart) for parts in scans) + EOI)


def after_first(data, marker):
    """Offset just after the first segment of this marker."""
    at = 2
    while data[at + 1] != marker:
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return at + 2 + struct.unpack_from(">H", data, at + 2)[0]


def with_segments(data, extra):
    """More segments just after SOI, or after the APP0 segment if there is one."""
    at = after_first(data, 0xE0) if data[3] == 0xE0 else 2
    return data[:at] + extra + data[at:]
