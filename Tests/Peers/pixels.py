"""Prints the pixels of a picture as Pillow sees them, `[height][width][3]`, in base 64.

    python pixels.py FILE
"""

import base64
import sys

from PIL import Image

print(base64.b64encode(Image.open(sys.argv[1]).convert("RGB").tobytes()).decode())
