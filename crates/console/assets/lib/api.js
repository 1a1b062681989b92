// AWS's API, asked by way of the server: it knows who has logged in, and this page holds no key.

import * as xml from './xml.js';

/** What the page knows of who is logged in. */
export const session = { account: '', arn: '', region: 'us-east-1', all: false };

/** An error as AWS says it. */
export class Refused extends Error {
  constructor(status, name, message) {
    super(message || `${name || 'Error'} (${status})`);
    this.status = status;
    this.code = name;
  }
}

let ended = () => {};
/** Names who is told when nobody is logged in any more. */
export const onEnd = (tell) => { ended = tell; };

const OWN = { 'fika-console': '1' };

/** Asks the console itself. */
export async function own(path, body) {
  const options = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: OWN };
  return fetch(path, { credentials: 'same-origin', redirect: 'error', ...options });
}

/** Sends one request to a service; the answer is the browser's own. */
export async function send(service, method, path, { body, headers, signal } = {}) {
  const answer = await twice(signal, () => fetch(`api/${service}`, {
    method: 'POST', body, signal, credentials: 'same-origin', redirect: 'error',
    headers: { ...OWN, 'fika-method': method, 'fika-path': path, 'fika-region': session.region, ...headers },
  }));
  if (answer.headers.get('fika-session') === 'ended') {
    ended();
    throw new Refused(401, 'Ended', 'You are not logged in any more.');
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/** As AWS's SDKs do it: what broke off is asked once more. A browser on the server's own machine breaks off whenever the
 * network of a sandbox comes or goes. */
async function twice(signal, ask) {
  try {
    return await ask();
  } catch (error) {
    if (signal?.aborted || !(error instanceof TypeError)) throw error;
    await new Promise((done) => { setTimeout(done, 300); });
    return ask();
  }
}

async function refusal(answer) {
  const text = await answer.text();
  const kind = answer.headers.get('x-amzn-errortype');
  try {
    const { __type, code, Code, message, Message, errorMessage } = JSON.parse(text);
    const name = (kind ?? __type ?? code ?? Code ?? '').split(':')[0].split('#').pop();
    return new Refused(answer.status, name, message ?? Message ?? errorMessage);
  } catch {
    const root = xml.read(text);
    return new Refused(answer.status, root.find('Code')?.text() ?? kind, root.find('Message')?.text());
  }
}

const json = async (answer) => {
  const text = await answer.text();
  return text ? JSON.parse(text) : {};
};

/** REST with JSON: Lambda, the scheduler. */
export const rest = (service) => async (method, path, body) =>
  json(await send(service, method, path, body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }));

/** JSON with the operation in a header. */
export const target = (service, prefix, version) => async (operation, input = {}) =>
  json(await send(service, 'POST', '/', { body: JSON.stringify(input), headers: { 'x-amz-target': `${prefix}.${operation}`, 'content-type': `application/x-amz-json-${version}` } }));

/** Forms, and answers in XML. */
export const query = (service, version) => async (operation, input = {}) => {
  const form = new URLSearchParams({ Action: operation, Version: version, ...input });
  const answer = await send(service, 'POST', '/', { body: form.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  return xml.read(await answer.text());
};

export const lambda = rest('lambda');
export const scheduler = rest('scheduler');
export const logs = target('logs', 'Logs_20140328', '1.1');
export const sqs = target('sqs', 'AmazonSQS', '1.0');
export const buses = target('events', 'AWSEvents', '1.1');
export const metrics = target('monitoring', 'GraniteServiceVersion20100801', '1.0');
export const stacks = query('cloudformation', '2010-05-15');
export const functions = '/2015-03-31/functions';

/** Every page of a list, handed on as it comes. */
export async function pages(ask, take) {
  for (let token, first = true; first || token; first = false) token = await take(await ask(token));
}

export const path = (...parts) => parts.map(encodeURIComponent).join('/');
