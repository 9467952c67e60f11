"""Makes cleanrooms-model.json from the service model that botocore ships.

    python model/make.py > model/cleanrooms-model.json

Run it with the botocore that tests/conformance/requirements.txt names; a test
there holds the file against it. Documentation is left out, and so are traits
that say nothing about the wire.
"""

import json
import sys

import botocore.loaders

# Traits of shapes that the file keeps as they are, where a shape has them.
KEPT = ("document", "enum", "exception", "max", "min", "pattern", "sensitive", "type", "union")


def operation(model, raw, pagination):
    shapes = model["shapes"]
    errors = [error["shape"] for error in raw.get("errors", [])]
    paged = {"pagination": pagination[raw["name"]]} if raw["name"] in pagination else {}
    return paged | {
        "method": raw["http"]["method"],
        "uri": raw["http"]["requestUri"],
        "success_status": raw["http"]["responseCode"],
        "input": raw["input"]["shape"],
        "output": raw["output"]["shape"],
        "errors": {name: shapes[name]["error"]["httpStatusCode"] for name in errors},
        "idempotent": raw.get("idempotent", False),
        "readonly": raw.get("readonly", False),
    }


def shape(raw):
    made = {trait: raw[trait] for trait in KEPT if trait in raw}
    if "error" in raw:
        made["http_status"] = raw["error"]["httpStatusCode"]
    if raw["type"] == "structure":
        made["required"] = raw.get("required", [])
        made["members"] = {name: member(name, raw) for name, raw in raw["members"].items()}
    for part in ("member", "key", "value"):
        if part in raw:
            made[part] = raw[part]["shape"]
    return made


def member(name, raw):
    # Requests and replies are read by the members' own names.
    assert raw.get("locationName", name) == name, (name, raw)
    return {key: raw[key] for key in ("location", "locationName", "shape") if key in raw}


def model():
    """The file's content, of the botocore that runs this."""
    load = botocore.loaders.Loader().load_service_model
    raw = load("cleanrooms", "service-2")
    pagination = load("cleanrooms", "paginators-1")["pagination"]
    told = ("apiVersion", "endpointPrefix", "protocol", "serviceId")
    told += ("signatureVersion", "signingName", "uid")
    return {
        "service": {name: raw["metadata"][name] for name in told},
        "operations": {
            name: operation(raw, one, pagination) for name, one in raw["operations"].items()
        },
        "shapes": {name: shape(one) for name, one in raw["shapes"].items()},
    }


def text():
    return json.dumps(model(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
