"""The small pictures and the logo. All of them are drawn with numpy and Pillow.

Functions named after a picture return either a Pillow image or a numpy array
of shape height x width x channels.
"""

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

# Two corners and a mark: no flip or turn of this picture looks like another one.
RED, GREEN, BLUE, WHITE = (220, 40, 40), (40, 170, 70), (40, 80, 210), (255, 255, 255)


def quadrants():
    """96x64. Every edge lies on the 8-pixel grid, so JPEG blocks stay clean."""
    image = Image.new("RGB", (96, 64))
    draw = ImageDraw.Draw(image)
    for x, y, colour in [(0, 0, RED), (48, 0, GREEN), (0, 32, BLUE), (48, 32, WHITE)]:
        draw.rectangle([x, y, x + 47, y + 31], fill=colour)
    draw.rectangle([8, 8, 23, 15], fill=(0, 0, 0))
    return image


# No side is a multiple of 8: JPEG blocks and packed PNG bytes end with padding.
SMALL = 125, 93


def hill(width=SMALL[0], height=SMALL[1]):
    """A simple scene with smooth parts, a sharp edge and saturated colours."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    t = (y / max(height - 1, 1))[..., None]
    picture = (1 - t) * np.array([70, 130, 210]) + t * np.array([245, 215, 170])
    disc = np.hypot(x - width * 0.72, y - height * 0.3) < height * 0.16
    picture[disc] = (250, 200, 60)
    far = y > height * (0.62 + 0.10 * np.sin(x / width * 7.0))
    near = y > height * (0.80 - 0.14 * np.sin(x / width * 4.0 + 0.4))
    picture[far] = (96, 120, 150)
    picture[near] = (60, 140, 70)
    picture[near & ((x // 4 + y // 4) % 2 == 0)] = (74, 158, 82)
    house = (abs(x - width * 0.25) < width * 0.07) & (abs(y - height * 0.66) < height * 0.09)
    picture[house] = (200, 50, 60)
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


def luma(rgb):
    weights = np.array([299, 587, 114])
    return ((rgb.astype(int) * weights).sum(-1) + 500) // 1000


def hill_grey():
    return luma(hill()).astype(np.uint8)[..., None]


def hole():
    """Alpha from opaque in the middle to clear at the corners, with every level between."""
    width, height = SMALL
    y, x = np.mgrid[0:height, 0:width].astype(float)
    r = np.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5) * 2
    return np.clip((1.25 - r) * 400, 0, 255).astype(np.uint8)[..., None]


def deep(samples):
    """8 to 16 bits with low bytes that differ from the high ones, so that a decoder
    that rounds and one that drops the low byte agree to within one level."""
    samples = samples.astype(int)
    y, x = np.mgrid[0:samples.shape[0], 0:samples.shape[1]]
    low = ((x * 7 + y * 13) % 256)[..., None]
    return (samples * 256 + low).astype(np.uint16)


def few_greys(bits):
    """Grey levels of a 1-, 2- or 4-bit picture, one sample per entry."""
    grey = hill_grey().astype(int)
    grey -= grey.min()  # stretched to run from black to white
    return (grey * ((1 << bits) - 1) * 2 + grey.max()) // (2 * grey.max())


def line(width, height):
    """A one-pixel strip that changes along its length."""
    t = np.linspace(0, 1, max(width, height))
    wave = np.stack([127.5 + 127 * np.sin(t * 12 + phase) for phase in (0, 2, 4)], -1)
    return wave.round().astype(np.uint8).reshape(height, width, 3)


def cmyk():
    """The hill with real use of the black plate, so that dropping it shows."""
    ink = 255 - hill().astype(int)
    black = ink.min(-1, keepdims=True) * 3 // 4
    rest = (ink - black) * 255 // np.maximum(255 - black, 1)
    planes = np.concatenate([rest, black], -1).clip(0, 255).astype(np.uint8)
    return Image.merge("CMYK", [Image.fromarray(planes[..., i]) for i in range(4)])


def glass_palette():
    """Indices, palette and alpha: 16 colours in columns, 8 levels of alpha in rows."""
    y, x = np.mgrid[0:96, 0:128]
    indices = (y // 12) * 16 + x // 8
    hue = np.arange(16) * 16
    colours = np.array(Image.merge("HSV", [
        Image.fromarray(plane.astype(np.uint8)[None]) for plane in (hue, hue * 0 + 200, hue * 0 + 230)
    ]).convert("RGB"))[0]
    alpha = np.repeat(np.arange(8) * 255 // 7, 16)
    return indices[..., None], np.tile(colours, (8, 1)), alpha


def text(width=800, height=400):
    """Flat colours, thin lines and lettering: what JPEG is worst at."""
    image = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(image)
    ink, colours = (30, 34, 48), [(214, 48, 49), (9, 132, 227), (0, 148, 110), (225, 140, 20), (108, 52, 190)]
    letters(image, (30, 22), "Weekly report", 4, ink)
    letters(image, (32, 80), "Sent, opened and dismissed by day", 2, (200, 30, 60))
    draw.line([30, 112, 770, 112], fill=ink, width=2)
    for index, value in enumerate([112, 158, 94, 203, 176, 61, 138]):
        left = 60 + index * 52
        draw.rectangle([left, 350 - value, left + 32, 350], fill=colours[index % 5])
        letters(image, (left + 7, 356), "MTWTFSS"[index], 3, ink)
    for y in range(150, 351, 40):
        draw.line([44, y, 424, y], fill=(190, 196, 208))
    draw.line([44, 130, 44, 350, 430, 350], fill=ink, width=2)
    for row, word in enumerate(["delivered", "opened", "dismissed", "expired"]):
        top = 134 + row * 40
        draw.rectangle([470, top, 494, top + 24], fill=colours[row], outline=ink, width=2)
        letters(image, (508, top), word, 2, colours[row])
        letters(image, (690, top), str(9731 // (row * row + 1)), 2, ink)
    draw.rounded_rectangle([470, 306, 768, 370], 12, fill=(238, 242, 250), outline=colours[1], width=3)
    points = [(490 + i * 20, 356 - abs((i * 37) % 23 - 11) * 3) for i in range(14)]
    draw.line(points, fill=colours[0], width=2)
    return image


def letters(image, at, words, scale, colour):
    """Pillow's built-in bitmap font, enlarged without smoothing."""
    font = ImageFont.load_default_imagefont()
    left, top, right, bottom = font.getbbox(words)
    mask = Image.new("L", (right, bottom))
    ImageDraw.Draw(mask).text((0, 0), words, fill=255, font=font)
    mask = mask.resize((right * scale, bottom * scale), Image.Resampling.NEAREST)
    image.paste(colour, at, mask)


