"""HTTP APIs and REST APIs through boto3 and plain HTTP, one theme a run."""

import base64
import http.client
import http.server
import json
import os
import subprocess
import sys
import threading
from urllib.parse import urlparse

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

import kit
from kit import equal, refused

lambdas = kit.client()
apis = boto3.client("apigatewayv2", config=kit.config)
rest = boto3.client("apigateway", config=kit.config)
REGION = os.environ["AWS_REGION"]
SERVER = urlparse(os.environ["AWS_ENDPOINT_URL"])
ECHO = """export const handler = async (event) => {
  const q = event.queryStringParameters ?? {};
  if (q.throw) throw new Error(q.throw);
  if (q.raw) return JSON.parse(q.raw);
  return { statusCode: 200, headers: { "content-type": "application/json", "access-control-allow-origin": "of-function" },
    body: JSON.stringify(event) };
};"""


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.body!r}"


def call(method, path, host=None, body=None, headers=None):
    connection = http.client.HTTPConnection(SERVER.hostname, SERVER.port, timeout=60)
    connection.request(method, path, body, {"Host": host or SERVER.netloc, **(headers or {})})
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def ask(api, method, path, **more):
    """By the host name of an API."""
    return call(method, path, host=f"{api}.execute-api.{REGION}.localhost:{SERVER.port}", **more)


def message(answer, status, text):
    equal((answer.status, answer.json()), (status, {"message": text}))


