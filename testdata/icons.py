"""Icons of 144x144 that a channel takes as they are, their twins that carry something
it should not get, and a picture whose clear surroundings have a colour of their own."""


import numpy as np
from PIL import Image

import jpegs
import light
import profiles
import scenes
import structure_jpegs
from cases import Case, decoded, shown
from containers import RGB, RGBA, png, saved

SIDE = 144


def bell():
    """The logo on a light ground, opaque."""
    ground = Image.new("RGBA", scenes.logo().size, (238, 242, 250, 255))
    ground.alpha_composite(scenes.logo())
    return np.array(ground.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))


def clear_bell():
    return np.array(scenes.logo().resize((SIDE, SIDE), Image.Resampling.BOX))


# JPEG


def plain():
    return saved(Image.fromarray(bell()), "JPEG", quality=90, subsampling="4:2:0")


def with_segments(extra):
    return jpegs.with_segments(plain(), extra)


def icc(profile):
    return with_segments(jpegs.icc_segments(profile))


def turned():
    """Stored a quarter turn to the left; orientation 6 turns it back."""
    image = Image.fromarray(bell()).transpose(Image.Transpose.ROTATE_90)
    data = saved(image, "JPEG", quality=90, subsampling="4:2:0")
    return jpegs.with_segments(data, structure_jpegs.exif_segment(6))


def turned_pixels(data):
    return np.rot90(shown(data), -1)


def inked():
    """As Pillow writes CMYK: inverted, with an Adobe marker."""
    ink = 255 - bell().astype(int)
    black = ink.min(-1, keepdims=True) // 2
    planes = np.concatenate([ink - black, black], -1).astype(np.uint8)
    return saved(light.picture(planes), "JPEG", quality=90)


# PNG


def plain_png(**options):
    return png(bell(), RGB, **options)


def animated():
    """Two frames, the second mirrored."""
    frames = [Image.fromarray(bell()), Image.fromarray(bell()[:, ::-1].copy())]
    return saved(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=500, loop=0)


def halo():
    """96x96: a red disc with a soft edge; what is clear around it is green."""
    y, x = np.mgrid[0:96, 0:96] - 47.5
    alpha = np.round(np.clip((38 - np.hypot(x, y)) / 8, 0, 1) * 255)[..., None]
    colour = np.where(alpha > 0, (255, 0, 0), (0, 255, 0))
    return np.concatenate([colour, alpha], -1).astype(np.uint8)


def cases():
    """Twins that show the same as `icon-144.jpg` or `icon-144.png` have no pixels of their own."""
    p3 = profiles.display_p3()
    return {
        "halo.png": Case(lambda: png(halo(), RGBA), lambda _: halo()),
        "icon-144.jpg": Case(plain, shown, 1.5, 25),
        "icon-144-exif.jpg": Case(lambda: with_segments(structure_jpegs.exif_segment(1))),
        "icon-144-orientation.jpg": Case(turned, turned_pixels, 1.5, 25),
        "icon-144-p3.jpg": Case(lambda: icc(p3), lambda data: light.by_profile(decoded(data), p3), 1.5, 32),
        "icon-144-srgb.jpg": Case(lambda: icc(profiles.srgb())),
        "icon-144-cmyk.jpg": Case(inked, lambda data: light.plain_cmyk(decoded(data)), 1, 5),
        "icon-144-comment.jpg": Case(lambda: with_segments(structure_jpegs.comment())),
        "icon-144-trailing.jpg": Case(lambda: plain() + bytes(range(56, 256))),
        "icon-144.png": Case(plain_png, lambda _: bell()),
        "icon-144-text.png": Case(lambda: plain_png(extra=[(b"tEXt", b"Author\0Somebody")])),
        "icon-144-animated.png": Case(animated),
        "icon-144-alpha.png": Case(lambda: png(clear_bell(), RGBA), lambda _: clear_bell()),
    }
