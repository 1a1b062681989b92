"""Runs AWS's translator over templates, and prints a line of JSON for each: the template as it was read,
and what came out or what was wrong with it."""

import json
import os
import sys
from unittest import mock

os.environ["AWS_DEFAULT_REGION"] = sys.argv[1]
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

from samtranslator.model.exceptions import InvalidDocumentException  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402


class NoPolicies:
    """The translator brings those that it knows; nobody is asked for others."""

    def load(self):
        return {}


def translated(template, parameters):
    try:
        return {"made": transform(template, parameters, NoPolicies())}
    except InvalidDocumentException as wrong:
        return {"wrong": [cause.message for cause in wrong.causes]}
    except Exception as failed:  # It does not catch all that may be wrong.
        return {"failed": repr(failed)}


def main():
    parameters = json.loads(sys.argv[2])
    now = float(sys.argv[3])
    for path in sys.argv[4:]:
        with open(path, encoding="utf-8") as file:
            template = json.loads(json.dumps(yaml_parse(file.read()), default=str))
        told = {"name": os.path.splitext(os.path.basename(path))[0], "given": template}
        with mock.patch("samtranslator.model.apigateway.time.time", return_value=now):
            told.update(translated(json.loads(json.dumps(template)), dict(parameters)))
        print(json.dumps(told, default=str))


main()
