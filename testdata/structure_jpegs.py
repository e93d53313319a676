"""JPEG files of unusual structure, good and bad. Colours are plain; what counts is that
every marker, scan and block is found. The good ones are shown as Pillow shows them."""

import struct

import numpy as np
from PIL import Image

import jpegs
from cases import Case, shown
from containers import saved
from jpegs import EOI, SOI, adobe, dht, dqt, dri, jfif, segment, sof, sos

PLAIN = [(1, 1)] * 3


def smooth(width=70, height=50):
    """Slow waves, so that the ways of enlarging chroma differ little. No multiple of 8."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 20 + y / 40), np.cos(y / 25 + x / 60), np.sin(x / 30 - y / 30)]
    return 127 + np.stack(waves, -1) * [100, 100, 80]


def coded(factors=PLAIN, width=70, height=50, **options):
    return jpegs.frame(jpegs.ycc(smooth(width, height)), factors, **options)


def rgb_coded(**options):
    return jpegs.frame(smooth(), PLAIN, tables=(0, 0, 0), quants={0: jpegs.FINE}, **options)


def sampled(factors, worst=10, separate=False, mean=1.5):
    return Case(lambda: jpegs.jpeg(coded(factors), jfif(), separate=separate), shown, mean, worst)


def like_pillow(make, mean=1, worst=4):
    return Case(make, shown, mean, worst)


# Good files


def with_luma(h, v):
    return [(h, v), (1, 1), (1, 1)]


def deep_tables():
    """16-bit quantization tables, the last steps too great for a byte."""
    quants = {n: np.where(jpegs.STEP > 9, 300, steps) for n, steps in ((0, jpegs.FINE), (1, jpegs.COARSE))}
    return jpegs.jpeg(coded(quants=quants), jfif(), marker=0xC1, deep=True)


def redefined_tables():
    """One scan per component; every scan brings its own tables, all of them as number 0."""
    tables = {(0, 0): jpegs.DC_LUMA, (1, 0): jpegs.AC_LUMA}
    swapped = {key: jpegs.reversed_table(table) for key, table in tables.items()}
    frame = coded(tables=(0, 0, 0), quants={0: jpegs.FINE})
    out = SOI + jfif() + dqt(frame.quants) + sof(frame)
    for part, own in zip(frame.parts, (tables, swapped, tables)):
        out += dht(own) + jpegs.scan([part], own)
    return out + EOI


def redefined_quantization():
    """Table 0 is coarse at first, then replaced between the scans; a scan's table is the
    one in force when the component's first scan starts."""
    quants = [jpegs.COARSE, jpegs.FINE, jpegs.FINE + 1]
    parts = []
    for n, quant in enumerate(quants):
        frame = coded(tables=(0, 0, 0), quants={0: quant})
        parts.append(frame.parts[n])
    out = SOI + jfif() + sof(frame) + dht({key: t for key, t in jpegs.TABLES.items() if key[1] == 0})
    for part, quant in zip(parts, quants):
        out += dqt({0: quant}) + jpegs.scan([part])
    return out + EOI


def filled():
    """Fill bytes before every marker that starts a segment."""
    frame = coded()
    pieces = [jfif(), dqt(frame.quants), sof(frame), dht(), jpegs.scan(frame.parts)]
    return SOI + b"".join(b"\xff" * (n + 1) + piece for n, piece in enumerate(pieces)) + b"\xff\xff" + EOI


def stray_bytes():
    """Four bytes that belong to nothing, between two segments."""
    frame = coded()
    return SOI + jfif() + dqt(frame.quants) + b"\x00\x10\x20\x30" + sof(frame) + dht() + jpegs.scan(frame.parts) + EOI


def exif_with_gps(orientation=1):
    """A TIFF structure, big-endian: orientation, then a place that is made up."""
    def entry(tag, kind, count, value):
        return struct.pack(">HHI", tag, kind, count) + value.ljust(4, b"\0")

    def directory(*entries):
        return struct.pack(">H", len(entries)) + b"".join(entries) + bytes(4)

    at = 8 + 2 + 2 * 12 + 4  # where the GPS directory starts
    data = at + 2 + 4 * 12 + 4
    main = directory(entry(0x0112, 3, 1, struct.pack(">H", orientation)), entry(0x8825, 4, 1, struct.pack(">I", at)))
    gps = directory(entry(1, 2, 2, b"N"), entry(2, 5, 3, struct.pack(">I", data)),
                    entry(3, 2, 2, b"E"), entry(4, 5, 3, struct.pack(">I", data + 24)))
    degrees = struct.pack(">12I", 12, 1, 34, 1, 56, 1, 98, 1, 7, 1, 6, 1)
    return b"MM" + struct.pack(">HI", 42, 8) + main + gps + degrees


