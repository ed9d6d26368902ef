"""Reads a folder of event files with TensorBoard's own reader, and says as JSON what is there."""

import io
import json
import sys

from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator, HISTOGRAMS, IMAGES, SCALARS

NOTHING_LEFT_OUT = {SCALARS: 0, HISTOGRAMS: 0, IMAGES: 0}
events = EventAccumulator(sys.argv[1], size_guidance=NOTHING_LEFT_OUT, purge_orphaned_data=False).Reload()


def picture(image):
    opened = Image.open(io.BytesIO(image.encoded_image_string))
    opened.load()
    return {"step": image.step, "size": [image.width, image.height], "mode": opened.mode, "format": opened.format,
            "pixels": list(opened.tobytes())}


print(json.dumps({
    "scalars": {tag: [[event.step, event.value, event.wall_time] for event in events.Scalars(tag)]
                for tag in events.Tags()["scalars"]},
    "histograms": {tag: [{"step": event.step, "count": event.histogram_value.num, "min": event.histogram_value.min,
                          "max": event.histogram_value.max, "sum": event.histogram_value.sum,
                          "limits": list(event.histogram_value.bucket_limit), "counts": list(event.histogram_value.bucket)}
                         for event in events.Histograms(tag)]
                   for tag in events.Tags()["histograms"]},
    "images": {tag: [picture(image) for image in events.Images(tag)] for tag in events.Tags()["images"]},
    "began": events.FirstEventTimestamp(),
}))
