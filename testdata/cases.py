"""What a fixture is made of: its bytes, the pixels it must show, and how near is near enough."""

import io
from typing import Callable, NamedTuple

import numpy as np
from PIL import Image

from containers import saved


class Case(NamedTuple):
    """`make` gives the file; `pixels` takes the file and gives what it shows in sRGB.

    `mean` and `worst` are the differences to allow, in levels of 255. Where alpha is 0,
    colours do not count.
    """

    make: Callable[[], bytes]
    pixels: Callable[[bytes], np.ndarray] | None = None
    mean: float = 0
    worst: int = 0


def decoded(data):
    """The samples as Pillow decodes them, without any colour conversion but YCbCr to RGB."""
    samples = np.array(Image.open(io.BytesIO(data)))
    return samples if samples.ndim == 3 else samples[..., None]


def shown(data):
    """RGB pixels of a JPEG as Pillow shows them."""
    return np.array(Image.open(io.BytesIO(data)).convert("RGB"))


def expected_png(pixels):
    """Grey becomes RGB, grey with alpha becomes RGBA."""
    channels = pixels.shape[-1]
    if channels < 3:
        pixels = pixels[..., [0, 0, 0, 1][: channels + 2]]
    return saved(Image.fromarray(np.ascontiguousarray(pixels.astype(np.uint8))), "PNG", optimize=True)


def expected_name(name):
    """For a bad file: what may be shown of it nevertheless."""
    return f"{name.replace('bad/', 'lenient-')}.png"


def table(cases):
    """The text of expected/README.md."""
    rows = [f"| `{expected_name(name)}` | {case.mean:g} | {case.worst} |"
            for name, case in cases.items() if case.pixels]
    return HEAD + "\n".join(rows) + "\n"


HEAD = """\
# Expected pixels

Written by `generate.py`. `name.png` holds what the fixture `name` shows in sRGB, 8 bits,
RGB or RGBA; how it was computed is told in `../README.md`. `lenient-name.png` holds what
a reader may still show of `bad/name`: whole rows of blocks, and nothing below them.

Compare colours and alpha alike; where alpha is 0 in both pictures, colours do not count.
The differences to allow are in levels of 255: the mean over all samples, and the
greatest one.

| Expected | Mean | Greatest |
| --- | --- | --- |
"""
