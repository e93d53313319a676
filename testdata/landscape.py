"""The landscape of photo.jpg: a lake at golden hour, drawn from noise.

Every layer takes the canvas (height x width x 3, floats 0..1) and returns it
with that layer painted in, from the far sky to the near grass.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 2400, 1600
HORIZON = 900  # the far shore of the lake, in rows from the top
SUN = (1650.0, 560.0)  # x, y
HAZE = np.array([0.98, 0.80, 0.64], np.float32)
COOL_HAZE = np.array([0.72, 0.70, 0.75], np.float32)  # away from the sun


def smoothstep(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a, b, t):
    """a where t is 0, b where t is 1; t has no colour axis."""
    return a + (b - a) * np.asarray(t, np.float32)[..., None]


def value_noise(rng, y, x):
    """Smooth noise in 0..1 at the points (y, x); repeats every 256 units."""
    grid = rng.random((256, 256), dtype=np.float32)
    y0, x0 = np.floor(y), np.floor(x)
    fy, fx = y - y0, x - x0
    fy, fx = fy * fy * (3 - 2 * fy), fx * fx * (3 - 2 * fx)
    y0, x0 = y0.astype(np.int32) & 255, x0.astype(np.int32) & 255
    y1, x1 = (y0 + 1) & 255, (x0 + 1) & 255
    top = grid[y0, x0] + (grid[y0, x1] - grid[y0, x0]) * fx
    bottom = grid[y1, x0] + (grid[y1, x1] - grid[y1, x0]) * fx
    return top + (bottom - top) * fy


def fractal(rng, y, x, octaves, gain=0.5, ridged=False):
    """Octaves of value noise, in 0..1; ridged noise has sharp crests."""
    total, weight, norm = 0.0, 1.0, 0.0
    for octave in range(octaves):
        layer = value_noise(rng, y * 2**octave + 17.3 * octave, x * 2**octave)
        total = total + weight * (1 - np.abs(2 * layer - 1) if ridged else layer)
        norm += weight
        weight *= gain
    return total / norm


def coordinates(top, bottom):
    return np.meshgrid(
        np.arange(top, bottom, dtype=np.float32),
        np.arange(WIDTH, dtype=np.float32),
        indexing="ij",
    )


def gradient(y, stops):
    """Colours along y from a list of (position, colour)."""
    positions = [position for position, _ in stops]
    channels = zip(*(colour for _, colour in stops))
    return np.stack([np.interp(y, positions, c) for c in channels], -1).astype(np.float32)


def sky():
    y, x = coordinates(0, HORIZON)
    canvas = gradient(y, [
        (0, (0.20, 0.36, 0.58)), (260, (0.42, 0.56, 0.72)), (480, (0.76, 0.72, 0.70)),
        (640, (0.97, 0.79, 0.60)), (HORIZON, (0.99, 0.76, 0.52)),
    ])
    distance = np.hypot(x - SUN[0], (y - SUN[1]) * 1.15)
    canvas = mix(canvas, np.array([1.0, 0.90, 0.66], np.float32), 0.75 * np.exp(-distance / 330))
    return canvas, distance


def clouds(rng, canvas, distance):
    y, x = coordinates(0, HORIZON)
    # Look at a flat layer of cloud from below: it gets denser towards the horizon.
    depth = 1 / (1.06 - y / HORIZON)
    u, v = (x - WIDTH / 2) / 620 * depth * 0.55, depth * 2.1
    warp = fractal(rng, v * 0.7, u * 0.7, 3)
    density = fractal(rng, v + warp * 1.4, u + warp * 0.8, 6, 0.52)
    thinner = fractal(rng, v * 0.8 + 40 + warp, u * 0.35 + 9, 4)
    cover = smoothstep(0.47, 0.72, density) * smoothstep(0.30, 0.55, thinner)
    cover *= smoothstep(HORIZON * 0.86, HORIZON * 0.45, y)
    # Thick parts show their grey underside, thin parts and those near the sun glow.
    lit = mix(np.array([0.96, 0.84, 0.76], np.float32), np.array([1.0, 0.88, 0.66], np.float32),
              np.exp(-distance / 500))
    body = mix(lit, np.array([0.50, 0.50, 0.58], np.float32),
               0.75 * smoothstep(0.55, 0.80, density) * (1 - np.exp(-distance / 420)))
    return mix(canvas, body, 0.88 * cover)


def sun(canvas, distance):
    disc = smoothstep(40, 32, distance)
    glow = np.exp(-distance / 70) * 0.7
    return mix(canvas, np.array([1.0, 0.97, 0.86], np.float32), np.clip(disc + glow, 0, 1))


def crest_line(rng, base, height, scale, octaves, ridged):
    x = np.arange(WIDTH, dtype=np.float32)
    noise = fractal(rng, np.full_like(x, 3.7), x / scale, octaves, 0.48, ridged)
    noise = (noise - noise.min()) / (noise.max() - noise.min())
    return base - height * noise


def ridge(rng, canvas, crest, colour, haze, relief, snow=0.0):
    """One range of hills, lit from the sun's side and lost in haze at its foot."""
    y, x = coordinates(0, HORIZON)
    below = y - crest
    u, v = x / 170, below / 190
    bend = fractal(rng, v * 0.9 + 5, u * 0.9, 3) * 0.4
    # The slope towards the sun is the difference of two nearby heights: the same
    # noise (hence the same seed) is taken at two places.
    seed = rng.integers(1 << 30)
    folds = [fractal(np.random.default_rng(seed), v * 0.75 + bend + shift * 0.6,
                     u + v * 0.55 + bend + shift, 7, 0.56, True) for shift in (0.0, 0.04)]
    light = np.clip((folds[0] - folds[1]) * 8, -1, 1)
    rock = np.array(colour, np.float32)[None, None] * (1 + relief * light)[..., None]
    if snow:
        # Snow lies in the hollows and slides off the crests, so its edge follows the folds.
        line = snow * (0.1 + 1.0 * fractal(rng, v * 2, u * 1.5, 4) + 2.4 * (0.62 - folds[0]))
        white = np.array([0.93, 0.90, 0.92], np.float32) * (0.86 + 0.26 * light)[..., None]
        rock = mix(rock, white, smoothstep(line + 12, line - 12, below))
    glow = np.exp(-np.hypot(x - SUN[0], (y - SUN[1]) * 0.8) / 420)
    foot = smoothstep(0, 330, below)
    air = mix(COOL_HAZE, HAZE, np.clip(1.5 * np.exp(-np.hypot(x - SUN[0], y - SUN[1]) / 620), 0, 1))
    rock = mix(rock, air, np.clip(haze + 0.28 * foot * haze**0.3 + 0.35 * glow * (0.3 + haze), 0, 0.94))
    return mix(canvas, rock, smoothstep(-0.8, 0.8, below))


