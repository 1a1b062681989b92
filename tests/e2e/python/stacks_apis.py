"""APIs of templates, deployed, changed, rolled back and deleted."""

import json
import os
import urllib.error
import urllib.request

import boto3

from kit import config, equal
from stacks_kit import delete, deploy, function, get, ids, main, permission, ref, resource, role, status, sub, why

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
ECHO = ("exports.handler = async e => ({statusCode: 200, "
        "body: (e.version || '') + ' ' + (e.rawPath || e.path) + ' ' + (e.stageVariables?.name || '')})")
GATE = "exports.handler = async e => ({isAuthorized: e.headers.token === 'yes'})"
KEEPER = ("exports.handler = async e => ({principalId: 'x', policyDocument: {Version: '2012-10-17', Statement: "
          "[{Effect: e.authorizationToken === 'yes' ? 'Allow' : 'Deny', Action: 'execute-api:Invoke', Resource: '*'}]}})")
v2 = boto3.client("apigatewayv2", config=config)
v1 = boto3.client("apigateway", config=config)
INVOCATIONS = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"


def ask(api, path, method="GET", **headers):
    request = urllib.request.Request(f"{ENDPOINT}/_api/{api}{path}", method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)


def of_http(kind, **properties):
    return resource(f"ApiGatewayV2::{kind}", {"ApiId": ref("Api"), **properties})


