"""A tool's CPU time as a part of each peer's, by the kind of picture: .env/bin/python ratios.py RESULTS.json CORPUS [NAME]

Geometric means over the pictures of one kind, of the results that run.py wrote with `--base NAME`.
"""
import json
import math
import os
import sys

from PIL import Image

Image.MAX_IMAGE_PIXELS = None
LARGE = 4_000_000  # pixels

results, corpus = sys.argv[1:3]
name = sys.argv[3] if len(sys.argv) > 3 else "ours"
with open(results) as f:
    jobs = json.load(f)["jobs"]


def kinds(source):
    """The kinds that a picture is of."""
    with Image.open(os.path.join(corpus, source)) as picture:
        jpeg, pixels = picture.format == "JPEG", picture.width * picture.height
    yield "all"
    if jpeg and pixels >= LARGE:
        yield "JPEG, 4 megapixels and more"
    else:
        yield "all others"
        yield "JPEG, less" if jpeg else "PNG"


for job, peers in jobs.items():
    own = {image["source"]: image for image in peers[name]["images"]}
    sums = {}
    for peer, result in peers.items():
        for image in result["images"]:
            both = [own[image["source"]].get("cpu_ms"), image.get("cpu_ms")]
            if peer == name or None in both:
                continue
            for kind in kinds(image["source"]):
                sums.setdefault(kind, {}).setdefault(peer, []).append(math.log(both[0] / both[1]))
    print(f"\n## {job}\n")
    names = [peer for peer in peers if peer != name]
    print("| pictures | number | " + " | ".join(names) + " |")
    print("|---|---:|" + "---:|" * len(names))
    for kind in sorted(sums):
        row = [sums[kind].get(peer, []) for peer in names]
        means = [f"{math.exp(sum(logs) / len(logs)):.2f}" if logs else "-" for logs in row]
        print(f"| {kind} | {max(map(len, row))} | " + " | ".join(means) + " |")