def mountains(rng, canvas):
    x = np.arange(WIDTH, dtype=np.float32)
    massif = 210 * np.exp(-np.abs((x - 830) / 330) ** 1.3) + 70 * np.exp(-(((x - 2250) / 300) ** 2))
    far = crest_line(rng, 690, 210, 420, 8, True) - massif
    canvas = ridge(rng, canvas, far, (0.30, 0.34, 0.47), 0.38, 0.60, snow=120)
    canvas = ridge(rng, canvas, crest_line(rng, 775, 190, 380, 8, True) + 30 * np.cos(x / 420),
                   (0.25, 0.30, 0.39), 0.27, 0.45)
    canvas = ridge(rng, canvas, crest_line(rng, 845, 170, 430, 7, False) + 45 * np.sin(x / 520 + 1.9),
                   (0.18, 0.24, 0.25), 0.19, 0.28)
    return ridge(rng, canvas, crest_line(rng, 895, 105, 330, 7, False), (0.13, 0.18, 0.15), 0.09, 0.35)


def conifer(rng, draw, x, foot, height, value):
    """A fir: a thin trunk and many drooping boughs, longer towards the foot."""
    draw.rectangle([x - height * 0.010, foot - height * 0.3, x + height * 0.010, foot], fill=value)
    draw.polygon([(x, foot - height), (x + height * 0.055, foot - height * 0.1),
                  (x - height * 0.055, foot - height * 0.1)], fill=value)
    boughs = int(np.clip(height / 6, 14, 190))
    for t in np.linspace(0.02, 1, boughs):
        for side in (-1, 1):
            reach = side * height * (0.012 + 0.18 * t**0.9) * rng.uniform(0.45, 1.15)
            y = foot - height * (0.99 - 0.92 * t) + rng.uniform(-0.5, 0.5) * height / boughs
            thick = height * (0.008 + 0.012 * t) * rng.uniform(0.7, 1.3)
            droop = abs(reach) * rng.uniform(0.10, 0.42)
            draw.polygon([(x, y - thick * 1.6), (x + reach * 0.6, y + droop * 0.6 - thick * 0.7),
                          (x + reach, y + droop - thick * 0.3), (x + reach * 0.93, y + droop + thick * 0.5),
                          (x + reach * 0.55, y + droop * 0.6 + thick), (x, y + thick)], fill=value)


