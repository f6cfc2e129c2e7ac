"""Validates events with a JSON Schema library that is not ours. Reads {type: {"schema": ..., "events": [...]}} and prints what is wrong."""
import json
import sys

from jsonschema import Draft202012Validator, FormatChecker

wrong = []
for kind, described in json.load(sys.stdin).items():
    Draft202012Validator.check_schema(described["schema"])
    validator = Draft202012Validator(described["schema"], format_checker=FormatChecker())
    for event in described["events"]:
        wrong += [f"{kind} {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(event)]
        for member in [*described["schema"]["required"], None]:
            broken = {k: v for k, v in event.items() if k != member} if member else {**event, "eventId": "none"}
            if validator.is_valid(broken):
                wrong.append(f"{kind} is valid without a right {member or 'eventId'}")
print("\n".join(sorted(set(wrong))))
