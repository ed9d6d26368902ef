"""Writes PNG and JPEG files of random sizes and kinds to FOLDER, and of each what Pillow makes of it: `.rgb`, the pixels as they lie
in the file, and `.planes`, the picture at 32×32.

    python pictures.py FOLDER
"""

import base64
import io
import json
import sys
from pathlib import Path

import numpy
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent / "Golden"))
from pictures import bytes_of, saved, seen  # noqa: E402


def flat(data):
    """The pixels, transparent ones over white."""
    image = Image.open(io.BytesIO(data))
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return numpy.asarray(image.convert("RGB")).tobytes()


folder = Path(sys.argv[1])
generator = numpy.random.default_rng(7)
sizes = [(1, 1), (2, 3), (31, 33), (32, 64), (64, 32), (96, 128), (320, 224), (33, 1), (1, 333)]
sizes += [tuple(int(edge) for edge in generator.integers(1, 100, 2)) for _ in range(16)]
index = {}
for number, (width, height) in enumerate(sizes):
    rgba = Image.fromarray(bytes_of(width, height, 4, seed=number))
    rgb = rgba.convert("RGB")
    files = {
        "rgb.png": saved(rgb, "PNG"),
        "rgba.png": saved(rgba, "PNG"),
        "grey.png": saved(rgb.convert("L"), "PNG"),
        "rgb.jpg": saved(rgb, "JPEG", quality=int(generator.integers(40, 100)), subsampling=int(generator.integers(3))),
        "progressive.jpg": saved(rgb, "JPEG", quality=85, progressive=True, optimize=True),
        "grey.jpg": saved(rgb.convert("L"), "JPEG", quality=85),
        "cmyk.jpg": saved(rgb.convert("CMYK"), "JPEG", quality=95),
    }
    for kind, data in files.items():
        name = f"{number}-{kind}"
        (folder / name).write_bytes(data)
        (folder / f"{name}.rgb").write_bytes(flat(data))
        if width % 32 == 0 and height % 32 == 0:
            box = Image.frombytes("RGB", (width, height), flat(data)).resize((32, 32), Image.Resampling.BOX)
            planes = numpy.asarray(box).transpose(2, 0, 1).tobytes()
        else:
            planes = base64.b64decode(seen(data, name)["planes"])
        (folder / f"{name}.planes").write_bytes(planes)
        index[name] = {"width": width, "height": height}
(folder / "index.json").write_text(json.dumps(index))
