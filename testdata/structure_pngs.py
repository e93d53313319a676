"""PNG files of unusual structure, good and bad. What the good ones show is known from
the samples they were written from."""

import struct
import zlib

import numpy as np

import containers
import light
import scenes
import structure_jpegs
from cases import Case
from colour_jpegs import HEIGHT, WIDTH, colours, greys
from colour_pngs import with_alpha
from containers import GREY, GREY_ALPHA, PALETTE, PNG_SIGNATURE, RGB, RGBA, chunk, png


def exact(make, pixels, worst=0):
    return Case(make, lambda _: pixels(), worst / 2, worst)


# Chunks in and out


def chunks(data):
    """(kind, body) of every chunk."""
    out, at = [], len(PNG_SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        out.append((kind, data[at + 8 : at + 8 + length]))
        at += 12 + length
    return out


def joined(parts):
    return PNG_SIGNATURE + b"".join(chunk(kind, body) for kind, body in parts)


def plain():
    return png(colours(), RGB)


def with_data(change):
    """The plain picture with other IDAT bytes."""
    return joined((kind, change(body) if kind == b"IDAT" else body) for kind, body in chunks(plain()))


def with_extra(*extra):
    """Chunks between IHDR and IDAT."""
    return png(colours(), RGB, extra=extra)


# Transparency by key and palette


def keyed(samples, key):
    """RGB of 8 bits, clear where all samples have the key's value."""
    clear = (samples == np.array(key)).all(-1, keepdims=True)
    shown = samples if samples.max() < 256 else light.reduced(samples)
    if shown.shape[-1] == 1:
        shown = np.repeat(shown, 3, -1)
    return np.concatenate([shown, np.where(clear, 0, 255)], -1)


def key_chunk(*key):
    return b"tRNS", struct.pack(f">{len(key)}H", *key)


def deep_with_key():
    """One patch has exactly the key; its neighbour has the same high bytes only."""
    samples = scenes.deep(colours())
    samples[32:40, 0:8] = (0x1234, 0x5678, 0x9ABC)
    samples[32:40, 8:16] = (0x1234, 0x5678, 0x9ABD)
    return samples


FEW = [(220, 40, 40, 255), (40, 170, 70, 0), (40, 80, 210, 128), (250, 200, 60, 64),
       (20, 20, 20, 255), (90, 200, 220, 200), (255, 255, 255, 255), (150, 60, 160, 32),
       (0, 90, 90, 255), (255, 120, 0, 16), (120, 120, 120, 240), (60, 0, 90, 255),
       (200, 255, 180, 100), (110, 70, 30, 255), (255, 180, 200, 255), (10, 10, 120, 255)]


def few_indices(bits):
    """Odd in size, so that rows end inside a byte."""
    y, x = np.mgrid[0:47, 0:61]
    return ((x // 5 + y // 4 * 3) % (1 << bits))[..., None]


def few_png(bits, interlaced=False):
    """The alpha list is shorter than the palette: later entries are opaque."""
    entries = np.array(FEW[: 1 << bits], np.uint8)
    levels = entries[:, 3].tobytes().rstrip(b"\xff") or b"\xff"
    extra = [(b"PLTE", entries[:, :3].tobytes()), (b"tRNS", levels)]
    return png(few_indices(bits), PALETTE, bits, interlaced, extra)


def few_pixels(bits):
    return np.array(FEW)[few_indices(bits)[..., 0]]


def beyond_indices():
    indices = few_indices(2)
    indices[10:20, 10:20] = 200
    return indices


def beyond_png():
    """Four colours, and a square of index 200: libpng shows it black."""
    entries = np.array(FEW[:4], np.uint8)[:, :3].tobytes()
    return png(beyond_indices(), PALETTE, extra=[(b"PLTE", entries)])


def beyond_pixels():
    known = np.array(FEW)[:, :3]
    return np.where(beyond_indices() < 4, known[np.minimum(beyond_indices()[..., 0], 3)], 0)


# Data in pieces


def in_pieces():
    """IDAT chunks of 0 to 100 bytes."""
    rng = np.random.default_rng(100)
    (head, (_, body), end), pieces = chunks(plain()), []
    while body:
        size = int(rng.integers(0, 101))
        pieces.append((b"IDAT", body[:size]))
        body = body[size:]
    return joined([head, (b"IDAT", b""), *pieces, (b"IDAT", b""), end])


# Metadata


def metadata():
    return with_extra(
        (b"tEXt", b"Author\0Somebody"),
        (b"zTXt", b"Comment\0\0" + zlib.compress(b"A private remark. " * 20)),
        (b"iTXt", b"Title\0\0\0en\0Title\0" + "Grüße".encode()),
        (b"eXIf", structure_jpegs.exif_with_gps()),
        (b"tIME", struct.pack(">H5B", 2024, 1, 2, 3, 4, 5)),
        (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)))


def broken_text():
    """An ancillary chunk whose checksum is wrong: to be passed over."""
    return containers.with_broken_crc(with_extra((b"tEXt", b"Author\0Somebody")), b"tEXt")


# Animation


def frame_control(number):
    """A whole frame, shown for half a second."""
    return b"fcTL", struct.pack(">5I2H2B", number, WIDTH, HEIGHT, 0, 0, 1, 2, 0, 0)


def animation(first, *numbers):
    """The still picture, then two frames upside down with these sequence numbers.

    `first` says whether the still picture is the first frame.
    """
    head, data, end = chunks(plain())
    other = chunks(png(colours()[::-1], RGB))[1][1]
    control = [frame_control(0)] if first else []
    frames = []
    for at in (0, 2):
        frames += [frame_control(numbers[at]), (b"fdAT", struct.pack(">I", numbers[at + 1]) + other)]
    count = (b"acTL", struct.pack(">II", len(control) + 2, 0))
    return joined([head, count, *control, data, *frames, end])


def good_cases():
    deep_clear = scenes.deep(with_alpha(colours()))
    deep_grey = scenes.deep(with_alpha(greys(0)))
    table = {
        "grey-trns.png": exact(lambda: png(greys(0), GREY, extra=[key_chunk(100)]), lambda: keyed(greys(0), [100])),
        "rgb-16bit-trns.png": exact(lambda: png(deep_with_key(), RGB, 16, extra=[key_chunk(0x1234, 0x5678, 0x9ABC)]),
                                    lambda: keyed(deep_with_key(), [0x1234, 0x5678, 0x9ABC]), 1),
        "palette-2bit-interlaced.png": exact(lambda: few_png(2, True), lambda: few_pixels(2)),
        "palette-beyond.png": exact(beyond_png, beyond_pixels),
        "interlaced-rgba-16bit.png": exact(lambda: png(deep_clear, RGBA, 16, True),
                                           lambda: light.reduced(deep_clear), 1),
        "grey-alpha-16bit.png": exact(lambda: png(deep_grey, GREY_ALPHA, 16), lambda: light.reduced(deep_grey), 1),
        "animated-disorder.png": exact(lambda: animation(True, 3, 4, 1, 2), colours),
        "animated-still-apart.png": exact(lambda: animation(False, 0, 1, 2, 3), colours),
    }
    for bits in (1, 2, 4):
        table[f"palette-{bits}bit-trns.png"] = exact(lambda n=bits: few_png(n), lambda n=bits: few_pixels(n))
    for name, make in {
        "idat-pieces.png": in_pieces,
        "trailing.png": lambda: plain() + bytes(range(200)),
        "metadata.png": metadata,
        "unknown-chunk.png": lambda: with_extra((b"puSh", b"nobody knows this")),
        "text-crc.png": broken_text,
    }.items():
        table[name] = exact(make, colours)
    return table


# Bad files


def with_depth(bits):
    """Another bit depth in IHDR, with the right checksum."""
    (_, head), *rest = chunks(plain())
    return joined([(b"IHDR", head[:8] + bytes([bits]) + head[9:]), *rest])


def parted():
    """A text chunk between two IDAT chunks."""
    head, (_, body), end = chunks(plain())
    half = len(body) // 2
    return joined([head, (b"IDAT", body[:half]), (b"tEXt", b"Author\0Somebody"), (b"IDAT", body[half:]), end])


def rows(change):
    """Change the filtered rows; the zlib stream stays sound."""
    return with_data(lambda body: zlib.compress(change(zlib.decompress(body)), 9))


def bad_filter(data):
    """Row 20 names a filter that does not exist."""
    at = 20 * (1 + 3 * WIDTH)
    return data[:at] + b"\7" + data[at + 1 :]


def bad_cases():
    palette = few_png(4)
    table = {
        "decode-adler.png": lambda: with_data(lambda body: body[:-1] + bytes([body[-1] ^ 0xFF])),
        "decode-plte-crc.png": lambda: containers.with_broken_crc(palette, b"PLTE"),
        "decode-plte-missing.png": lambda: joined(
            part for part in chunks(palette) if part[0] not in (b"PLTE", b"tRNS")),
        "decode-idat-gap.png": parted,
        "decode-zlib-short.png": lambda: rows(lambda data: data[: -5 * (1 + 3 * WIDTH)]),
        "decode-bad-filter.png": lambda: rows(bad_filter),
        "decode-unknown-critical.png": lambda: with_extra((b"PUSH", b"must be known")),
        "decode-no-idat.png": lambda: containers.without_chunk(plain(), b"IDAT"),
        "decode-bit-depth.png": lambda: with_depth(4),
    }
    return {f"bad/{name}": Case(make) for name, make in table.items()}


def cases():
    return good_cases() | bad_cases()
