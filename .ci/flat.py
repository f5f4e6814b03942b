"""Converts rules with one of pySigma's backends: JSON lines of name and rule in,
of name and query or error out."""

import json
import sys

from sigma.collection import SigmaCollection
from sigma.rule import SigmaLogSource


def backend(language):
    if language == "aql":
        from sigma.backends.QRadarAQL import QRadarAQLBackend

        return QRadarAQLBackend()
    from sigma.backends.sumologic import SumoLogicCSEBackend

    return SumoLogicCSEBackend(min_confidence=-1)


def query(converted):
    """The text of a query; that of Cloud SIEM stands in a rule."""
    if converted.startswith("{"):
        return json.loads(converted)["rules"][0]["expression"]
    return converted


def rules(text):
    """The rules of a text, apart from where their log is: events are of no product."""
    collection = SigmaCollection.from_yaml(text)
    for rule in collection.rules:
        rule.logsource = SigmaLogSource(category="test")
    return collection


def main(language):
    for line in sys.stdin:
        case = json.loads(line)
        out = {"name": case["name"]}
        try:
            out["query"] = query(backend(language).convert(rules(case["rule"]))[0])
        except Exception as e:
            out["error"] = f"{type(e).__name__}: {e}"
        print(json.dumps(out))


main(sys.argv[1])
