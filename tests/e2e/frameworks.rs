//! Web frameworks as published, behind everything that has HTTP: function URLs, HTTP APIs with either
//! payload format, and REST APIs.

use serde_json::{Value, json};

use crate::harness::{Client, Function, Request, Response, Server, Zip, tools};
use crate::urls::{Url, permit};

const NAME: &str = "web";

/// Where an application is reached.
struct Site {
    client: Client,
    host: String,
    /// What paths begin with that the application does not see.
    base: &'static str,
}

impl Site {
    fn request(&self, method: &str, target: &str, body: impl Into<Vec<u8>>) -> Request {
        let target = format!("{}{target}", self.base);
        Request::new(method, &target, body).header("host", &self.host)
    }

    #[track_caller]
    fn get(&self, target: &str) -> Response {
        self.client.send(&self.request("GET", target, ""))
    }

    /// What all three applications do: a page, a parameter, JSON in and out, cookies, bytes, and
    /// what is not there.
    fn check(&self) {
        let page = self.get("/").expect(200);
        let kind = page.get("content-type");
        assert!(kind.is_some_and(|kind| kind.starts_with("text/html")), "{page}");
        assert_eq!(page.text(), "<h1>hello</h1>");
        let item = self.get("/items/a%20b?q=1&q=2").expect(200).json();
        assert_eq!(item, json!({"id": "a b", "q": ["1", "2"]}));
        let order = self.request("POST", "/orders", r#"{"of":"tea"}"#);
        let order = order.header("content-type", "application/json");
        let made = self.client.send(&order.header("cookie", "who=me; x=y")).expect(201);
        assert_eq!(made.json(), json!({"of": "tea", "for": "me"}));
        let cookies = made.headers.iter().filter(|(name, _)| name == "set-cookie");
        let cookies: Vec<_> = cookies.map(|(_, cookie)| cookie.split(';').next()).collect();
        assert_eq!(cookies, [Some("a=1"), Some("b=2")]);
        let bytes = self.request("PUT", "/bytes", [0, 0xff, 7]).header("accept", "image/png");
        let bytes = bytes.header("content-type", "application/octet-stream");
        assert_eq!(self.client.send(&bytes).expect(200).body, [7, 0xff, 0]);
        self.get("/nothing").expect(404);
    }
}

/// Who makes APIs of one function.
struct Maker {
    client: Client,
    function: String,
}

impl Maker {
    fn post(&self, target: &str, body: &Value) -> Value {
        self.client.call("POST", target, body.to_string()).expect(201).json()
    }

    fn put(&self, target: &str, body: &Value) {
        self.client.call("PUT", target, body.to_string()).expect(201);
    }

    fn site(&self, id: &Value, base: &'static str) -> Site {
        let id = id.as_str().expect("an id");
        let host = format!("{id}.execute-api.us-east-1.localhost:{}", self.client.address.port());
        Site { client: self.client.clone(), host, base }
    }

    /// An HTTP API that has nothing but a route for all, payload format 2.0.
    fn quick(&self) -> Site {
        let about = json!({"name": "quick", "protocolType": "HTTP", "target": self.function});
        self.site(&self.post("/v2/apis", &about)["apiId"], "")
    }

    /// An HTTP API with a greedy route, payload format 1.0.
    fn greedy(&self) -> Site {
        let api = self.post("/v2/apis", &json!({"name": "greedy", "protocolType": "HTTP"}));
        let path = format!("/v2/apis/{}", api["apiId"].as_str().expect("an id"));
        let integration = json!({"integrationType": "AWS_PROXY", "integrationUri": self.function,
            "payloadFormatVersion": "1.0"});
        let integration = self.post(&format!("{path}/integrations"), &integration);
        let integration = integration["integrationId"].as_str().expect("an id");
        for key in ["ANY /", "ANY /{proxy+}"] {
            let target = format!("integrations/{integration}");
            self.post(&format!("{path}/routes"), &json!({"routeKey": key, "target": target}));
        }
        let stage = json!({"stageName": "$default", "autoDeploy": true});
        self.post(&format!("{path}/stages"), &stage);
        self.site(&api["apiId"], "")
    }

