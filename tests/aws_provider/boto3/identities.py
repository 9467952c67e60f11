"""Says, for each set-up on standard input, as whom boto3 calls, or why it does not."""

import json
import os
import sys

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

# The models of the services are read once for all.
MODELS = Loader()


def identity(setup):
    os.environ.clear()
    os.environ.update(setup["environment"])
    core = botocore.session.Session(profile=setup["profile"])
    core.register_component("data_loader", MODELS)
    session = boto3.Session(botocore_session=core)
    once = Config(retries={"total_max_attempts": 1})
    client = session.client("cleanrooms", config=once)
    reply = client.get_collaboration(collaborationIdentifier="11111111-1111-4111-8111-111111111111")
    # The server names the collaboration after whoever has signed the request.
    return reply["collaboration"]["name"]


def answer(setup):
    try:
        return {"identity": identity(setup)}
    except Exception as err:
        return {"refusal": f"{type(err).__name__}: {err}"}


json.dump([answer(setup) for setup in json.load(sys.stdin)], sys.stdout)
