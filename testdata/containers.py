"""File formats at the byte level: a PNG writer for what Pillow cannot write, EXIF,
and the small surgery that turns good files into bad ones."""

import io
import struct
import zlib

import numpy as np

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6  # PNG colour types
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def pack_row(row, bits):
    """Samples of one row to bytes."""
    if bits == 16:
        return row.astype(">u2").tobytes()
    if bits == 8:
        return row.astype(np.uint8).tobytes()
    digits = (row.reshape(-1, 1) >> np.arange(bits)[::-1]) & 1
    return np.packbits(digits.astype(np.uint8)).tobytes()


def filtered(rows, step):
    """Filter the rows, cycling through all five types so that a reader meets each."""
    out = bytearray()
    above = np.zeros(len(rows[0]), int)
    for number, row in enumerate(rows):
        here = np.frombuffer(row, np.uint8).astype(int)
        left = np.concatenate([np.zeros(step, int), here])[: len(here)]
        corner = np.concatenate([np.zeros(step, int), above])[: len(here)]
        guess = left + above - corner
        to_left, to_above, to_corner = abs(guess - left), abs(guess - above), abs(guess - corner)
        paeth = np.where((to_left <= to_above) & (to_left <= to_corner), left,
                         np.where(to_above <= to_corner, above, corner))
        kind = number % 5
        predicted = [0 * here, left, above, (left + above) // 2, paeth][kind]
        out += bytes([kind]) + ((here - predicted) & 255).astype(np.uint8).tobytes()
        above = here
    return bytes(out)


def png(samples, colour, bits=8, interlaced=False, extra=()):
    """A PNG of integer samples (height x width x channels).

    `extra` holds (kind, body) chunks to put between IHDR and IDAT.
    """
    height, width, channels = samples.shape
    passes = [samples[y::dy, x::dx] for y, x, dy, dx in ADAM7] if interlaced else [samples]
    data = b""
    for part in passes:
        if part.size:
            data += filtered([pack_row(row, bits) for row in part], max(1, channels * bits // 8))
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))
    chunks = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(data, 9)), (b"IEND", b"")]
    return PNG_SIGNATURE + b"".join(chunk(kind, body) for kind, body in chunks)


def saved(image, kind, **options):
    """The bytes of a Pillow image."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation, order):
    """A TIFF header and one directory with one entry. `order` is "II" or "MM"."""
    end = "<" if order == "II" else ">"
    entry = struct.pack(end + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return order.encode() + struct.pack(end + "HIH", 42, 8, 1) + entry + struct.pack(end + "I", 0)


def png_chunk_at(data, kind):
    """Offset of the length field, and the length, of the first chunk of a kind."""
    at = len(PNG_SIGNATURE)
    while data[at + 4 : at + 8] != kind:
        at += 12 + struct.unpack_from(">I", data, at)[0]
    return at, struct.unpack_from(">I", data, at)[0]


def with_broken_crc(data, kind):
    at, length = png_chunk_at(data, kind)
    out = bytearray(data)
    out[at + 8 + length] ^= 0xFF
    return bytes(out)


def cut_in_chunk(data, kind):
    at, length = png_chunk_at(data, kind)
    return data[: at + 8 + length // 2]


def without_chunk(data, kind):
    at, length = png_chunk_at(data, kind)
    return data[:at] + data[at + 12 + length :]


def with_png_size(data, width, height):
    """Another size in IHDR, with the right checksum."""
    at, length = png_chunk_at(data, b"IHDR")
    body = struct.pack(">II", width, height) + data[at + 16 : at + 8 + length]
    return data[:at] + chunk(b"IHDR", body) + data[at + 12 + length :]


def with_frame_header(data, marker=None, precision=None, width=None, height=None):
    """Change fields of the SOF0 segment of a baseline JPEG."""
    at = 2
    while data[at + 1] != 0xC0:
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    out = bytearray(data)
    if marker is not None:
        out[at + 1] = marker
    if precision is not None:
        out[at + 4] = precision
    if height is not None:
        struct.pack_into(">H", out, at + 5, height)
    if width is not None:
        struct.pack_into(">H", out, at + 7, width)
    return bytes(out)
