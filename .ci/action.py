"""Writes the commands of the action as a script, with its defaults and packs
for two products. Not those that build the program, or comment."""
import shlex
import sys

import ruamel.yaml

with open(sys.argv[1]) as file:
    action = ruamel.yaml.YAML(typ="safe").load(file)
inputs = {name: str(i["default"]) for name, i in action["inputs"].items()} | {"pack": "sentinel splunk"}
print("set -eu")
for step in action["runs"]["steps"]:
    if "run" not in step or step["name"] in ("Build sigproof", "Comment"):
        continue
    for name, value in step.get("env", {}).items():
        key = value.removeprefix("${{ inputs.").removesuffix(" }}")
        print(f"export {name}={shlex.quote(inputs[key])}")
    print(f"bash -eo pipefail -c {shlex.quote(step['run'])}")
