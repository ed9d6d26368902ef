"""Reads a file with the parser of Prometheus' own Python client, and says as JSON what is there."""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8") as file:
    families = list(text_string_to_metric_families(file.read()))
print(json.dumps([
    {"name": family.name, "type": family.type, "help": family.documentation,
     "samples": [{"name": sample.name, "labels": sample.labels, "value": sample.value} for sample in family.samples]}
    for family in families
]))
