"""Small PNG and JPEG files of every kind, and what Pillow sees in them at 32×32, for Tests/ImagesTests/Pictures/Golden.

    python3 pictures.py      with pillow==13.0.0 and numpy

Writes the files and `pictures.json`: of each its width, height and the planes of red, green and blue at 32×32. Areas of
any size are averaged exactly by repeating every pixel 32 times along both axes before Pillow's BOX filter.
"""

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy
from PIL import Image, ImageOps

FOLDER = Path(__file__).parent.parent / "ImagesTests" / "Pictures" / "Golden"


def colours(width, height, channels=3, seed=1):
    """Waves with some noise, [height][width][channels], 0 to 1."""
    generator = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [0.5 + 0.4 * numpy.sin(x / (3 + c) + y / (5 - c) + c) for c in range(channels)]
    return numpy.clip(numpy.stack(planes, -1) + generator.normal(0, 0.03, (height, width, channels)), 0, 1)


def bytes_of(width, height, channels=3, seed=1):
    return numpy.round(255 * colours(width, height, channels, seed)).astype(numpy.uint8)


def wide():
    """Two bytes a colour, the higher one first."""
    return numpy.round(65535 * colours(45, 37)).astype(">u2")


def png(width, height, depth, kind, rows, *chunks, interlaced=0):
    """A PNG file by its rows of bytes, for what Pillow does not write."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*pair) for pair in chunks)
        + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def interlaced(pixels):
    """The rows of Adam7's seven passes."""
    height, width, _ = pixels.shape
    for x, y, across, down in [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]:
        part = pixels[y::down, x::across]
        if part.size:
            yield from (row.tobytes() for row in part)


def saved(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def cases():
    rgb = Image.fromarray(bytes_of(45, 37))
    yield "rgb.png", saved(rgb, "PNG")
    yield "exact.png", saved(Image.fromarray(bytes_of(32, 32)), "PNG")
    yield "small.png", saved(Image.fromarray(bytes_of(7, 5)), "PNG")
    yield "one.png", saved(Image.fromarray(bytes_of(1, 1)), "PNG")
    yield "line.png", saved(Image.fromarray(bytes_of(100, 1)), "PNG")
    yield "grey.png", saved(rgb.convert("L"), "PNG")
    yield "black-and-white.png", saved(rgb.convert("1"), "PNG")
    yield "palette.png", saved(rgb.quantize(11), "PNG")
    yield "palette-transparent.png", saved(rgb.quantize(11), "PNG", transparency=3)
    yield "rgba.png", saved(Image.fromarray(bytes_of(45, 37, 4)), "PNG")
    yield "grey-alpha.png", saved(Image.fromarray(bytes_of(45, 37, 4)).convert("LA"), "PNG")
    yield "rgb-16.png", png(45, 37, 16, 2, [row.tobytes() for row in wide()])
    yield "grey-16.png", png(45, 37, 16, 0, [row.tobytes() for row in wide()[..., :1]])
    small = bytes_of(45, 37)
    yield "interlaced.png", png(45, 37, 8, 2, interlaced(small), interlaced=1)
    yield "transparent-colour.png", png(
        45, 37, 8, 2, [row.tobytes() for row in small // 128 * 128], (b"tRNS", struct.pack(">HHH", 128, 0, 128)))
    yield "rgb.jpg", saved(rgb, "JPEG", quality=90)
    yield "rgb-444.jpg", saved(rgb, "JPEG", quality=95, subsampling=0)
    yield "progressive.jpg", saved(rgb, "JPEG", quality=80, progressive=True)
    yield "grey.jpg", saved(rgb.convert("L"), "JPEG", quality=90)
    yield "cmyk.jpg", saved(rgb.convert("CMYK"), "JPEG", quality=90)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"turned-{orientation}.jpg", saved(rgb, "JPEG", quality=90, exif=exif)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "turned.png", saved(rgb, "PNG", exif=exif)


def seen(data, name):
    """The planes at 32×32 as Pillow sees them."""
    image = Image.open(io.BytesIO(data))
    size = image.size
    if name == "rgb-16.png":  # Pillow drops the lower bytes: what is rounded is darker by half a level.
        image = Image.fromarray(numpy.round(wide() / 257).astype(numpy.uint8))
    elif image.mode.startswith("I"):  # Sixteen bits of grey, which convert() would cut at 255.
        image = Image.fromarray(numpy.round(numpy.asarray(image) / 257).astype(numpy.uint8))
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    image = image.resize((32 * image.width, 32 * image.height), Image.Resampling.NEAREST)
    planes = numpy.asarray(image.resize((32, 32), Image.Resampling.BOX)).transpose(2, 0, 1)
    return {"width": size[0], "height": size[1], "planes": base64.b64encode(planes.tobytes()).decode()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    expected = {}
    for name, data in cases():
        (FOLDER / name).write_bytes(data)
        expected[name] = seen(data, name)
    (FOLDER / "pictures.json").write_text(json.dumps(expected, indent=0) + "\n")
