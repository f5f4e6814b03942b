"""Writes the commands of the action as a script that runs them as the forge
does: after one that fails those only that run always, if the rules were checked.
Not those that build the program, or comment. Usage: action.py ACTION INPUT=VALUE..."""
import shlex
import sys

import ruamel.yaml

with open(sys.argv[1]) as file:
    action = ruamel.yaml.YAML(typ="safe").load(file)
inputs = {name: str(i["default"]) for name, i in action["inputs"].items()} | dict(a.split("=", 1) for a in sys.argv[2:])
print("failed=false checked=false")
for step in action["runs"]["steps"]:
    if "run" not in step or step["name"] in ("Build sigproof", "Comment"):
        continue
    if "${{" in step["run"]:
        sys.exit(f"{step['name']}: what others write is in the command; it goes through env")
    env = " ".join(
        f"{name}={shlex.quote(inputs[value.removeprefix('${{ inputs.').removesuffix(' }}')])}" for name, value in step.get("env", {}).items()
    )
    always = step.get("if", "").startswith("always()")
    if step.get("id") == "check":
        print("$failed || checked=true")
    print(f"if {'$checked' if always else '! $failed'}; then {env} bash -eo pipefail -c {shlex.quote(step['run'])} || failed=true; fi")
print("! $failed")