def function(name, source=ECHO, api="*"):
    made = kit.create(lambdas, name, source)
    lambdas.add_permission(
        FunctionName=name, StatementId="api", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:123456789012:{api}/*")
    return made["FunctionArn"]


def invocations(arn):
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


def route(api, key, arn, format="2.0", **more):
    integration = apis.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion=format)
    return apis.create_route(
        ApiId=api, RouteKey=key, Target="integrations/" + integration["IntegrationId"], **more)


def http_api(name="pets", stage="$default", **more):
    api = apis.create_api(Name=name, ProtocolType="HTTP", **more)["ApiId"]
    apis.create_stage(ApiId=api, StageName=stage, AutoDeploy=True)
    return api


def quick():
    arn = function("f")
    made = apis.create_api(Name="quick", ProtocolType="HTTP", Target=arn, Tags={"a": "b"})
    api = made["ApiId"]
    equal(made["ApiEndpoint"], f"http://{api}.execute-api.{REGION}.localhost:{SERVER.port}")
    equal(apis.get_apis()["Items"][0]["Name"], "quick")
    event = ask(api, "POST", "/a/b%20c?x=1&x=2&y=", body="hello",
                headers={"Content-Type": "text/plain", "Cookie": "k=v; l=w"}).json()
    equal((event["version"], event["routeKey"], event["body"]), ("2.0", "$default", "hello"))
    equal((event["rawPath"], event["rawQueryString"]), ("/a/b%20c", "x=1&x=2&y="))
    equal((event["queryStringParameters"], event["cookies"]), ({"x": "1,2", "y": ""}, ["k=v", "l=w"]))
    context = event["requestContext"]
    equal((context["accountId"], context["apiId"], context["stage"]), ("123456789012", api, "$default"))
    equal((context["http"]["method"], context["http"]["sourceIp"]), ("POST", "127.0.0.1"))
    equal(call("GET", f"/_api/{api}/$default/x").json()["rawPath"], "/x")
    # What a function does wrong, and what answers of other forms mean.
    message(ask(api, "GET", "/?throw=x"), 500, "Internal Server Error")
    message(ask(api, "GET", "/?raw=%7B%22statusCode%22%3A1%7D"), 500, "Internal Server Error")
    plain = ask(api, "GET", "/?raw=%5B1%5D")
    equal((plain.status, plain.headers["content-type"], plain.json()), (200, "application/json", [1]))
    # Without the function's leave nothing is called.
    lambdas.remove_permission(FunctionName="f", StatementId="api")
    message(ask(api, "GET", "/"), 500, "Internal Server Error")
    apis.delete_api(ApiId=api)
    message(ask(api, "GET", "/"), 404, "Not Found")
    refused("NotFoundException", 404, "", apis.get_api, ApiId=api)


def routes():
    one, two = function("one"), function("two")
    api = apis.create_api(Name="pets", ProtocolType="HTTP")["ApiId"]
    pet = route(api, "GET /pets/{id}", one)
    route(api, "ANY /pets/{proxy+}", two, format="1.0")
    apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    apis.create_stage(ApiId=api, StageName="prod", StageVariables={"v": "1"})
    event = ask(api, "GET", "/pets/a%2Fb").json()
    equal((event["routeKey"], event["pathParameters"]), ("GET /pets/{id}", {"id": "a/b"}))
    event = ask(api, "PUT", "/pets/x/y?q=1&q=2", body=b"\xff\x00").json()
    equal((event["version"], event["resource"], event["path"]), ("1.0", "/pets/{proxy+}", "/pets/x/y"))
    equal((event["pathParameters"], event["multiValueQueryStringParameters"]), ({"proxy": "x/y"}, {"q": ["1", "2"]}))
    equal((base64.b64decode(event["body"]), event["isBase64Encoded"]), (b"\xff\x00", True))
    message(ask(api, "GET", "/other"), 404, "Not Found")
    # A stage without a deployment serves nothing; one with, what was deployed.
    message(ask(api, "GET", "/prod/pets/1"), 404, "Not Found")
    deployment = apis.create_deployment(ApiId=api, StageName="prod")
    equal(deployment["DeploymentStatus"], "DEPLOYED")
    event = ask(api, "GET", "/prod/pets/1").json()
    equal((event["rawPath"], event["stageVariables"]), ("/prod/pets/1", {"v": "1"}))
    equal(event["requestContext"]["stage"], "prod")
    apis.delete_route(ApiId=api, RouteId=pet["RouteId"])
    equal(ask(api, "GET", "/prod/pets/1").json()["version"], "2.0")
    equal(ask(api, "GET", "/pets/1").json()["version"], "1.0")
    equal(call("GET", f"/_api/{api}/prod/pets/7").json()["pathParameters"], {"id": "7"})
    # A route's own permission.
    lambdas.remove_permission(FunctionName="two", StatementId="api")
    lambdas.add_permission(
        FunctionName="two", StatementId="route", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:123456789012:{api}/*/*/pets/{{proxy+}}")
    equal(ask(api, "GET", "/pets/1").status, 200)


def cors():
    api = http_api(CorsConfiguration={
        "AllowOrigins": ["https://a.example"], "AllowMethods": ["GET", "PUT"],
        "AllowHeaders": ["x-a"], "ExposeHeaders": ["x-b"], "MaxAge": 7, "AllowCredentials": True})
    route(api, "GET /", function("f"))
    origin = {"Origin": "https://a.example"}
    asked = ask(api, "OPTIONS", "/", headers={**origin, "Access-Control-Request-Method": "PUT"})
    equal(asked.status, 204)
    equal(asked.headers["access-control-allow-origin"], "https://a.example")
    equal(asked.headers["access-control-allow-methods"], "GET,PUT")
    equal(asked.headers["access-control-max-age"], "7")
    answer = ask(api, "GET", "/", headers=origin)
    equal(answer.headers["access-control-allow-origin"], "https://a.example")
    equal(answer.headers["access-control-expose-headers"], "x-b")
    equal(ask(api, "GET", "/", headers={"Origin": "https://b"}).headers["access-control-allow-origin"], None)
    apis.delete_cors_configuration(ApiId=api)
    equal(ask(api, "GET", "/", headers=origin).headers["access-control-allow-origin"], "of-function")


SIMPLE = """let calls = 0;
export const handler = async (event) => ({ isAuthorized: event.identitySource[0] === "yes",
  context: { calls: ++calls, arn: event.routeArn } });"""
POLICY = """export const handler = async (event) => {
  if (event.authorizationToken === "broken") return {};
  if (event.authorizationToken === "unknown") throw new Error("Unauthorized");
  if (event.authorizationToken === "failing") throw new Error("of nobody's business");
  if (event.authorizationToken === "denied") return { principalId: "me", policyDocument: { Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] } };
  return { principalId: "me", context: { n: 1, ok: true }, policyDocument: { Version: "2012-10-17", Statement: [
    { Effect: "Allow", Action: "execute-api:Invoke", Resource: event.methodArn.replace(/[^/]*$/, "pets") }] } };
};"""


def authorizers():
    arn = function("f")
    api = http_api()
    simple = apis.create_authorizer(
        ApiId=api, Name="simple", AuthorizerType="REQUEST", AuthorizerUri=invocations(function("simple", SIMPLE)),
        AuthorizerPayloadFormatVersion="2.0", EnableSimpleResponses=True,
        IdentitySource=["$request.header.x-token"], AuthorizerResultTtlInSeconds=300)["AuthorizerId"]
    policy = apis.create_authorizer(
        ApiId=api, Name="policy", AuthorizerType="REQUEST", AuthorizerUri=invocations(function("policy", POLICY)),
        AuthorizerPayloadFormatVersion="1.0", IdentitySource=["$request.header.x-token"])["AuthorizerId"]
    route(api, "GET /simple", arn, AuthorizationType="CUSTOM", AuthorizerId=simple)
    for path in ["/pets", "/cats"]:
        route(api, f"GET {path}", arn, AuthorizationType="CUSTOM", AuthorizerId=policy)
    route(api, "GET /signed", arn, AuthorizationType="AWS_IAM")
    token = lambda value: {"headers": {"x-token": value}}
    message(ask(api, "GET", "/simple"), 401, "Unauthorized")
    message(ask(api, "GET", "/simple", **token("no")), 403, "Forbidden")
    first = ask(api, "GET", "/simple", **token("yes")).json()["requestContext"]["authorizer"]
    equal(first["lambda"]["arn"], f"arn:aws:execute-api:{REGION}:123456789012:{api}/$default/GET/simple")
    equal(ask(api, "GET", "/simple", **token("yes")).json()["requestContext"]["authorizer"], first)
    apis.reset_authorizers_cache(ApiId=api, StageName="$default")
    again = ask(api, "GET", "/simple", **token("yes")).json()["requestContext"]["authorizer"]
    assert again["lambda"]["calls"] > first["lambda"]["calls"], again
    context = ask(api, "GET", "/pets", **token("x")).json()["requestContext"]["authorizer"]
    equal(context, {"lambda": {"n": 1, "ok": True}})
    message(ask(api, "GET", "/cats", **token("x")), 403, "Forbidden")
    for wrong in ["broken", "unknown", "failing"]:
        message(ask(api, "GET", "/pets", **token(wrong)), 500, "Internal Server Error")
    # An authorizer that is gone leaves nothing open.
    refused("ConflictException", 409, "", apis.delete_authorizer, ApiId=api, AuthorizerId=policy)
    # Signatures.
    message(ask(api, "GET", "/signed"), 403, "Forbidden")
    equal(signed(api, "/signed", boto3.Session()).status, 200)
    iam = boto3.client("iam", config=kit.config)
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    user = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)
    message(signed(api, "/signed", user), 403, "Forbidden")
    may = {"Effect": "Allow", "Action": "execute-api:Invoke",
           "Resource": f"arn:aws:execute-api:{REGION}:123456789012:{api}/$default/GET/signed"}
    iam.put_user_policy(UserName="u", PolicyName="p",
                        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}))
    event = signed(api, "/signed", user).json()
    equal(event["requestContext"]["authorizer"]["iam"]["userArn"], "arn:aws:iam::123456789012:user/u")
    assert "authorization" not in event["headers"], event["headers"]
    refused("AccessDeniedException", 403, "apigateway:GET", user.client("apigatewayv2", config=kit.config).get_apis)


