#!/usr/bin/env python3
"""Writes every test picture next to this script: python3 testdata/generate.py

Everything is drawn here with fixed seeds; nothing is read or fetched, so two
runs with the same package versions give the same bytes. What each file is for
is told in README.md. The drawings are in scenes.py and landscape.py, the file
formats in containers.py. The modules that end in _jpegs and _pngs hold further
files, most of them with the pixels they must show; those go to expected/.
"""

import sys

sys.dont_write_bytecode = True  # leave nothing but the fixtures behind

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

import cases
import colour_jpegs
import colour_pngs
import containers
import icons
import landscape
import scenes
import structure_jpegs
import structure_pngs
from containers import GREY, GREY_ALPHA, PALETTE, RGB, RGBA, png, saved

HERE = Path(__file__).resolve().parent

# How the displayed picture is stored so that applying orientation N restores it.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,  # counter-clockwise; viewers turn it back
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


# Photograph, logo and graphic


@cache
def photograph():
    return landscape.photograph()


def photo_jpg():
    return jpeg(photograph(), quality=82, optimize=True)


def jpeg(image, subsampling="4:2:0", quality=90, **options):
    return saved(image, "JPEG", subsampling=subsampling, quality=quality, **options)


def hill_jpeg(**options):
    return jpeg(Image.fromarray(scenes.hill()), **options)


# Orientation. The byte order alternates, the other way round in PNG than in JPEG,
# so that every orientation occurs in both.


def turned(orientation):
    how = STORED[orientation]
    return scenes.quadrants() if how is None else scenes.quadrants().transpose(how)


def orientation_jpg(orientation):
    tag = containers.exif(orientation, "II" if orientation % 2 else "MM")
    return jpeg(turned(orientation), "4:4:4", 95, exif=b"Exif\0\0" + tag)


def orientation_png(orientation):
    tag = containers.exif(orientation, "MM" if orientation % 2 else "II")
    return png(np.array(turned(orientation)), RGB, extra=[(b"eXIf", tag)])


# Colour types and bit depths


def with_alpha(samples):
    return np.concatenate([samples, scenes.hole()], -1)


def palette_png():
    reduced = Image.fromarray(scenes.hill()).quantize(48, dither=Image.Dither.NONE)
    colours = bytes(reduced.getpalette())[: 3 * 48]
    return png(np.array(reduced)[..., None], PALETTE, extra=[(b"PLTE", colours)])


def palette_trns_png():
    indices, colours, alpha = scenes.glass_palette()
    extra = [(b"PLTE", colours.astype(np.uint8).tobytes()), (b"tRNS", alpha.astype(np.uint8).tobytes())]
    return png(indices, PALETTE, extra=extra)


def rgb_trns_png():
    """The sun's colour is the transparent one."""
    key = np.array([250, 200, 60], ">u2").tobytes()
    return png(scenes.hill(), RGB, extra=[(b"tRNS", key)])


def few_greys_png(bits):
    return png(scenes.few_greys(bits), GREY, bits)


def transparent_png():
    """Clear everywhere, but with colours that must not show through."""
    return png(np.concatenate([scenes.hill(), 0 * scenes.hole()], -1), RGBA)


def opaque_alpha_png():
    return png(np.concatenate([scenes.hill(), 0 * scenes.hole() + 255], -1), RGBA)


def animated_png():
    """The second frame is upside down: only the first one may be used."""
    first = Image.fromarray(scenes.hill())
    second = first.transpose(Image.Transpose.ROTATE_180)
    return saved(first, "PNG", save_all=True, append_images=[second], duration=500, loop=0)


# Files to refuse


def small_photo_jpg():
    return jpeg(photograph().resize((160, 107), Image.Resampling.BOX))


def cut(data, share):
    return data[: int(len(data) * share)]


def hill_png():
    return png(scenes.hill(), RGB)


def webp_header():
    return b"RIFF" + (26).to_bytes(4, "little") + b"WEBPVP8L" + (14).to_bytes(4, "little") + bytes(14)