def exif_segment(orientation=1):
    return segment(0xE1, b"Exif\0\0" + exif_with_gps(orientation))


def comment(words=b"Somebody's private remark"):
    return segment(0xFE, words)


def ordinary(**options):
    return jpegs.jpeg(coded(), jfif(), **options)


def good_cases():
    named = jpegs.frame(smooth(), PLAIN, idents=b"RGB", tables=(0, 0, 0), quants={0: jpegs.FINE})
    finer_chroma = [(1, 1), (2, 2), (2, 2)]
    return {
        "440.jpg": sampled(with_luma(1, 2)),
        "411.jpg": sampled(with_luma(4, 1), 16, mean=2.5),
        "410.jpg": sampled(with_luma(4, 2), 16, mean=2.5),
        "luma-3x1.jpg": sampled(with_luma(3, 1), 12, mean=2),
        "luma-1x3.jpg": sampled(with_luma(1, 3), 12, mean=2),
        "chroma-finer.jpg": sampled(finer_chroma),
        "chroma-uneven.jpg": sampled([(2, 2), (2, 1), (1, 2)]),
        "all-2x1.jpg": sampled([(2, 1)] * 3, 4),
        "all-2x2.jpg": sampled([(2, 2)] * 3, 4, separate=True),
        "grey-2x2.jpg": like_pillow(lambda: jpegs.jpeg(grey_coded(), jfif())),
        "sof1.jpg": like_pillow(lambda: ordinary(marker=0xC1)),
        "rgb-adobe.jpg": like_pillow(lambda: jpegs.jpeg(rgb_coded(), adobe(0))),
        "rgb-ids.jpg": like_pillow(lambda: jpegs.jpeg(named)),
        "jfif-and-adobe.jpg": like_pillow(lambda: jpegs.jpeg(coded(), jfif() + adobe(0))),
        "ycc-adobe.jpg": like_pillow(lambda: jpegs.jpeg(coded(), adobe(1))),
        "no-markers.jpg": like_pillow(lambda: jpegs.jpeg(coded())),
        "separate-scans.jpg": like_pillow(lambda: ordinary(separate=True)),
        "separate-scans-420.jpg": sampled(with_luma(2, 2), separate=True),
        "dqt-16bit.jpg": like_pillow(deep_tables),
        "restart-5.jpg": like_pillow(lambda: ordinary(restart=5)),
        "trailing.jpg": like_pillow(lambda: ordinary() + bytes(range(56, 256))),
        "no-eoi.jpg": Case(lambda: ordinary()[:-2], lambda data: shown(data + EOI), 1, 4),
        "fill-bytes.jpg": like_pillow(filled),
        "stray-bytes.jpg": like_pillow(stray_bytes),
        "tables-redefined.jpg": like_pillow(redefined_tables),
        "dqt-redefined.jpg": like_pillow(redefined_quantization),
        "metadata.jpg": like_pillow(lambda: jpegs.with_segments(ordinary(), exif_segment() + comment())),
        "progressive-444.jpg": like_pillow(lambda: progressive("4:4:4")),
    }


def grey_coded():
    return jpegs.frame(smooth()[..., :1], [(2, 2)], quants={0: jpegs.FINE})


def progressive(subsampling):
    """Pillow's script: spectral selection and successive approximation."""
    image = Image.fromarray(np.round(smooth()).astype(np.uint8))
    return saved(image, "JPEG", quality=90, subsampling=subsampling, progressive=True)


# Bad files. All of them are 64x48 without subsampling: 6 rows of 8 MCUs.


def small(**options):
    return jpegs.jpeg(coded(PLAIN, 64, 48), jfif(), **options)


def data_at(data):
    """Where the first scan's data starts."""
    return jpegs.after_first(data, 0xDA)