def tree_mask(rng, trees, rows):
    """Coverage of a list of (x, foot, height), drawn at twice the size for soft edges."""
    layer = Image.new("L", (WIDTH * 2, rows * 2))
    draw = ImageDraw.Draw(layer)
    for x, foot, height in trees:
        conifer(rng, draw, x * 2, foot * 2, height * 2, 255)
    small = layer.resize((WIDTH, rows), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


def far_shore(rng, canvas):
    """A wood along the water: many small trees in clumps, darker than the hills."""
    x = np.arange(WIDTH, dtype=np.float32)
    clump = fractal(rng, np.full_like(x, 8.2), x / 260, 4)
    trees = []
    for position in np.sort(rng.uniform(0, WIDTH, 520)):
        size = 26 + 150 * max(0.0, clump[int(position)] - 0.40) * rng.uniform(0.7, 1.5)
        trees.append((position, HORIZON + 2, size * rng.uniform(0.75, 1.25)))
    mask = tree_mask(rng, trees, HORIZON)
    yy, xx = coordinates(0, HORIZON)
    glow = np.exp(-np.hypot(xx - SUN[0], yy - HORIZON + 40) / 420)
    tone = mix(np.array([0.070, 0.105, 0.095], np.float32), HAZE * 0.62, 0.10 + 0.36 * glow)
    tone = mix(tone, HAZE * 0.8, 0.22 * smoothstep(HORIZON - 45, HORIZON, yy))
    return mix(canvas, tone, mask)


def blur(canvas, radius):
    image = Image.fromarray((np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255


def lake(rng, above):
    """The scene mirrored at the shore, smeared by ripples that grow towards us."""
    y, x = coordinates(HORIZON, HEIGHT)
    near = (y - HORIZON) / (HEIGHT - HORIZON)
    row = 1 / (near + 0.035)  # ripples crowd together towards the far shore
    wave = fractal(rng, row * 9, (x - WIDTH / 2) * row / 900 + 60, 4, 0.55) - 0.5
    chop = fractal(rng, row * 34, (x - WIDTH / 2) * row / 260 + 20, 3) - 0.5
    breeze = smoothstep(0.42, 0.68, fractal(rng, row * 1.1, x / 1500, 3))
    shift = wave * (14 + 150 * near) + chop * (4 + 60 * near) * (0.4 + breeze)
    source = np.clip(HORIZON - 2 - (y - HORIZON) * 1.08 + shift, 0, HORIZON - 1)
    side = np.clip(x + chop * 26 * near, 0, WIDTH - 1).astype(np.int32)
    sharp, soft = above, blur(above, (2, 9))
    index = source.astype(np.int32)
    water = mix(sharp[index, side], soft[index, side], smoothstep(0.0, 0.12, near))
    # Steeper views look into the dark water instead of at the sky's reflection.
    water = mix(water, np.array([0.08, 0.17, 0.22], np.float32), 0.14 + 0.40 * near + 0.10 * breeze)
    path = np.exp(-(((x - SUN[0] - 60 * chop) / (70 + 330 * near)) ** 2))
    glitter = path * smoothstep(0.02, 0.30, chop + 0.35 * wave) * (1 - 0.55 * near)
    water = mix(water, np.array([1.0, 0.86, 0.60], np.float32), np.clip(0.75 * glitter, 0, 1))
    shore = smoothstep(7, 0, y - HORIZON)
    return mix(water, np.array([0.62, 0.52, 0.42], np.float32), 0.5 * shore)


def bank(x):
    """Top of the meadow: a bank that falls from the left towards a small bay."""
    return 1275 + 95 * np.sin(x / 700 - 0.9) + 40 * np.sin(x / 260 + 0.5) - 70 * smoothstep(1500, 2400, x)


def blades(rng, draw, count, top):
    """Grass from far (short, pale) to near (long, dark at the root, warm at the tip)."""
    depth = np.sort(rng.random(count) ** 1.5)
    xs, lean, tone = rng.uniform(-30, WIDTH + 30, count), rng.normal(0.22, 0.30, count), rng.random(count)
    patch = fractal(rng, depth * 5, xs / 330, 4)
    for t, x, tilt, shade, green in zip(depth, xs, lean, tone, patch):
        edge = bank(np.clip(x, 0, WIDTH))
        y = edge + 2 + t * (HEIGHT + 60 - edge)
        length = (9 + 95 * t**1.4) * (0.55 + 0.7 * shade)
        width = 0.9 + 3.2 * t
        warm = np.clip(0.25 + 1.5 * (green - 0.5) + 0.35 * shade + 0.25 * np.exp(-abs(x - SUN[0]) / 500), 0, 1)
        colour = (np.array([62, 84, 30]) * (1 - warm) + np.array([176, 150, 62]) * warm) * (0.55 + 0.55 * shade)
        colour *= 1.12 - 0.52 * t
        tip = (x + tilt * length * 1.5, y - length)
        bend = (x + tilt * length * 0.45, y - length * 0.6)
        draw.polygon([(2 * px, 2 * (py - top)) for px, py in
                      [(x - width / 2, y), (bend[0] - width / 3, bend[1]), tip,
                       (bend[0] + width / 3, bend[1]), (x + width / 2, y)]],
                     fill=tuple(int(c) for c in colour) + (255,))


def flowers(rng, draw, count, top):
    palette = [(232, 226, 206), (222, 176, 70), (168, 116, 170), (206, 92, 74)]
    middle = rng.uniform(0, WIDTH, 14)
    for t in np.sort(rng.random(count)):
        x = middle[rng.integers(14)] + rng.normal(0, 110)
        edge = bank(np.clip(x, 0, WIDTH))
        y = edge + 10 + t * (HEIGHT - 20 - edge)
        size = (1.2 + 4.6 * t**1.2) * rng.uniform(0.7, 1.2)
        colour = np.array(palette[rng.integers(4)]) * (rng.uniform(0.75, 1.0) - 0.15 * t)
        for angle in rng.uniform(0, 1.2) + np.arange(5) * 1.257:
            px, py = 2 * (x + np.cos(angle) * size * 0.7), 2 * (y - top + np.sin(angle) * size * 0.45)
            draw.ellipse([px - size * 1.1, py - size * 0.8, px + size * 1.1, py + size * 0.8],
                         fill=tuple(int(c) for c in colour) + (255,))


def meadow(rng, canvas):
    top = 1080
    y, x = coordinates(0, HEIGHT)
    edge = bank(x)
    soil = mix(np.array([0.30, 0.30, 0.13], np.float32), np.array([0.16, 0.17, 0.07], np.float32),
               smoothstep(0, 300, y - edge))
    canvas = mix(canvas, soil, smoothstep(-3, 5, y - edge))
    layer = Image.new("RGBA", (WIDTH * 2, (HEIGHT - top) * 2))
    draw = ImageDraw.Draw(layer)
    blades(rng, draw, 36000, top)
    flowers(rng, draw, 460, top)
    # Premultiplied, so that the transparent surround does not darken the tips.
    grass = np.asarray(layer.convert("RGBa").resize((WIDTH, HEIGHT - top), Image.Resampling.BOX), np.float32) / 255
    canvas[top:] = canvas[top:] * (1 - grass[..., 3:]) + grass[..., :3]
    return canvas


def near_trees(rng, canvas):
    """A few tall firs at the left frame the view."""
    trees = [(395, 1345, 420), (60, 1330, 900), (255, 1350, 690), (-40, 1390, 1120), (150, 1385, 560)]
    mask = tree_mask(rng, trees, HEIGHT)
    y, x = coordinates(0, HEIGHT)
    speckle = fractal(rng, y / 5 + x / 30, x / 9, 3)
    tone = mix(np.array([0.045, 0.065, 0.050], np.float32), np.array([0.13, 0.14, 0.09], np.float32),
               smoothstep(0.42, 0.80, speckle) * smoothstep(-100, 520, x))
    return mix(canvas, tone, 0.97 * mask)


def lens(rng, canvas):
    """What a camera adds: bloom around the sun, vignette, a touch of contrast, grain."""
    canvas = canvas + 0.10 * blur(np.clip((canvas - 0.72) * 3, 0, 1), 45) * np.array([1, 0.85, 0.6], np.float32)
    y, x = coordinates(0, HEIGHT)
    radius = np.hypot((x - WIDTH / 2) / (WIDTH / 2), (y - HEIGHT / 2) / (HEIGHT / 2))
    canvas = canvas * (1 - 0.16 * smoothstep(0.55, 1.45, radius))[..., None]
    canvas = np.clip(canvas, 0, 1)
    canvas = mix(canvas, canvas * canvas * (3 - 2 * canvas), np.full(radius.shape, 0.25))
    grain = rng.normal(0, 0.0055, radius.shape).astype(np.float32)
    return canvas + grain[..., None]


def photograph():
    rng = np.random.default_rng(20240611)
    above, distance = sky()
    above = clouds(rng, above, distance)
    above = sun(above, distance)
    above = mountains(rng, above)
    above = far_shore(rng, above)
    canvas = np.concatenate([above, lake(rng, above)])
    canvas = near_trees(rng, canvas)
    canvas = meadow(rng, canvas)
    canvas = lens(rng, canvas)
    return Image.fromarray((np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8))
