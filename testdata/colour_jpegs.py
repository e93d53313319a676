"""JPEG files whose colours need a conversion: ICC profiles, inks, and profiles to be ignored.

What a file shows is computed from the samples Pillow decodes, not from the drawing.
"""

import numpy as np
from PIL import Image

import jpegs
import light
import profiles
from cases import Case, decoded, shown
from containers import saved

WIDTH, HEIGHT = 64, 48
FULL = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 255, 255),
        (255, 0, 255), (255, 255, 0), (255, 128, 0), (128, 0, 255)]
MUTED = [(200, 60, 50), (50, 160, 70), (60, 70, 190), (224, 172, 140),
         (110, 90, 60), (90, 140, 150), (20, 24, 30), (240, 236, 228)]


def colours():
    """64x48: two fields of gradients, a ramp of greys, and sixteen patches of 8x8 pixels."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    across, down = x * 255 / (WIDTH - 1), (y % 16) * 255 / 15
    out = np.stack([across, down, 255 - across / 2 - down / 2], -1)
    out[16:32] = across[16:32, :, None]
    for row, patches in enumerate((FULL, MUTED)):
        out[32 + row * 8 : 40 + row * 8] = np.repeat(patches, 8, 0)
    return np.round(out).astype(np.uint8)


def greys(darkest=48):
    """A ramp that leaves out the dark, where a linear profile would magnify rounding."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    level = (x + y) / (WIDTH + HEIGHT - 2)
    return np.round(darkest + (255 - darkest) * level).astype(np.uint8)[..., None]


def inks():
    """The colours as cyan, magenta, yellow and black; 255 is full ink."""
    ink = 255 - colours().astype(int)
    black = ink.min(-1, keepdims=True) * 2 // 3
    return np.concatenate([ink - black, black], -1).astype(np.uint8)


# RGB and grey


def rgb_jpeg(profile, progressive=False, **split):
    data = saved(Image.fromarray(colours()), "JPEG", quality=95, subsampling="4:4:4", progressive=progressive)
    return jpegs.with_segments(data, jpegs.icc_segments(profile, **split))


def grey_jpeg(profile):
    data = saved(Image.fromarray(greys()[..., 0]), "JPEG", quality=95)
    return jpegs.with_segments(data, jpegs.icc_segments(profile))


def through(profile, intent="relative"):
    return lambda data: light.by_profile(decoded(data), profile, intent)


def rgb_case(profile, mean=1, worst=16, **options):
    return Case(lambda: rgb_jpeg(profile, **options), through(profile), mean, worst)


def without_second_segment(profile):
    """Segments 1 and 3 of 3."""
    data = saved(Image.fromarray(colours()), "JPEG", quality=95, subsampling="4:4:4")
    return jpegs.with_segments(data, jpegs.icc_segments(profile, 3, [0, 2]))


# Inks. Files hold them inverted, with Adobe's marker or without. In YCCK the luma and chroma are those of
# RGB = 255 - stored CMY, which is the ink again; black stays as it is stored.


def cmyk_jpeg(before=jpegs.adobe(0)):
    frame = jpegs.frame(255 - inks(), [(1, 1)] * 4, quants={0: jpegs.FINE}, tables=(0, 0, 0, 0))
    return jpegs.jpeg(frame, before)


def ycck_jpeg(before=jpegs.adobe(2)):
    stored = np.concatenate([jpegs.ycc(inks()[..., :3]), 255 - inks()[..., 3:]], -1)
    return jpegs.jpeg(jpegs.frame(stored, [(1, 1)] * 4), before)


def naive(data):
    """Pillow gives the inks as they are, no longer inverted."""
    return light.plain_cmyk(decoded(data))


def press(profile):
    return lambda data: light.by_profile(decoded(data), profile, "perceptual")


def cases():
    p3, grey = profiles.display_p3(), profiles.grey()
    table_press, deep_press = profiles.cmyk(7, 8), profiles.cmyk(5, 16)
    swapped = profiles.swapped()
    garbage = bytes(range(256)) * 2
    return {
        "icc-p3.jpg": rgb_case(p3),
        "icc-p3-progressive.jpg": rgb_case(p3, progressive=True),
        "icc-adobe-rgb.jpg": rgb_case(profiles.adobe_rgb(), worst=24),
        "icc-swapped.jpg": rgb_case(swapped, worst=4),
        "icc-table.jpg": rgb_case(profiles.table_p3(), worst=18),
        "icc-srgb.jpg": rgb_case(profiles.srgb(), worst=4),
        "icc-segments.jpg": rgb_case(swapped, worst=4, count=3, order=[2, 0, 1]),
        "icc-long.jpg": rgb_case(profiles.long_p3()),
        "icc-grey.jpg": Case(lambda: grey_jpeg(grey), through(grey), 1, 4),
        "cmyk-adobe.jpg": Case(cmyk_jpeg, naive, 1, 4),
        "cmyk-ycck.jpg": Case(ycck_jpeg, naive, 1, 5),
        "cmyk-plain.jpg": Case(lambda: cmyk_jpeg(b""), naive, 1, 4),
        "icc-cmyk.jpg": Case(lambda: cmyk_jpeg(jpegs.adobe(0) + jpegs.icc_segments(table_press)),
                             press(table_press), 1.5, 8),
        "icc-ycck.jpg": Case(lambda: ycck_jpeg(jpegs.adobe(2) + jpegs.icc_segments(deep_press)),
                             press(deep_press), 1.5, 8),
        # Profiles to be ignored
        "profile-garbage.jpg": Case(lambda: rgb_jpeg(garbage), shown, 1, 4),
        "profile-grey-in-rgb.jpg": Case(lambda: rgb_jpeg(grey), shown, 1, 4),
        "profile-rgb-in-cmyk.jpg": Case(lambda: cmyk_jpeg(jpegs.adobe(0) + jpegs.icc_segments(swapped)), naive, 1, 4),
        "profile-missing-segment.jpg": Case(lambda: without_second_segment(swapped), shown, 1, 4),
    }