def signed(api, path, session):
    host = f"{api}.execute-api.{REGION}.localhost:{SERVER.port}"
    request = AWSRequest("GET", f"http://{host}{path}")
    SigV4Auth(session.get_credentials(), "execute-api", REGION).add_auth(request)
    return call("GET", path, host=host, headers=dict(request.headers))


TOKENS = """
const crypto = require('crypto');
const make = () => crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = { good: make(), later: make(), other: make() };
const b = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
const jwk = (name) => ({ ...keys[name].publicKey.export({ format: 'jwk' }), kid: name, alg: 'RS256', use: 'sig' });
console.log(JSON.stringify(jwk('good')));
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { kid, key, claims } = JSON.parse(line);
  const text = `${b({ alg: 'RS256', kid })}.${b(claims)}`;
  console.log(`${text}.${crypto.sign('sha256', Buffer.from(text), keys[key ?? kid].privateKey).toString('base64url')}`);
});
"""


def tokens():
    node = subprocess.Popen(["node", "-e", TOKENS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    keys = {"keys": [json.loads(node.stdout.readline())]}

    class Issuer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = {"/.well-known/openid-configuration": {"jwks_uri": issuer + "/keys"}, "/keys": keys}
            body = json.dumps(found.get(self.path)).encode()
            self.send_response(200 if self.path in found else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def token(kid="good", key=None, **claims):
        claims = {"iss": issuer, "aud": "me", "exp": 4_000_000_000, "sub": "u", **claims}
        node.stdin.write(json.dumps({"kid": kid, "key": key, "claims": claims}) + "\n")
        node.stdin.flush()
        return {"headers": {"Authorization": "Bearer " + node.stdout.readline().strip()}}

    arn, api = function("f"), http_api()
    jwt = apis.create_authorizer(
        ApiId=api, Name="jwt", AuthorizerType="JWT", IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer, "Audience": ["me"]})["AuthorizerId"]
    route(api, "GET /", arn, AuthorizationType="JWT", AuthorizerId=jwt)
    route(api, "GET /write", arn, AuthorizationType="JWT", AuthorizerId=jwt, AuthorizationScopes=["write"])
    message(ask(api, "GET", "/"), 401, "Unauthorized")
    context = ask(api, "GET", "/", **token(n=1)).json()["requestContext"]["authorizer"]["jwt"]
    equal((context["claims"]["sub"], context["claims"]["n"], context["scopes"]), ("u", "1", None))
    for wrong in [dict(aud="you"), dict(exp=1), dict(iss="http://other"), dict(key="other"), dict(kid="other")]:
        answer = ask(api, "GET", "/", **token(**wrong))
        message(answer, 401, "Unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer"), answer
    message(ask(api, "GET", "/write", **token(scope="read")), 403, "Forbidden")
    equal(ask(api, "GET", "/write", **token(scope="read write")).status, 200)
    node.kill()
    server.shutdown()


def stages():
    api = apis.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    arn = function("f")
    route(api, "GET /slow", arn)
    route(api, "GET /fast", arn)
    group = f"arn:aws:logs:{REGION}:123456789012:log-group:/apis/a"
    apis.create_stage(
        ApiId=api, StageName="$default", AutoDeploy=True,
        AccessLogSettings={"DestinationArn": group, "Format": "$context.httpMethod $context.path $context.status"},
        RouteSettings={"GET /slow": {"ThrottlingRateLimit": 0.0001, "ThrottlingBurstLimit": 2}})
    equal([ask(api, "GET", "/slow").status for _ in range(3)], [200, 200, 429])
    message(ask(api, "GET", "/slow"), 429, "Too Many Requests")
    equal([ask(api, "GET", "/fast").status for _ in range(5)], [200] * 5)
    logs = boto3.client("logs", config=kit.config)
    lines = []
    while len(lines) < 9:
        found = logs.filter_log_events(logGroupName="/apis/a")["events"] if logs.describe_log_groups(
            logGroupNamePrefix="/apis/a")["logGroups"] else []
        lines = sorted(event["message"] for event in found)
    equal(lines, ["GET /fast 200"] * 5 + ["GET /slow 200"] * 2 + ["GET /slow 429"] * 2)
    apis.delete_route_settings(ApiId=api, StageName="$default", RouteKey="GET /slow")
    equal(ask(api, "GET", "/slow").status, 200)
    stage = f"arn:aws:apigateway:{REGION}::/apis/{api}/stages/$default"
    apis.tag_resource(ResourceArn=stage, Tags={"a": "1", "b": "2"})
    apis.untag_resource(ResourceArn=stage, TagKeys=["a"])
    equal(apis.get_tags(ResourceArn=stage)["Tags"], {"b": "2"})
    # A function that takes longer than its integration waits.
    late = function("late", "export const handler = () => new Promise((done) => setTimeout(done, 2000));")
    integration = apis.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=late,
                                          PayloadFormatVersion="2.0", TimeoutInMillis=50)
    apis.create_route(ApiId=api, RouteKey="GET /late", Target="integrations/" + integration["IntegrationId"])
    message(ask(api, "GET", "/late"), 503, "Service Unavailable")


def method(api, resource, name, arn, **more):
    of = dict(restApiId=api, resourceId=resource, httpMethod=name)
    rest.put_method(**{**of, "authorizationType": "NONE", **more})
    rest.put_integration(**of, type="AWS_PROXY", integrationHttpMethod="POST", uri=invocations(arn))


def rest_apis():
    arn = function("f")
    made = rest.create_rest_api(name="pets", binaryMediaTypes=["image/png"])
    api, root = made["id"], made["rootResourceId"]
    pets = rest.create_resource(restApiId=api, parentId=root, pathPart="pets")["id"]
    pet = rest.create_resource(restApiId=api, parentId=pets, pathPart="{id}")["id"]
    method(api, pets, "GET", arn)
    method(api, pet, "ANY", arn)
    message(ask(api, "GET", "/dev/pets"), 403, "Forbidden")
    rest.create_deployment(restApiId=api, stageName="dev", variables={"v": "1"})
    event = ask(api, "PUT", "/dev/pets/7?a=1&a=2", body="hi", headers={"x-one": "1"}).json()
    equal((event["resource"], event["path"], event["httpMethod"]), ("/pets/{id}", "/pets/7", "PUT"))
    equal((event["pathParameters"], event["stageVariables"]), ({"id": "7"}, {"v": "1"}))
    equal((event["headers"]["X-One"], event["multiValueQueryStringParameters"]), ("1", {"a": ["1", "2"]}))
    equal((event["requestContext"]["path"], event["requestContext"]["resourceId"]), ("/dev/pets/7", pet))
    equal((event["body"], event["isBase64Encoded"]), ("hi", False))
    binary = ask(api, "PUT", "/dev/pets/7", body=b"\xff", headers={"content-type": "image/png"}).json()
    equal((binary["body"], binary["isBase64Encoded"]), ("/w==", True))
    message(ask(api, "POST", "/dev/pets"), 403, "Missing Authentication Token")
    message(ask(api, "GET", "/dev/pets?throw=x"), 502, "Internal server error")
    message(ask(api, "GET", "/dev/pets?raw=%5B1%5D"), 502, "Internal server error")
    equal(call("GET", f"/_api/{api}/dev/pets").json()["path"], "/pets")
    # What is not deployed is not served.
    of = dict(restApiId=api, resourceId=pets, httpMethod="OPTIONS")
    rest.put_method(**of, authorizationType="NONE")
    rest.put_integration(**of, type="MOCK", requestTemplates={"application/json": '{"statusCode": 204}'})
    rest.put_method_response(**of, statusCode="204", responseParameters={"method.response.header.x-a": True})
    rest.put_integration_response(**of, statusCode="204", responseParameters={"method.response.header.x-a": "'b'"})
    message(ask(api, "OPTIONS", "/dev/pets"), 403, "Missing Authentication Token")
    token = rest.create_authorizer(
        restApiId=api, name="t", type="TOKEN", authorizerUri=invocations(function("policy", POLICY)),
        identitySource="method.request.header.Authorization")["id"]
    cats = rest.create_resource(restApiId=api, parentId=root, pathPart="cats")["id"]
    method(api, cats, "GET", arn, authorizationType="CUSTOM", authorizerId=token)
    rest.update_method(restApiId=api, resourceId=pets, httpMethod="GET", patchOperations=[
        {"op": "replace", "path": "/authorizationType", "value": "CUSTOM"},
        {"op": "replace", "path": "/authorizerId", "value": token}])
    deployment = rest.create_deployment(restApiId=api)["id"]
    rest.update_stage(restApiId=api, stageName="dev", patchOperations=[
        {"op": "replace", "path": "/deploymentId", "value": deployment},
        {"op": "replace", "path": "/~1pets~1{id}/ANY/throttling/burstLimit", "value": "1"},
        {"op": "replace", "path": "/~1pets~1{id}/ANY/throttling/rateLimit", "value": "0.0001"}])
    mock = ask(api, "OPTIONS", "/dev/pets")
    equal((mock.status, mock.headers["x-a"]), (204, "b"))
    message(ask(api, "GET", "/dev/pets"), 401, "Unauthorized")
    asked = lambda path, token="x": ask(api, "GET", path, headers={"Authorization": token})
    message(asked("/dev/pets", "unknown"), 401, "Unauthorized")
    message(asked("/dev/pets", "failing"), 500, "Internal server error")
    equal(asked("/dev/pets", "denied").json(),
          {"Message": "User is not authorized to access this resource with an explicit deny"})
    equal(asked("/dev/pets").json()["requestContext"]["authorizer"], {"n": "1", "ok": "true", "principalId": "me"})
    equal(asked("/dev/cats").json(), {"Message": "User is not authorized to access this resource"})
    equal([ask(api, "GET", "/dev/pets/1").status for _ in range(2)], [200, 429])
    listed = rest.get_resources(restApiId=api)["items"]
    equal([item["path"] for item in listed], ["/", "/cats", "/pets", "/pets/{id}"])
    equal(rest.get_integration(restApiId=api, resourceId=pet, httpMethod="ANY")["type"], "AWS_PROXY")
    equal([stage["stageName"] for stage in rest.get_stages(restApiId=api)["item"]], ["dev"])
    rest.delete_rest_api(restApiId=api)
    refused("NotFoundException", 404, "Invalid API identifier", rest.get_rest_api, restApiId=api)


def openapi():
    arn = function("f")
    document = {
        "openapi": "3.0.1", "info": {"title": "pets", "version": "1"},
        "components": {"x-amazon-apigateway-integrations": {
            "f": {"type": "AWS_PROXY", "httpMethod": "POST", "uri": invocations(arn), "payloadFormatVersion": "2.0"}}},
        "x-amazon-apigateway-cors": {"allowOrigins": ["*"]},
        "paths": {"/pets/{id}": {"get": {"x-amazon-apigateway-integration": {
            "$ref": "#/components/x-amazon-apigateway-integrations/f"}}}},
    }
    api = apis.import_api(Body=json.dumps(document))["ApiId"]
    apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    equal(ask(api, "GET", "/pets/5").json()["pathParameters"], {"id": "5"})
    document["paths"]["/cats"] = document["paths"].pop("/pets/{id}")
    document["info"]["title"] = "cats"
    equal(apis.reimport_api(ApiId=api, Body=json.dumps(document))["Name"], "cats")
    equal((ask(api, "GET", "/cats").status, ask(api, "GET", "/pets/5").status), (200, 404))
    refused("BadRequestException", 400, "JSON", apis.import_api, Body="{openapi: 3.0.1}")
    refused("BadRequestException", 400, "YAML", apis.import_api, Body="openapi: [3.0.1")
    by_yaml = apis.import_api(Body="openapi: 3.0.1\ninfo:\n  title: dogs\n  version: 1.0.0\npaths: {}\n")
    equal(by_yaml["Name"], "dogs")


def refusals():
    new = lambda **more: dict(Name="a", ProtocolType="HTTP", **more)
    refused("BadRequestException", 400, "WebSocket", apis.create_api, Name="a", ProtocolType="WEBSOCKET")
    refused("BadRequestException", 400, "name", apis.create_api, ProtocolType="HTTP")
    refused("BadRequestException", 400, "", apis.create_api, **new(Target="https://example.com"))
    refused("BadRequestException", 400, "", apis.create_api, **new(CorsConfiguration={"MaxAge": -2}))
    role = "arn:aws:iam::999999999999:role/r"
    api = apis.create_api(**new())["ApiId"]
    integration = dict(ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
                       IntegrationUri=f"arn:aws:lambda:{REGION}:123456789012:function:f")
    refused("BadRequestException", 400, "", apis.create_integration, **{**integration, "CredentialsArn": role})
    refused("BadRequestException", 400, "", apis.create_integration, **{**integration, "IntegrationType": "HTTP_PROXY"})
    refused("BadRequestException", 400, "", apis.create_integration, **{**integration, "TimeoutInMillis": 40000})
    # What is not done is not silently left out; what asks for nothing is.
    refused("BadRequestException", 400, "requestParameters", apis.create_integration, **integration,
            RequestParameters={"append:header.a": "b"})
    refused("BadRequestException", 400, "tlsConfig", apis.create_integration, **integration,
            TlsConfig={"ServerNameToVerify": "example.com"})
    made = apis.create_integration(**integration, RequestParameters={}, ResponseParameters={})
    assert "RequestParameters" not in made, made
    refused("BadRequestException", 400, "apiKeyRequired", apis.create_route, ApiId=api, RouteKey="GET /k", ApiKeyRequired=True)
    for key in ["GET", "get /", "GET /{a+}/b", "GET /{a}/{a}"]:
        refused("BadRequestException", 400, "", apis.create_route, ApiId=api, RouteKey=key)
    refused("BadRequestException", 400, "", apis.create_route, ApiId=api, RouteKey="GET /", AuthorizationType="JWT")
    apis.create_route(ApiId=api, RouteKey="GET /{a}")
    refused("ConflictException", 409, "", apis.create_route, ApiId=api, RouteKey="GET /{b}")
    refused("NotFoundException", 404, "", apis.get_route, ApiId=api, RouteId="nowhere")
    log = {"DestinationArn": f"arn:aws:logs:{REGION}:999999999999:log-group:x", "Format": "x"}
    refused("BadRequestException", 400, "", apis.create_stage, ApiId=api, StageName="s", AccessLogSettings=log)
    # Other regions do not see it.
    far = boto3.client("apigatewayv2", config=kit.config, region_name="eu-north-1")
    refused("NotFoundException", 404, "", far.get_api, ApiId=api)
    equal(far.get_apis()["Items"], [])
    refused("BadRequestException", 400, "", rest.create_rest_api, name="a", policy="{}")
    refused("BadRequestException", 400, "PRIVATE", rest.create_rest_api, name="a",
            endpointConfiguration={"types": ["PRIVATE"]})
    made = rest.create_rest_api(name="a")
    refused("BadRequestException", 400, "methods", rest.create_deployment, restApiId=made["id"], stageName="s")
    refused("NotFoundException", 404, "", apis.get_api, ApiId=made["id"])


def make():
    print(apis.create_api(Name="a", ProtocolType="HTTP", Target=function("f"))["ApiId"])


def again(api):
    equal(ask(api, "GET", "/x").json()["rawPath"], "/x")


THEMES = dict(quick=quick, routes=routes, cors=cors, authorizers=authorizers, tokens=tokens, stages=stages,
              rest=rest_apis, openapi=openapi, refusals=refusals, make=make, again=again)
name, _, argument = sys.argv[1].partition(":")
THEMES[name](*([argument] if argument else []))
print("done")