def early(share=0.6, end=EOI):
    """The data stop early."""
    data = small()
    start = data_at(data)
    return data[: start + int((len(data) - 2 - start) * share)] + end


def cut(data, share):
    return data[: int(len(data) * share)]


def second_frame_header():
    frame = coded(PLAIN, 64, 48)
    return jpegs.jpeg(frame, jfif(), after=sof(frame))


def wrong_spectrum():
    """The second scan of a progressive file starts at 40 and ends at 5."""
    data = bytearray(progressive("4:4:4"))
    second = data.index(b"\xff\xda", data_at(data))
    length, = struct.unpack_from(">H", data, second + 2)
    data[second + 2 + length - 3 : second + 2 + length - 1] = bytes([40, 5])
    return bytes(data)


def missing_huffman():
    """The chroma scans name tables 2, which baseline has not and nobody defines."""
    frame = coded(PLAIN, 64, 48)
    lost = frame._replace(parts=[frame.parts[0]] + [part._replace(huff=2) for part in frame.parts[1:]])
    head = SOI + jfif() + dqt(frame.quants) + sof(frame, 0xC1) + dht()
    return head + sos(lost.parts) + jpegs.entropy(frame.parts) + EOI


def missing_quantization():
    frame = coded(PLAIN, 64, 48)
    whole = jpegs.jpeg(frame, jfif())
    return whole.replace(dqt(frame.quants), dqt({0: frame.quants[0]}))


def wrong_restart():
    """Restart markers 0, 2, 1, 3: two intervals have changed places, or so it seems."""
    frame = coded(PLAIN, 64, 48)
    order = {1: 2, 2: 1}
    data = jpegs.entropy(frame.parts, restart=8, order=lambda n: order.get(n, n))
    return SOI + jfif() + dqt(frame.quants) + sof(frame) + dht() + dri(8) + sos(frame.parts) + data + EOI


def bad_code():
    """Sixty-four ones in a row, which no table has a code for."""
    data = small()
    at = data_at(data) + 200
    while data[at - 1] == 0xFF:
        at += 1
    return data[:at] + b"\xff\0" * 8 + data[at + 16 :]


def height_told_later():
    """Height 0 in the frame header; the DNL marker after the scan says 48."""
    frame = coded(PLAIN, 64, 48)
    good = jpegs.jpeg(frame, jfif())
    return good.replace(sof(frame), sof(frame, height=0))[:-2] + segment(0xDC, struct.pack(">H", 48)) + EOI


def whole_rows(data):
    """What can be shown of a file cut from `small()`: whole rows of MCUs, then nothing."""
    whole = small()
    held = len(data.removesuffix(EOI)) - data_at(data)
    rows = sum(end <= held for end in jpegs.row_ends(coded(PLAIN, 64, 48).parts))
    clear = 255 * (np.arange(48) < rows * 8)[:, None, None] * np.ones((48, 64, 1), int)
    return np.concatenate([shown(whole) * (clear > 0), clear], -1)


def bad_cases():
    partly = {
        "decode-early-eoi.jpg": early,
        "decode-cut-60-percent.jpg": lambda: early(end=b""),
        "decode-cut-8-bytes.jpg": lambda: small()[:-10],
        "decode-cut-8-bytes-with-eoi.jpg": lambda: small()[:-10] + EOI,
    }
    table = {
        "decode-second-sof.jpg": second_frame_header,
        "decode-scan-parameters.jpg": wrong_spectrum,
        "decode-missing-huffman.jpg": missing_huffman,
        "decode-missing-quantization.jpg": missing_quantization,
        "decode-wrong-restart.jpg": wrong_restart,
        "decode-bad-code.jpg": bad_code,
        "decode-truncated-progressive.jpg": lambda: cut(progressive("4:2:0"), 0.7),
        "unsupported-leading-junk.jpg": lambda: b"\r\n\r\n" + small(),
        "unsupported-dnl.jpg": height_told_later,
    }
    cases = {name: Case(make, whole_rows, 1, 4) for name, make in partly.items()}
    cases |= {name: Case(make) for name, make in table.items()}
    return {f"bad/{name}": case for name, case in cases.items()}


def cases():
    return good_cases() | bad_cases()