    /// A REST API: its root, and all below it.
    fn rest(&self) -> Site {
        let api = self.post("/restapis", &json!({"name": "rest", "binaryMediaTypes": ["*/*"]}));
        let path = format!("/restapis/{}", api["id"].as_str().expect("an id"));
        let root = api["rootResourceId"].as_str().expect("an id");
        let below =
            self.post(&format!("{path}/resources/{root}"), &json!({"pathPart": "{proxy+}"}));
        let uri = format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations",
            self.function
        );
        for resource in [root, below["id"].as_str().expect("an id")] {
            let method = format!("{path}/resources/{resource}/methods/ANY");
            self.put(&method, &json!({"authorizationType": "NONE"}));
            let proxy = json!({"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri});
            self.put(&format!("{method}/integration"), &proxy);
        }
        self.post(&format!("{path}/deployments"), &json!({"stageName": "dev"}));
        self.site(&api["id"], "/dev")
    }
}

fn run(runtime: &str, zip: Zip) {
    let server = Server::start();
    let client = server.client();
    let function = Function::new(NAME, runtime, "app.handler", zip.finish());
    let url = Url::public(&client, &function.with("Timeout", 60), json!({}));
    Site { client: client.clone(), host: url.host, base: "" }.check();
    let gateway = json!({"StatementId": "api", "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com"});
    permit(&client, NAME, &gateway);
    let function = format!("arn:aws:lambda:us-east-1:123456789012:function:{NAME}");
    let mut client = client;
    client.keys = client.keys.service("apigateway");
    let maker = Maker { client, function };
    for site in [maker.quick(), maker.greedy(), maker.rest()] {
        site.check();
    }
}

#[test]
fn express() {
    let source = "import serverlessExpress from '@codegenie/serverless-express';
import express from 'express';
const app = express();
app.get('/', (request, response) => response.send('<h1>hello</h1>'));
app.get('/items/:id', (request, response) =>
  response.json({ id: request.params.id, q: [request.query.q].flat() }));
app.post('/orders', express.json(), (request, response) => {
  const who = /who=(\\w+)/.exec(request.headers.cookie)[1];
  response.cookie('a', '1').cookie('b', '2').status(201).json({ ...request.body, for: who });
});
app.put('/bytes', express.raw(), (request, response) =>
  response.type('image/png').send(Buffer.from(request.body).reverse()));
// Express's own answer to what is not there wants a socket, which the adapter does not have.
app.use((request, response) => response.sendStatus(404));
export const handler = serverlessExpress({ app, binarySettings: { contentTypes: ['image/png'] } });
";
    let zip = Zip::new().folder(&tools::installed("frameworks/node")).file("app.mjs", source);
    run(tools::node_runtime(), zip);
}

#[test]
fn hono() {
    let source = "import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { getCookie, setCookie } from 'hono/cookie';
const app = new Hono();
app.get('/', c => c.html('<h1>hello</h1>'));
app.get('/items/:id', c =>
  c.json({ id: c.req.param('id'), q: c.req.queries('q') }));
app.post('/orders', async c => {
  setCookie(c, 'a', '1');
  setCookie(c, 'b', '2');
  return c.json({ ...(await c.req.json()), for: getCookie(c, 'who') }, 201);
});
app.put('/bytes', async c =>
  c.body(new Uint8Array(await c.req.arrayBuffer()).reverse(), 200, { 'content-type': 'image/png' }));
export const handler = handle(app);
";
    let zip = Zip::new().folder(&tools::installed("frameworks/node")).file("app.mjs", source);
    run(tools::node_runtime(), zip);
}

#[test]
fn fastapi() {
    let source = "from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from mangum import Mangum

app = FastAPI()

@app.get('/')
def page():
    return HTMLResponse('<h1>hello</h1>')

@app.get('/items/{id}')
def item(id: str, q: list[str] = Query()):
    return {'id': id, 'q': q}

@app.post('/orders', status_code=201)
def order(order: dict, request: Request, response: Response):
    response.set_cookie('a', '1')
    response.set_cookie('b', '2')
    return {**order, 'for': request.cookies['who']}

@app.put('/bytes')
async def reversed_bytes(request: Request):
    return Response((await request.body())[::-1], media_type='image/png')

handler = Mangum(app, lifespan='off')
";
    let zip = Zip::new().folder(&tools::installed("frameworks/python")).file("app.py", source);
    run(tools::python_runtime(), zip);
}