# The logo is drawn at four times its size and reduced, which gives the soft edges.
LOGO, OVERSAMPLE = 512, 4


def bell_outline():
    """The right half of the bell as (x, y) offsets from its top, mirrored to the left."""
    half = []
    for step in range(61):  # dome
        angle = np.pi / 2 * step / 60
        half.append((118 * np.sin(angle), 118 * (1 - np.cos(angle))))
    for step in range(1, 61):  # flank, then the flare of the lip
        t = step / 60
        half.append((118 + 10 * t + 44 * t**4, 118 + 128 * t))
    return half + [(-x, y) for x, y in reversed(half)]


def logo_mask(paint):
    layer = Image.new("L", (LOGO * OVERSAMPLE,) * 2)
    draw = ImageDraw.Draw(layer)
    paint(draw, lambda *points: [(x * OVERSAMPLE, y * OVERSAMPLE) for x, y in points])
    return layer.resize((LOGO, LOGO), Image.Resampling.BOX)


def paint_bell(draw, scaled):
    draw.polygon(scaled(*[(256 + x, 92 + y) for x, y in bell_outline()]), fill=255)
    draw.rounded_rectangle(scaled((72, 330), (440, 372)), 21 * OVERSAMPLE, fill=255)
    draw.ellipse(scaled((230, 58), (282, 110)), fill=255)


def paint_clapper(draw, scaled):
    draw.pieslice(scaled((200, 332), (312, 444)), 0, 180, fill=255)


def paint_badge(draw, scaled):
    draw.ellipse(scaled((316, 62), (428, 174)), fill=255)


def paint_badge_gap(draw, scaled):
    draw.ellipse(scaled((302, 48), (442, 188)), fill=255)


def ramp(top, bottom, angle=0.35):
    """A diagonal gradient over the logo."""
    y, x = np.mgrid[0:LOGO, 0:LOGO] / (LOGO - 1)
    t = np.clip((y + angle * x) / (1 + angle), 0, 1)[..., None]
    return Image.fromarray(((1 - t) * np.array(top) + t * np.array(bottom) + 0.5).astype(np.uint8))


def logo():
    gap = ImageChops.invert(logo_mask(paint_badge_gap))
    bell = ImageChops.multiply(logo_mask(paint_bell), gap)
    clapper, badge = logo_mask(paint_clapper), logo_mask(paint_badge)
    # The clapper hangs clear of the lip: cut it where the lip's outline, moved down, is.
    clapper = ImageChops.multiply(clapper, ImageChops.invert(ImageChops.offset(bell, 0, 14)))
    shape = ImageChops.lighter(ImageChops.lighter(bell, clapper), badge)
    shadow = ImageChops.offset(shape, 0, 16).filter(ImageFilter.GaussianBlur(15)).point(lambda a: int(a * 0.42))
    image = Image.new("RGBA", (LOGO, LOGO), (24, 16, 64, 0))
    image.putalpha(shadow)
    for mask, top, bottom in [(clapper, (150, 60, 220), (110, 40, 200)),
                              (bell, (255, 170, 60), (232, 40, 120)),
                              (badge, (60, 200, 255), (30, 110, 235))]:
        layer = ramp(top, bottom)
        layer.putalpha(mask)
        image = Image.alpha_composite(image, layer)
    return image
