"""PNG files that say what their samples mean: iCCP, gAMA, cHRM, sRGB and cICP chunks.

PNG is lossless, so the samples drawn here are those the expected pixels start from.
"""

import struct
import zlib

import numpy as np

import light
import profiles
import scenes
from cases import Case
from colour_jpegs import HEIGHT, WIDTH, colours, greys
from containers import GREY, GREY_ALPHA, PALETTE, RGB, RGBA, png

GARBAGE = bytes(range(256)) * 2
MEAN = {0: 0, 2: 0.5, 6: 1}  # difference to allow, by the greatest one


# Chunks


def iccp(profile, packed=None):
    return b"iCCP", b"test\0\0" + (packed or zlib.compress(profile, 9))


def gama(value):
    return b"gAMA", struct.pack(">I", value)


def chrm(primaries):
    points = [profiles.D65_XY, *primaries]
    return b"cHRM", struct.pack(">8I", *[round(v * 100000) for point in points for v in point])


def cicp(primaries, transfer):
    return b"cICP", bytes([primaries, transfer, 0, 1])


SRGB = (b"sRGB", b"\0")


# Samples


def alpha():
    """Every level but few, from clear on the left to opaque on the right."""
    x = np.mgrid[0:HEIGHT, 0:WIDTH][1]
    return (x // 4 * 17).astype(np.uint8)[..., None]


def with_alpha(samples):
    return np.concatenate([samples, alpha()], -1)


def palette():
    """Indices, colours and alpha of 64 entries."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    entries = colours()[4::12, 2::4].reshape(-1, 3)[:64]
    return (x // 8 + y // 6 * 8)[..., None], entries, (np.arange(64) * 255 // 63)[::-1].astype(np.uint8)


def palette_png(chunks):
    indices, entries, levels = palette()
    return png(indices, PALETTE, extra=[*chunks, (b"PLTE", entries.tobytes()), (b"tRNS", levels.tobytes())])


def palette_pixels(convert):
    indices, entries, levels = palette()
    return np.concatenate([convert(entries[None])[0], levels[:, None]], -1)[indices[..., 0]]


def dark():
    """16 bits; the upper half is so dark that 8 bits would hold a handful of levels."""
    out = scenes.deep(colours()).astype(int)
    x = np.arange(WIDTH)
    out[:24] = np.stack([x * 24, x * 16 + 300, 1500 - x * 20], -1)
    return out.astype(np.uint16)


# High dynamic range: the colours at 203 candela per square metre for white, in BT.2020.


def display_light():
    to_2020 = np.linalg.inv(profiles.to_xyz(profiles.BT2020_XY)) @ profiles.to_xyz(profiles.SRGB_XY)
    return np.maximum(light.srgb_to_linear(colours() / 255) @ to_2020.T * 203, 0)


def pq():
    """SMPTE ST 2084."""
    p = (display_light() / 10000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * p) / (1 + 2392 / 128 * p)) ** (2523 / 32)


def hlg():
    """BT.2100 for a display of 1000 candela: the inverse of its gamma 1.2, then the camera's curve."""
    shown = display_light() / 1000
    y = np.maximum(shown @ profiles.to_xyz(profiles.BT2020_XY)[1], 1e-9)[..., None]
    scene = shown * y ** (1 / 1.2 - 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


def coded(signal, most):
    return np.round(np.clip(signal, 0, 1) * most).astype(int)


# Cases


def rgb_case(chunks, convert, worst=2, samples=None):
    """8-bit RGB; `convert` takes the samples to what is seen."""
    samples = colours() if samples is None else samples
    bits = 8 if samples.max() < 256 else 16
    return Case(lambda: png(samples, RGB, bits, extra=chunks), lambda _: convert(samples), MEAN[worst], worst)


def through(profile, intent="relative"):
    return lambda samples: light.by_profile(samples, profile, intent)


def formula(to_linear, primaries=None, most=255):
    return lambda samples: light.converted(samples, most, to_linear, primaries)


def unchanged(samples):
    return samples


def icc_cases():
    p3, grey, lut, chunk = profiles.display_p3(), profiles.grey(), profiles.lut_rgb(), iccp(profiles.display_p3())
    deep_p3 = formula(light.srgb_to_linear, profiles.P3_XY, 65535)
    clear, grey_clear = with_alpha(colours()), with_alpha(greys(0))
    deep_clear = scenes.deep(clear)

    def deep_clear_pixels(_):
        return np.concatenate([deep_p3(deep_clear[..., :3]), light.reduced(deep_clear[..., 3:])], -1)

    return {
        "icc-p3.png": rgb_case([chunk], through(p3)),
        "icc-p3-rgba.png": Case(lambda: png(clear, RGBA, extra=[chunk]),
                                lambda _: light.with_alpha_kept(clear, through(p3)), 0.5, 2),
        "icc-p3-palette.png": Case(lambda: palette_png([chunk]), lambda _: palette_pixels(through(p3)), 0.5, 2),
        "icc-p3-16bit.png": rgb_case([chunk], deep_p3, samples=scenes.deep(colours())),
        "icc-p3-rgba-16bit.png": Case(lambda: png(deep_clear, RGBA, 16, extra=[chunk]), deep_clear_pixels, 0.5, 2),
        "icc-grey.png": Case(lambda: png(greys(0), GREY, extra=[iccp(grey)]),
                             lambda _: through(grey)(greys(0)), 0.5, 2),
        "icc-grey-alpha.png": Case(lambda: png(grey_clear, GREY_ALPHA, extra=[iccp(grey)]),
                                   lambda _: light.with_alpha_kept(grey_clear, through(grey)), 0.5, 2),
        "icc-lut.png": rgb_case([iccp(lut)], through(lut, "perceptual"), worst=6),
    }


def chunk_cases():
    swapped = iccp(profiles.swapped())
    pure = light.power(1 / 0.45455)
    return {
        "gama-linear.png": rgb_case([gama(100000)], formula(light.power(1))),
        "gama-linear-16bit.png": rgb_case([gama(100000)], formula(light.power(1), most=65535), samples=dark()),
        "gama-srgb.png": rgb_case([gama(45455)], unchanged, 0),
        "gama-srgb-chrm.png": rgb_case([gama(45455), chrm(profiles.SRGB_XY)], unchanged, 0),
        "gama-p3-chrm.png": rgb_case([gama(45455), chrm(profiles.P3_XY)], formula(pure, profiles.P3_XY)),
        "srgb-and-gama.png": rgb_case([SRGB, gama(100000)], unchanged, 0),
        "icc-and-gama.png": rgb_case([swapped, gama(100000)], through(profiles.swapped())),
        "cicp-p3-and-icc.png": rgb_case([cicp(12, 13), swapped], formula(light.srgb_to_linear, profiles.P3_XY)),
        "cicp-srgb.png": rgb_case([cicp(1, 13)], unchanged, 0),
        "cicp-bt2020.png": rgb_case([cicp(9, 14)], formula(light.bt709_to_linear, profiles.BT2020_XY)),
        "cicp-pq.png": Case(lambda: png(coded(pq(), 255), RGB, extra=[cicp(9, 16)])),
        "cicp-pq-16bit.png": Case(lambda: png(coded(pq(), 65535), RGB, 16, extra=[cicp(9, 16)])),
        "cicp-pq-and-icc.png": rgb_case([cicp(9, 16), iccp(profiles.display_p3())], through(profiles.display_p3())),
        "cicp-hlg.png": Case(lambda: png(coded(hlg(), 255), RGB, extra=[cicp(9, 18)])),
    }


def broken_cases():
    """As if there were no profile."""
    stream = bytearray(zlib.compress(profiles.swapped(), 9))
    stream[20:40] = b"\xff" * 20
    return {
        "profile-bad-zlib.png": rgb_case([iccp(b"", bytes(stream))], unchanged, 0),
        "profile-garbage.png": rgb_case([iccp(GARBAGE)], unchanged, 0),
        "profile-grey-in-rgb.png": rgb_case([iccp(profiles.grey())], unchanged, 0),
        "profile-bomb.png": rgb_case([iccp(bytes(40_000_000))], unchanged, 0),
    }


def cases():
    return icc_cases() | chunk_cases() | broken_cases()
