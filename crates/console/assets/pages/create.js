// A new function, of a few lines to begin with or of a zip.

import { h, show, field, select, note } from '../lib/dom.js';
import { lambda, functions, session } from '../lib/api.js';
import { pack, base64 } from '../lib/zip.js';

const NODE = 'export const handler = async (event, context) => {\n  console.log("called with", JSON.stringify(event));\n  return { hello: event.name ?? "world" };\n};\n';
const PYTHON = 'import json\n\n\ndef handler(event, context):\n    print("called with", json.dumps(event))\n    return {"hello": event.get("name", "world")}\n';
const RUNTIMES = ['nodejs24.x', 'nodejs22.x', 'nodejs20.x', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'provided.al2023'];

const first = (runtime) => (runtime.startsWith('node') ? ['index.mjs', NODE] : ['index.py', PYTHON]);

export async function page(place) {
  const name = h('input', { required: true, maxLength: 64, pattern: '[a-zA-Z0-9_\\-]+', spellcheck: false, autocapitalize: 'off' });
  const runtime = h('input', { required: true, value: localStorage.getItem('runtime') ?? 'nodejs22.x', spellcheck: false });
  const known = h('datalist', { id: 'runtimes' }, RUNTIMES.map((id) => h('option', { value: id })));
  runtime.setAttribute('list', 'runtimes');
  const role = h('input', { required: true, value: `arn:aws:iam::${session.account}:role/lambda`, spellcheck: false });
  const memory = h('input', { type: 'number', min: 128, max: 10240, value: 128 });
  const timeout = h('input', { type: 'number', min: 1, max: 900, value: 3 });
  const zip = h('input', { type: 'file', accept: '.zip' });
  const handler = h('input', { value: 'index.handler', required: true, spellcheck: false });
  const architecture = select(['x86_64', 'arm64'], { value: 'x86_64' });
  const answer = h('div');
  const button = h('button', { className: 'main' }, 'Create');
  const form = h('form', { className: 'sheet', onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const [file, source] = first(runtime.value);
      const code = zip.files[0] ? new Uint8Array(await zip.files[0].arrayBuffer())
        : await pack([{ name: file, data: new TextEncoder().encode(source) }]);
      await lambda('POST', functions, {
        FunctionName: name.value, Runtime: runtime.value, Role: role.value, Handler: handler.value,
        MemorySize: Number(memory.value), Timeout: Number(timeout.value), Architectures: [architecture.value], Code: { ZipFile: base64(code) },
      });
      localStorage.setItem('runtime', runtime.value);
      location.hash = `#/functions/${encodeURIComponent(name.value)}/code`;
    } catch (error) {
      show(answer, note(error.message, 'bad'));
    } finally {
      button.disabled = false;
    }
  } },
  field('Name', name), field('Runtime', runtime, 'One this server has, or can fetch.'), known,
  field('Handler', handler), field('Role', role, 'The ARN of what the function acts as.'),
  h('div', { className: 'row' }, field('Memory, MB', memory), field('Timeout, s', timeout), field('Architecture', architecture)),
  field('Zip', zip, 'Without one, the function begins with a few lines of example.'), answer, button);
  show(place, h('div', { className: 'head' }, h('h1', {}, 'Create a function')), form);
  name.focus();
}
