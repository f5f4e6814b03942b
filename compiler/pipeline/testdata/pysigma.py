"""Reads folders from stdin, one a line; of each it converts rule.yml to SPL with
pySigma, by the pipelines that stand beside it, and writes a line of JSON."""

import glob
import json
import os
import sys

from sigma.backends.splunk import SplunkBackend
from sigma.collection import SigmaCollection
from sigma.processing.resolver import ProcessingPipelineResolver


def convert(folder):
    os.chdir(folder)  # files that a pipeline names
    pipelines = sorted(glob.glob(os.path.join(folder, "pipeline*.yml")))
    with open(os.path.join(folder, "rule.yml"), encoding="utf-8") as f:
        rules = SigmaCollection.from_yaml(f.read())
    pipeline = ProcessingPipelineResolver().resolve(pipelines)
    output = SplunkBackend(processing_pipeline=pipeline).convert(rules)
    return output if isinstance(output, list) else [output]


for line in sys.stdin:
    try:
        answer = {"queries": convert(line.strip())}
    except Exception as e:  # whatever it is, pySigma has no query
        answer = {"error": f"{type(e).__name__}: {e}"}
    print(json.dumps(answer), flush=True)
