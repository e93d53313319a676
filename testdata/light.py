"""Expected colours by routes of their own: LittleCMS for ICC profiles, closed forms for the rest."""

import io

import numpy as np
from PIL import Image, ImageCms

import profiles

MODES = {1: "L", 3: "RGB", 4: "CMYK"}


# LittleCMS


def by_profile(samples, icc, intent="relative"):
    """8-bit samples (height x width x 1, 3 or 4 inks) to sRGB, without black point compensation.

    The sRGB profile is of version 2, for version 4 would switch the compensation on.
    """
    chosen = {"relative": ImageCms.Intent.RELATIVE_COLORIMETRIC, "perceptual": ImageCms.Intent.PERCEPTUAL}[intent]
    source, target = (ImageCms.ImageCmsProfile(io.BytesIO(data)) for data in (icc, profiles.srgb(2)))
    mode = MODES[samples.shape[-1]]
    flags = ImageCms.Flags.NOOPTIMIZE | ImageCms.Flags.NOCACHE  # evaluate every pixel in full
    transform = ImageCms.buildTransform(source, target, mode, "RGB", chosen, flags)
    return np.array(ImageCms.applyTransform(picture(samples), transform))


def picture(samples):
    planes = [Image.fromarray(np.ascontiguousarray(samples[..., i])) for i in range(samples.shape[-1])]
    return planes[0] if len(planes) == 1 else Image.merge(MODES[len(planes)], planes)


def with_alpha_kept(samples, convert):
    """Convert the colours, leave the last channel alone."""
    return np.concatenate([convert(samples[..., :-1]), samples[..., -1:]], -1)


# Closed forms, from 0 to 1 in float64


def srgb_to_linear(v):
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(v):
    v = np.clip(v, 0, 1)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def power(gamma):
    return lambda v: v**gamma


def bt709_to_linear(v):
    """The inverse of the camera's curve, with the exact constants of BT.2020."""
    alpha, beta = 1.09929682680944, 0.018053968510807
    return np.where(v < 4.5 * beta, v / 4.5, ((v + alpha - 1) / alpha) ** (1 / 0.45))


def converted(samples, most, to_linear, primaries=None):
    """Integer samples up to `most` to 8-bit sRGB: one rounding, at the end. White is D65."""
    linear = to_linear(samples.astype(np.float64) / most)
    if primaries is not None:
        to_srgb = np.linalg.inv(profiles.to_xyz(profiles.SRGB_XY)) @ profiles.to_xyz(primaries)
        linear = linear @ to_srgb.T
    return np.floor(linear_to_srgb(linear) * 255 + 0.5).astype(np.uint8)


def reduced(samples):
    """16 bits to 8, rounded."""
    return ((samples.astype(np.int64) * 255 * 2 + 65535) // (65535 * 2)).astype(np.uint8)


def plain_cmyk(ink):
    """The formula without a profile: 255 is full ink."""
    ink = ink.astype(np.float64) / 255
    return np.floor(255 * (1 - ink[..., :3]) * (1 - ink[..., 3:]) + 0.5).astype(np.uint8)