def http_app():
    return {
        "Role": role("lambda"),
        "Function": function(ECHO), "Permission": permission("apigateway"),
        "Gate": function(GATE), "GatePermission": permission("apigateway", "Gate"),
        "Api": resource("ApiGatewayV2::Api", {
            "Name": "shop", "ProtocolType": "HTTP", "Description": "first", "Tags": {"a": "b", "c": "d"},
            "CorsConfiguration": {"AllowOrigins": ["https://a"], "MaxAge": 60}}),
        "Integration": of_http("Integration", IntegrationType="AWS_PROXY", IntegrationUri=get("Function", "Arn"),
                               PayloadFormatVersion="2.0"),
        "Authorizer": of_http("Authorizer", Name="gate", AuthorizerType="REQUEST", EnableSimpleResponses=True,
                              AuthorizerUri=sub(INVOCATIONS % "Gate"), AuthorizerPayloadFormatVersion="2.0",
                              IdentitySource=["$request.header.token"], AuthorizerResultTtlInSeconds=300),
        "Open": of_http("Route", RouteKey="GET /open/{id}", Target=sub("integrations/${Integration}")),
        "Closed": of_http("Route", RouteKey="GET /closed", Target=sub("integrations/${Integration}"),
                          AuthorizationType="CUSTOM", AuthorizerId=ref("Authorizer")),
        "Stage": of_http("Stage", StageName="$default", AutoDeploy=True, StageVariables={"name": "one"},
                         DefaultRouteSettings={"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 100},
                         Tags={"e": "f"}),
    }


OUT = {"Api": ref("Api"), "Id": get("Api", "ApiId"), "Url": get("Api", "ApiEndpoint"), "Stage": ref("Stage"),
       "Integration": ref("Integration"), "Route": get("Open", "RouteId")}


def http():
    app = http_app()
    out = deploy("web", app, OUT)
    api = out["Api"]
    equal((out["Id"], out["Stage"]), (api, "$default"))
    shown = v2.get_api(ApiId=api)
    equal((shown["Name"], shown["Description"], shown["ApiEndpoint"]), ("shop", "first", out["Url"]))
    equal((shown["CorsConfiguration"]["MaxAge"], shown["Tags"]["a"]), (60, "b"))
    equal(ask(api, "/$default/open/7")[:2], (200, "2.0 /open/7 one"))
    equal(ask(api, "/$default/closed")[0], 401)
    equal(ask(api, "/$default/closed", token="no")[0], 403)
    equal(ask(api, "/$default/closed", token="yes")[0], 200)

    # In place: what is named no more is as by default; the closed route is opened and loses its authorizer.
    before = ids("web")
    app["Api"]["Properties"] = {"Name": "shop 2", "ProtocolType": "HTTP", "Tags": {"a": "z"}}
    app["Closed"] = of_http("Route", RouteKey="GET /closed", Target=sub("integrations/${Integration}"))
    for gone in ["Authorizer", "Gate", "GatePermission"]:
        del app[gone]
    app["Stage"]["Properties"]["StageVariables"] = {"name": "two"}
    del app["Stage"]["Properties"]["DefaultRouteSettings"]
    app["More"] = of_http("Route", RouteKey="$default", Target=sub("integrations/${Integration}"))
    deploy("web", app, OUT)
    equal({name: id for name, id in ids("web").items() if name in before and name != "More"},
          {name: id for name, id in before.items() if name in app})
    shown = v2.get_api(ApiId=api)
    equal((shown["Name"], shown.get("CorsConfiguration"), shown["Tags"].get("c")), ("shop 2", None, None))
    equal(shown["Tags"]["a"], "z")
    equal(v2.get_authorizers(ApiId=api)["Items"], [])
    equal(ask(api, "/$default/closed")[:2], (200, "2.0 /closed two"))
    equal(ask(api, "/$default/any/where")[:2], (200, "2.0 /any/where two"))
    equal(v2.get_stage(ApiId=api, StageName="$default")["DefaultRouteSettings"].get("ThrottlingRateLimit"), None)

    # What cannot be is told, and all is as it was.
    bad = json.loads(json.dumps(app))
    bad["Api"]["Properties"]["Name"] = "shop 3"
    bad["Other"] = of_http("Integration", IntegrationType="HTTP_PROXY", IntegrationUri="https://example.com",
                           PayloadFormatVersion="1.0", IntegrationMethod="GET")
    deploy("web", bad, OUT, fails=True)
    equal(status("web"), "UPDATE_ROLLBACK_COMPLETE")
    assert "integrate functions only" in why("web"), why("web")
    equal(v2.get_api(ApiId=api)["Name"], "shop 2")
    equal(ask(api, "/$default/closed")[0], 200)

    # Another stage name is another stage.
    app["Stage"]["Properties"]["StageName"] = "prod"
    out = deploy("web", app, OUT)
    equal(out["Stage"], "prod")
    equal([one["StageName"] for one in v2.get_stages(ApiId=api)["Items"]], ["prod"])
    equal(ask(api, "/prod/closed")[:2], (200, "2.0 /prod/closed two"))
    delete("web")
    equal(v2.get_apis()["Items"], [])


def quick():
    """One function in one call, a document, and a deployment of one's own."""
    app = {
        "Role": role("lambda"), "Function": function(ECHO), "Permission": permission("apigateway"),
        "Api": resource("ApiGatewayV2::Api", {
            "Name": "quick", "ProtocolType": "HTTP", "Target": get("Function", "Arn"), "RouteKey": "GET /a"}),
    }
    api = deploy("quick", app, {"Api": ref("Api")})["Api"]
    equal(ask(api, "/$default/a")[:2], (200, "2.0 /a "))
    app["Api"]["Properties"]["RouteKey"] = "GET /b"
    deploy("quick", app, {"Api": ref("Api")})
    equal((ask(api, "/$default/a")[0], ask(api, "/$default/b")[0]), (404, 200))
    delete("quick")

    route = {"x-amazon-apigateway-integration": {
        "type": "aws_proxy", "httpMethod": "POST", "uri": sub(INVOCATIONS % "Function"),
        "payloadFormatVersion": "2.0"}}
    body = {"openapi": "3.0.1", "info": {"title": "written", "version": "1"}, "paths": {"/c": {"get": route}}}
    app["Api"] = resource("ApiGatewayV2::Api", {"Body": body, "Description": "by hand"})
    app["Stage"] = of_http("Stage", StageName="s")
    app["Deployment"] = resource("ApiGatewayV2::Deployment", {"ApiId": ref("Api"), "StageName": ref("Stage")})
    api = deploy("quick", app, {"Api": ref("Api")})["Api"]
    equal((v2.get_api(ApiId=api)["Name"], v2.get_api(ApiId=api)["Description"]), ("written", "by hand"))
    equal(ask(api, "/s/c")[0], 200)
    body["paths"]["/d"] = body["paths"].pop("/c")
    del app["Deployment"]
    app["Deployment2"] = resource("ApiGatewayV2::Deployment", {"ApiId": ref("Api"), "StageName": ref("Stage")})
    deploy("quick", app, {"Api": ref("Api")})
    equal((ask(api, "/s/c")[0], ask(api, "/s/d")[0]), (404, 200))
    delete("quick")
    equal(v2.get_apis()["Items"], [])


def of_rest(kind, **properties):
    return resource(f"ApiGateway::{kind}", {"RestApiId": ref("Api"), **properties})


def proxy(function="Function"):
    return {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": sub(INVOCATIONS % function)}


def preflight(resource):
    """As the CDK writes it: the template is no JSON, and the answer is the one without a pattern."""
    headers = {f"method.response.header.Access-Control-Allow-{name}": value
               for name, value in [("Origin", "'*'"), ("Methods", "'GET,POST'")]}
    return of_rest("Method", HttpMethod="OPTIONS", ResourceId=resource, AuthorizationType="NONE", ApiKeyRequired=False,
                   Integration={"Type": "MOCK", "RequestTemplates": {"application/json": "{ statusCode: 200 }"},
                                "IntegrationResponses": [{"StatusCode": "204", "ResponseParameters": headers}]},
                   MethodResponses=[{"StatusCode": "204", "ResponseParameters": {name: True for name in headers}}])


def rest():
    app = {
        "Role": role("lambda"), "Function": function(ECHO), "Permission": permission("apigateway"),
        "Keeper": function(KEEPER), "KeeperPermission": permission("apigateway", "Keeper"),
        "Api": resource("ApiGateway::RestApi", {"Name": "shop", "BinaryMediaTypes": ["image/png"]}),
        "Account": resource("ApiGateway::Account", {"CloudWatchRoleArn": get("Role", "Arn")}),
        "Model": of_rest("Model", ContentType="application/json", Schema={"type": "object"}),
        "Pets": of_rest("Resource", ParentId=get("Api", "RootResourceId"), PathPart="pets"),
        "Pet": of_rest("Resource", ParentId=ref("Pets"), PathPart="{id}"),
        "Authorizer": of_rest("Authorizer", Name="keeper", Type="TOKEN", AuthorizerUri=sub(INVOCATIONS % "Keeper"),
                              IdentitySource="method.request.header.token", AuthorizerResultTtlInSeconds=0),
        "GetPet": of_rest("Method", HttpMethod="GET", ResourceId=ref("Pet"), Integration=proxy(),
                          RequestParameters={"method.request.path.id": "true"}),
        "PutPet": of_rest("Method", HttpMethod="PUT", ResourceId=ref("Pet"), Integration=proxy(),
                          AuthorizationType="CUSTOM", AuthorizerId=ref("Authorizer"),
                          RequestModels={"application/json": ref("Model")}),
        "Preflight": preflight(ref("Pet")),
        "Deployment": of_rest("Deployment", Description="first") | {"DependsOn": ["GetPet", "PutPet", "Preflight"]},
        "Stage": of_rest("Stage", StageName="v1", DeploymentId=ref("Deployment"), Variables={"name": "one"},
                         MethodSettings=[{"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 100,
                                          "ThrottlingBurstLimit": 50, "LoggingLevel": "INFO"}]),
    }
    out = {"Api": ref("Api"), "Stage": ref("Stage")}
    api = deploy("rest", app, out)["Api"]
    equal(ask(api, "/v1/pets/7")[:2], (200, " /pets/7 one"))
    equal(ask(api, "/v1/pets/7", "PUT", token="no")[0], 403)
    equal(ask(api, "/v1/pets/7", "PUT", token="yes")[0], 200)
    code, _, headers = ask(api, "/v1/pets/7", "OPTIONS")
    headers = {name.lower(): value for name, value in headers.items()}
    equal((code, headers["access-control-allow-origin"]), (204, "*"))
    stage = v1.get_stage(restApiId=api, stageName="v1")
    equal((stage["methodSettings"]["*/*"]["throttlingRateLimit"], stage["variables"]), (100, {"name": "one"}))

    # A change of a method is seen with another deployment, as the tools make one.
    app["GetPet"]["Properties"]["HttpMethod"] = "POST"
    app["PutPet"]["Properties"] |= {"AuthorizationType": "NONE"}
    del app["PutPet"]["Properties"]["AuthorizerId"]
    for gone in ["Authorizer", "Keeper", "KeeperPermission"]:
        del app[gone]
    app["Deployment2"] = app.pop("Deployment")
    app["Stage"]["Properties"] |= {"DeploymentId": ref("Deployment2"), "Variables": {"name": "two"}}
    del app["Stage"]["Properties"]["MethodSettings"]
    app["Api"]["Properties"] = {"Name": "shop 2", "BinaryMediaTypes": ["*/*"]}
    deploy("rest", app, out)
    equal(ask(api, "/v1/pets/7", "POST")[:2], (200, " /pets/7 two"))
    [pet] = [one for one in v1.get_resources(restApiId=api)["items"] if one["path"] == "/pets/{id}"]
    equal(sorted(pet["resourceMethods"]), ["OPTIONS", "POST", "PUT"])
    equal(ask(api, "/v1/pets/7", "PUT")[0], 200)
    equal(len(v1.get_deployments(restApiId=api)["items"]), 1)
    shown = v1.get_rest_api(restApiId=api)
    equal((shown["name"], shown["binaryMediaTypes"]), ("shop 2", ["*/*"]))
    settings = v1.get_stage(restApiId=api, stageName="v1")["methodSettings"]
    assert "throttlingRateLimit" not in settings.get("*/*", {}), settings

    # A key that nobody would be asked for is refused, and all is as it was.
    bad = json.loads(json.dumps(app))
    bad["PutPet"]["Properties"]["ApiKeyRequired"] = True
    deploy("rest", bad, out, fails=True)
    equal(status("rest"), "UPDATE_ROLLBACK_COMPLETE")
    assert "no API keys" in why("rest"), why("rest")
    equal(ask(api, "/v1/pets/7", "PUT")[0], 200)
    delete("rest")
    equal(v1.get_rest_apis()["items"], [])


def document():
    """As SAM writes its implicit APIs: a document, a deployment that makes a stage of its own, and another."""
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": sub(INVOCATIONS % "Function")}
    mock = {"type": "mock", "requestTemplates": {"application/json": "{\n  \"statusCode\" : 200\n}\n"},
            "responses": {"default": {"statusCode": "200", "responseParameters": {
                "method.response.header.Access-Control-Allow-Origin": "'*'"}, "responseTemplates": {"application/json": "{}\n"}}}}
    body = {
        "swagger": "2.0", "info": {"title": "written", "version": "1.0"},
        "paths": {
            "/": {"get": {"x-amazon-apigateway-integration": integration, "responses": {}}},
            "/a/{proxy+}": {
                "x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": integration, "responses": {},
                                                   "security": [{"keeper": []}]},
                "options": {"x-amazon-apigateway-integration": mock, "consumes": ["application/json"],
                            "responses": {"200": {"headers": {"Access-Control-Allow-Origin": {"type": "string"}}}}}},
        },
        "securityDefinitions": {"keeper": {
            "type": "apiKey", "name": "token", "in": "header", "x-amazon-apigateway-authtype": "custom",
            "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": sub(INVOCATIONS % "Keeper"),
                                               "authorizerResultTtlInSeconds": 0}}},
    }
    app = {
        "Role": role("lambda"), "Function": function(ECHO), "Permission": permission("apigateway"),
        "Keeper": function(KEEPER), "KeeperPermission": permission("apigateway", "Keeper"),
        "Api": resource("ApiGateway::RestApi", {"Body": body}),
        "DeploymentA": of_rest("Deployment", StageName="Stage"),
        "Stage": of_rest("Stage", StageName="Prod", DeploymentId=ref("DeploymentA")),
    }
    api = deploy("doc", app, {"Api": ref("Api")})["Api"]
    equal(v1.get_rest_api(restApiId=api)["name"], "written")
    equal((ask(api, "/Prod/")[0], ask(api, "/Stage/")[0]), (200, 200))
    equal(ask(api, "/Prod/a/b/c", token="yes")[:2], (200, " /a/b/c "))
    equal((ask(api, "/Prod/a/b/c", token="no")[0], ask(api, "/Prod/a/b/c")[0]), (403, 401))
    equal(ask(api, "/Prod/a/b", "OPTIONS")[0], 200)
    root = v1.get_rest_api(restApiId=api)["rootResourceId"]
    body["paths"]["/z"] = body["paths"].pop("/a/{proxy+}")
    app["DeploymentB"] = app.pop("DeploymentA")
    app["Stage"]["Properties"]["DeploymentId"] = ref("DeploymentB")
    deploy("doc", app, {"Api": ref("Api")})
    equal((ask(api, "/Prod/z", token="yes")[0], ask(api, "/Prod/a/b/c", token="yes")[0]), (200, 403))
    equal(v1.get_rest_api(restApiId=api)["rootResourceId"], root)
    bad = json.loads(json.dumps(app))
    bad["Api"]["Properties"]["Body"]["paths"]["/z"]["x-amazon-apigateway-any-method"]["security"] = [{"who": []}]
    deploy("doc", bad, {"Api": ref("Api")}, fails=True)
    assert "security scheme who" in why("doc"), why("doc")
    equal(ask(api, "/Prod/z", token="no")[0], 403)
    delete("doc")
    equal(v1.get_rest_apis()["items"], [])


def domains():
    """What fika does not have is refused with a reason."""
    app = {"Name": resource("ApiGatewayV2::DomainName", {"DomainName": "a.example"})}
    deploy("domains", app, fails=True)
    assert "no domains of their own" in why("domains"), why("domains")
    delete("domains")


main([http, quick, rest, document, domains])
