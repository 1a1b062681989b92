//! Web frameworks as published, behind function URLs.

use serde_json::json;

use super::Url;
use crate::harness::{Function, Server, Zip, tools};

/// What all three applications do: a page, a parameter, JSON in and out, cookies, bytes.
fn check(url: &Url) {
    let page = url.get("/").expect(200);
    assert!(page.get("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{page}");
    assert_eq!(page.text(), "<h1>hello</h1>");
    let item = url.get("/items/a%20b?q=1&q=2").expect(200).json();
    assert_eq!(item, json!({"id": "a b", "q": ["1", "2"]}));
    let order = url.request("POST", "/orders", r#"{"of":"tea"}"#);
    let order = order.header("content-type", "application/json").header("cookie", "who=me; x=y");
    let made = url.client.send(&order).expect(201);
    assert_eq!(made.json(), json!({"of": "tea", "for": "me"}));
    let cookies = made.headers.iter().filter(|(name, _)| name == "set-cookie");
    let cookies: Vec<_> = cookies.map(|(_, cookie)| cookie.split(';').next()).collect();
    assert_eq!(cookies, [Some("a=1"), Some("b=2")]);
    let bytes = url.request("PUT", "/bytes", [0, 0xff, 7]);
    let bytes = bytes.header("content-type", "application/octet-stream");
    assert_eq!(url.client.send(&bytes).expect(200).body, [7, 0xff, 0]);
    url.get("/nothing").expect(404);
}

fn run(runtime: &str, zip: Zip) {
    let server = Server::start();
    let function = Function::new("web", runtime, "app.handler", zip.finish());
    check(&Url::public(&server.client(), &function.with("Timeout", 60), json!({})));
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
