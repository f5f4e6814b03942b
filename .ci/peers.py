"""Times pySigma and sigproof on one folder of rules, in CPU seconds, in one run."""

import os
import resource
import subprocess
import sys

from sigma.backends.kusto import KustoBackend
from sigma.backends.splunk import SplunkBackend
from sigma.collection import SigmaCollection


def convert(root):
    """What pySigma does: each file is read, and converted to SPL and to KQL."""
    backends = {"spl": SplunkBackend(), "kql": KustoBackend()}
    done = {"files": 0, "unread": 0, "spl": 0, "kql": 0}
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            if not name.endswith((".yml", ".yaml")):
                continue
            done["files"] += 1
            try:
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    rules = SigmaCollection.from_yaml(f)
            except Exception:
                done["unread"] += 1
                continue
            for language, backend in backends.items():
                try:
                    backend.convert(rules)
                    done[language] += 1
                except Exception:
                    pass
    return done


def used(who):
    """CPU seconds, and the peak of memory in MiB."""
    u = resource.getrusage(who)
    return u.ru_utime + u.ru_stime, u.ru_maxrss / 1024


def main(sigproof, root):
    before, _ = used(resource.RUSAGE_SELF)
    done = convert(root)
    after, theirs_memory = used(resource.RUSAGE_SELF)
    theirs = after - before
    print(f"pySigma, SPL and KQL: {theirs:.1f} s, {theirs_memory:.0f} MiB; {done}")

    one = (["check", "--format", "json", "--to", "kql,spl"],)
    two = (["check", "--format", "json"], ["compile", "--format", "jsonl", "--to", "kql,spl"])
    for title, commands in (("loaded, checked and compiled in one go", one), ("checked and compiled by two commands", two)):
        spent = sum(run([sigproof, *c, "-q", "--log", "generic", root]) for c in commands)
        print(f"sigproof, {title}: {spent:.2f} s, {used(resource.RUSAGE_CHILDREN)[1]:.0f} MiB; 1/{theirs / spent:.1f} of what pySigma takes")


def run(command):
    """Gives the CPU seconds of a command, which may find something."""
    before, _ = used(resource.RUSAGE_CHILDREN)
    if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode > 1:
        sys.exit(f"{command} could not run")
    return used(resource.RUSAGE_CHILDREN)[0] - before


main(*sys.argv[1:])
