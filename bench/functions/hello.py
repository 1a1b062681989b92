"""The handler of the cold starts of Python."""


def handler(event, context):
    return {"message": "hello, " + event["name"]}