def fixtures():
    """File name to a function that makes its bytes."""
    hill, grey, line = scenes.hill, scenes.hill_grey, scenes.line
    table = {
        "photo.jpg": photo_jpg,
        "logo.png": lambda: saved(scenes.logo(), "PNG", optimize=True),
        "text.png": lambda: saved(scenes.text(), "PNG", optimize=True),
        # JPEG codings
        "420.jpg": lambda: hill_jpeg(subsampling="4:2:0"),
        "422.jpg": lambda: hill_jpeg(subsampling="4:2:2"),
        "444.jpg": lambda: hill_jpeg(subsampling="4:4:4"),
        "progressive.jpg": lambda: hill_jpeg(progressive=True),
        "restart.jpg": lambda: hill_jpeg(restart_marker_rows=1),
        "grey.jpg": lambda: saved(Image.fromarray(grey()[..., 0]), "JPEG", quality=90),
        "cmyk.jpg": lambda: saved(scenes.cmyk(), "JPEG", quality=90),
        # PNG colour types and depths
        "grey.png": lambda: png(grey(), GREY),
        "grey-alpha.png": lambda: png(with_alpha(grey()), GREY_ALPHA),
        "grey-1bit.png": lambda: few_greys_png(1),
        "grey-2bit.png": lambda: few_greys_png(2),
        "grey-4bit.png": lambda: few_greys_png(4),
        "palette.png": palette_png,
        "palette-trns.png": palette_trns_png,
        "rgb-trns.png": rgb_trns_png,
        "rgb-16bit.png": lambda: png(scenes.deep(hill()), RGB, 16),
        "rgba-16bit.png": lambda: png(scenes.deep(with_alpha(hill())), RGBA, 16),
        "interlaced.png": lambda: png(hill(), RGB, interlaced=True),
        "transparent.png": transparent_png,
        "opaque-alpha.png": opaque_alpha_png,
        "animated.png": animated_png,
    }
    for width, height in [(1, 1), (3000, 1), (1, 3000)]:
        strip = line(width, height)
        table[f"{width}x{height}.png"] = lambda strip=strip: png(strip, RGB)
        table[f"{width}x{height}.jpg"] = lambda strip=strip: jpeg(Image.fromarray(strip))
    for n in STORED:
        table[f"orientation-{n}.jpg"] = lambda n=n: orientation_jpg(n)
        table[f"orientation-{n}.png"] = lambda n=n: orientation_png(n)
    return table | {f"bad/{name}": make for name, make in bad_fixtures().items()}


def bad_fixtures():
    """The name begins with the kind of error the file must give."""
    patched = containers.with_frame_header
    return {
        "unsupported-gif.jpg": lambda: saved(Image.fromarray(scenes.hill()).quantize(32), "GIF"),
        "unsupported-webp.png": webp_header,
        "unsupported-empty.jpg": lambda: b"",
        "unsupported-text.png": lambda: b"This is not a picture.\n",
        "unsupported-arithmetic.jpg": lambda: patched(hill_jpeg(), marker=0xC9),
        "unsupported-12bit.jpg": lambda: patched(hill_jpeg(), marker=0xC1, precision=12),
        "unsupported-lossless.jpg": lambda: patched(hill_jpeg(), marker=0xC3),
        "decode-truncated.jpg": lambda: cut(small_photo_jpg(), 0.6),
        "decode-only-soi.jpg": lambda: b"\xff\xd8\xff",
        "decode-truncated.png": lambda: containers.cut_in_chunk(hill_png(), b"IDAT"),
        "decode-idat-crc.png": lambda: containers.with_broken_crc(hill_png(), b"IDAT"),
        "decode-ihdr-crc.png": lambda: containers.with_broken_crc(hill_png(), b"IHDR"),
        "decode-no-iend.png": lambda: containers.without_chunk(hill_png(), b"IEND"),
        "decode-zero-width.png": lambda: containers.with_png_size(hill_png(), 0, 93),
        "limit-65500x65500.jpg": lambda: patched(hill_jpeg(), width=65500, height=65500),
        "limit-50000x50000.png": lambda: containers.with_png_size(hill_png(), 50000, 50000),
    }


def with_expected_pixels():
    """File name to a `Case`, for the files that other modules write."""
    table = {}
    for module in (colour_jpegs, colour_pngs, structure_jpegs, structure_pngs, icons):
        table |= module.cases()
    return table


def write(name, data):
    (HERE / name).write_bytes(data)
    print(f"{len(data):8} {name}")


def main():
    for folder in ("bad", "expected"):
        (HERE / folder).mkdir(exist_ok=True)
    for name, make in fixtures().items():
        write(name, make())
    further = with_expected_pixels()
    for name, case in further.items():
        data = case.make()
        write(name, data)
        if case.pixels:
            write(f"expected/{cases.expected_name(name)}", cases.expected_png(case.pixels(data)))
    write("expected/README.md", cases.table(further).encode())


if __name__ == "__main__":
    main()
