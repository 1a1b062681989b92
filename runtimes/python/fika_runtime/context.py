"""The handler's second argument."""

import os
from time import time

from .codec import loads
from .report import Fault


class LambdaContext:
    def __init__(self, headers):
        environ = os.environ.get
        self.aws_request_id = headers.get("lambda-runtime-aws-request-id")
        self.log_group_name = environ("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environ("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environ("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environ("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        self.client_context = _client_context(headers)
        self.identity = CognitoIdentity(_parse(
            headers, "lambda-runtime-cognito-identity", "Cognito Identity"))
        self._epoch_deadline_time_in_ms = int(headers.get("lambda-runtime-deadline-ms", 0))

    def get_remaining_time_in_millis(self):
        return max(self._epoch_deadline_time_in_ms - int(time() * 1000), 0)

    def log(self, message):
        from .log import write

        write(str(message))

    def __repr__(self):
        fields = ("%s=%r" % (k, v) for k, v in vars(self).items() if not k.startswith("_"))
        return "LambdaContext([%s])" % ",".join(fields)


class CognitoIdentity:
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, fields):
        fields = fields or {}
        self.cognito_identity_id = fields.get("cognitoIdentityId")
        self.cognito_identity_pool_id = fields.get("cognitoIdentityPoolId")

    def __repr__(self):
        return _repr(self)


class ClientContext:
    __slots__ = ("custom", "env", "client")

    def __init__(self, fields):
        self.custom = fields.get("custom")
        self.env = fields.get("env")
        client = fields.get("client")
        self.client = None if client is None else Client(client)

    def __repr__(self):
        return _repr(self)


class Client:
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code",
                 "app_package_name")

    def __init__(self, fields):
        for name in self.__slots__:
            setattr(self, name, fields.get(name))

    def __repr__(self):
        return _repr(self)


def _repr(value):
    fields = ("%s=%r" % (name, getattr(value, name)) for name in value.__slots__)
    return "%s([%s])" % (type(value).__name__, ",".join(fields))


def _client_context(headers):
    fields = _parse(headers, "lambda-runtime-client-context", "Client Context")
    return None if fields is None else ClientContext(fields)


def _parse(headers, header, name):
    """Headers are read as latin-1; what is JSON in them is UTF-8."""
    text = headers.get(header)
    if not text:
        return None
    try:
        return loads(text.encode("latin-1"))
    except Exception as error:
        raise Fault("LambdaContextUnmarshalError",
                    "Unable to parse %s JSON: %s" % (name, error)) from None
