"""Writes ICC profiles: matrix and curves, grey, and tables for RGB and CMYK.

Every profile is built here from primaries and formulas. Numbers follow ICC.1:2001-04
(version 2) and ICC.1:2010 (version 4).
"""

import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
D65_XY = (0.3127, 0.3290)
SRGB_XY = [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)]
P3_XY = [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)]
ADOBE_XY = [(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)]
BT2020_XY = [(0.708, 0.292), (0.170, 0.797), (0.131, 0.046)]
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


# Colour geometry


def white_xyz(xy):
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def to_xyz(primaries, white=D65_XY):
    """The matrix from linear RGB to XYZ with this white."""
    columns = np.array([[x, y, 1 - x - y] for x, y in primaries]).T
    return columns * np.linalg.solve(columns, white_xyz(white))


def adaptation(white):
    """Bradford, from this white to D50."""
    gain = (BRADFORD @ D50) / (BRADFORD @ white_xyz(white))
    return np.linalg.inv(BRADFORD) @ np.diag(gain) @ BRADFORD


def lab(xyz):
    """CIE Lab relative to D50; the last axis holds X, Y, Z."""
    t = np.asarray(xyz) / D50
    f = np.where(t > (6 / 29) ** 3, np.cbrt(np.maximum(t, 1e-9)), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


# Tag bodies


def fixed(values):
    """s15Fixed16 numbers."""
    return b"".join(struct.pack(">i", round(float(v) * 65536)) for v in np.ravel(values))


def xyz_tag(values):
    return b"XYZ \0\0\0\0" + fixed(values)


def gamma_curve(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def table_curve(values):
    """Values from 0 to 1 at equal steps."""
    entries = np.round(np.asarray(values) * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", len(entries)) + entries.tobytes()


def srgb_curve():
    """Parametric curve, type 3."""
    return b"para\0\0\0\0\0\3\0\0" + fixed([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045])


def text_tags(name, version):
    if version >= 4:
        words = name.encode("utf-16-be")
        body = b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(words), 28) + words
        return {b"desc": body, b"cprt": body}
    words = name.encode() + b"\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(words)) + words + bytes(78)
    return {b"desc": description, b"cprt": b"text\0\0\0\0" + words}


# Whole profiles


def profile(device, space, pcs, version, tags):
    """Header, directory and bodies. Tags that share an object share their bytes."""
    at, placed, directory, bodies = 128 + 4 + 12 * len(tags), {}, b"", b""
    for kind, body in tags.items():
        if id(body) not in placed:
            placed[id(body)] = at + len(bodies)
            bodies += body + bytes(-len(body) % 4)
        directory += kind + struct.pack(">II", placed[id(body)], len(body))
    size = at + len(bodies)
    head = struct.pack(">I4sB3x4s4s4s6H4s", size, b"\0\0\0\0", version, device, space, pcs,
                       2024, 1, 1, 0, 0, 0, b"acsp")
    head = (head + bytes(28) + fixed(D50)).ljust(128, b"\0")
    return head + struct.pack(">I", len(tags)) + directory + bodies


def matrix_profile(name, primaries, curve, version=4, extra=()):
    """RGB by three primaries and one curve; the white is D65."""
    adapt = adaptation(D65_XY)
    columns = (adapt @ to_xyz(primaries)).T
    tags = text_tags(name, version) | {b"wtpt": xyz_tag(D50 if version >= 4 else white_xyz(D65_XY))}
    if version >= 4:
        tags[b"chad"] = b"sf32\0\0\0\0" + fixed(adapt)
    for letter, column in zip((b"r", b"g", b"b"), columns):
        tags[letter + b"XYZ"] = xyz_tag(column)
    for letter in (b"r", b"g", b"b"):
        tags[letter + b"TRC"] = curve
    return profile(b"mntr", b"RGB ", b"XYZ ", version, tags | dict(extra))


def srgb(version=4):
    return matrix_profile("sRGB by formula", SRGB_XY, srgb_curve(), version)


def display_p3():
    return matrix_profile("P3 with the sRGB curve", P3_XY, srgb_curve())


def adobe_rgb():
    """Gamma 2.2, precisely 563/256."""
    return matrix_profile("Adobe RGB primaries", ADOBE_XY, gamma_curve(563 / 256), 2)


def swapped():
    """Red and green exchanged: a reader that ignores the profile shows it at once."""
    red, green, blue = SRGB_XY
    return matrix_profile("Red and green exchanged", [green, red, blue], srgb_curve())


def table_p3():
    """Version 2, with a table that is darker than any usual curve in the middle."""
    t = np.linspace(0, 1, 1024)
    return matrix_profile("P3 with a table", P3_XY, table_curve(0.75 * t**2.6 + 0.25 * t), 2)


def long_p3(padding=70_000):
    """More than one APP2 segment can hold."""
    filler = b"data\0\0\0\0" + np.random.default_rng(64).bytes(padding)
    return matrix_profile("P3 with much padding", P3_XY, srgb_curve(), extra={b"padd": filler})


def grey(gamma=1.0):
    tags = text_tags("Grey", 2) | {b"wtpt": xyz_tag(D50), b"kTRC": gamma_curve(gamma)}
    return profile(b"mntr", b"GRAY", b"XYZ ", 2, tags)


# Tables


def grid(inputs, points):
    """All corners of the table, the first channel changing slowest."""
    axes = np.meshgrid(*[np.linspace(0, 1, points)] * inputs, indexing="ij")
    return np.stack(axes, -1).reshape(-1, inputs)


def lut(inputs, points, colours, bits):
    """An mft1 or mft2 body to Lab, with straight curves before and after the table."""
    head = struct.pack(">4B", inputs, 3, points, 0) + fixed(np.eye(3))
    if bits == 8:
        line = np.arange(256, dtype=np.uint8).tobytes()
        values = (colours + [0, 128, 128]) * [2.55, 1, 1]
        body = line * inputs + np.clip(np.round(values), 0, 255).astype(np.uint8).tobytes() + line * 3
        return b"mft1\0\0\0\0" + head + body
    line = struct.pack(">HH", 0, 65535)
    values = (colours + [0, 128, 128]) * [652.8, 256, 256]
    body = line * inputs + np.clip(np.round(values), 0, 65535).astype(">u2").tobytes() + line * 3
    return b"mft2\0\0\0\0" + head + struct.pack(">HH", 2, 2) + body


def lut_rgb(points=9):
    """RGB by table only: gamma 1.8, channels bleeding into one another."""
    bleed = np.array([[0.80, 0.15, 0.05], [0.20, 0.75, 0.05], [0.02, 0.13, 0.85]])
    linear = grid(3, points) ** 1.8 @ bleed.T
    colours = lab(linear @ (adaptation(D65_XY) @ to_xyz(SRGB_XY)).T)
    tags = text_tags("RGB by table", 2) | {b"wtpt": xyz_tag(D50), b"A2B0": lut(3, points, colours, 16)}
    return profile(b"mntr", b"RGB ", b"Lab ", 2, tags)


# Linear sRGB of paper covered with one ink.
INKS = np.array([[0.03, 0.30, 0.62], [0.55, 0.03, 0.16], [0.90, 0.72, 0.05], [0.04, 0.04, 0.045]])


def printed(ink):
    """Linear sRGB of four inks laid over one another, each spreading a little."""
    cover = 1 - (1 - np.asarray(ink)) ** 1.25
    return np.prod(1 - cover[..., None] * (1 - INKS), -2)


def cmyk(points=7, bits=8):
    """A made-up press. The three intents share one table."""
    colours = lab(printed(grid(4, points)) @ (adaptation(D65_XY) @ to_xyz(SRGB_XY)).T)
    body = lut(4, points, colours, bits)
    tags = text_tags("Made-up press", 2) | {b"wtpt": xyz_tag(D50)}
    tags |= {b"A2B0": body, b"A2B1": body, b"A2B2": body}
    return profile(b"prtr", b"CMYK", b"Lab ", 2, tags)
