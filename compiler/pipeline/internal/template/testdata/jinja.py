"""Reads a line of JSON for each template: its syntax, its text and the values of
its names; fills it with Python and writes a line of JSON."""

import json
import sys

from jinja2.sandbox import SandboxedEnvironment

for line in sys.stdin:
    t = json.loads(line)
    try:
        if t["syntax"] == "format":
            text = t["text"].format(**t["names"])
        else:
            env = SandboxedEnvironment(autoescape=t["syntax"] == "escaped")
            text = env.from_string(t["text"]).render(t["names"])
        answer = {"text": text}
    except Exception as e:  # whatever it is, there is no text
        answer = {"error": f"{type(e).__name__}: {e}"}
    print(json.dumps(answer), flush=True)
