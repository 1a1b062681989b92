// The code: the files of its zip, edited here and deployed as a new one.

import { h, show, act, say, note, facts, fresh } from '../../lib/dom.js';
import { lambda, send } from '../../lib/api.js';
import { bytes, when } from '../../lib/format.js';
import { unpack, pack, base64 } from '../../lib/zip.js';
import { editor, isText } from '../../lib/editor.js';
import { at } from '../function.js';

export async function tab(place, { name, config, signal, refresh }) {
  const about = facts([['Handler', h('code', {}, config.Handler ?? '')], ['Package', bytes(config.CodeSize)],
    ['SHA-256', h('code', {}, config.CodeSha256)], ['Changed', when(config.LastModified)],
    ['Layers', (config.Layers ?? []).map((layer) => layer.Arn).join(', ')]]);
  const work = h('div', {}, h('p', { className: 'quiet' }, 'Loading the code…'));
  show(place, work, about);
  if (config.PackageType === 'Image') { show(work, note('Its code is an image.')); return; }
  let files;
  try {
    const zip = await send('lambda', 'GET', `/_fika/code/${encodeURIComponent(name)}`);
    files = await unpack(new Uint8Array(await zip.arrayBuffer()));
  } catch (error) {
    show(work, note(`The code cannot be shown: ${error.message}`, 'bad'), replacing({ name, refresh }));
    return;
  }
  if (!signal.aborted) open(work, files, { name, signal, refresh });
}

/** Deploys another zip in the place of what is there. */
function replacing({ name, refresh }) {
  const file = h('input', { type: 'file', accept: '.zip', ariaLabel: 'A zip to deploy' });
  return h('div', { className: 'row' }, file, act('Deploy this zip', async () => {
    if (!file.files[0]) return 'Choose a zip first.';
    await deploy(name, new Uint8Array(await file.files[0].arrayBuffer()));
    await refresh();
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    return 'Deployed.';
  }));
}

const deploy = (name, zip) => lambda('PUT', `${at(name)}/code`, { ZipFile: base64(zip) });

function open(work, files, { name, signal, refresh }) {
  const changed = new Map();
  const state = h('span', { className: 'quiet', role: 'status' });
  const list = h('ul');
  let current = null;
  let buttons = new Map();
  const tell = () => { state.textContent = changed.size ? 'Not deployed yet' : 'Deployed'; };
  const edit = editor({ label: 'The file’s text', onchange: (text) => {
    changed.set(current, true);
    current.data = new TextEncoder().encode(text);
    tell();
  }, onsave: () => save.click() });
  const choose = (file) => {
    current = file;
    for (const [other, button] of buttons) {
      if (other === file) button.setAttribute('aria-current', 'true'); else button.removeAttribute('aria-current');
    }
    edit.open(file && isText(file.data) ? new TextDecoder().decode(file.data) : null, file);
  };
  const draw = () => {
    files.sort((a, b) => (a.name < b.name ? -1 : 1));
    buttons = new Map(files.map((file) => [file, h('button', { type: 'button', onclick: () => choose(file) }, file.name)]));
    show(list, [...buttons.values()].map((button) => h('li', {}, button)));
  };
  const save = act('Deploy', async () => {
    await deploy(name, await pack(files));
    state.textContent = 'Deploying…';
    await refresh();
    changed.clear();
    tell();
    return 'Deployed.';
  }, { className: 'main', title: 'Ctrl+S' });
  const added = h('input', { ariaLabel: 'Name of a new file', placeholder: 'new file', spellcheck: false, id: fresh('new') });
  const add = act('Add', async () => {
    const path = added.value.trim();
    if (!path || path.startsWith('/') || path.includes('..')) return 'Give it a path inside the package.';
    if (files.some((file) => file.name === path)) return 'There is one of that name.';
    const file = { name: path, mode: 0o100644, data: new Uint8Array(0) };
    files.push(file);
    changed.set(file, true);
    added.value = '';
    draw(); choose(file); tell(); edit.focus();
  }, { className: 'slim' });
  const remove = act('Remove file', async () => {
    if (!current || files.length === 1) return 'A package has a file at least.';
    files.splice(files.indexOf(current), 1);
    changed.set(current, true);
    draw(); choose(files[0]); tell();
  }, { className: 'slim' });
  show(work,
    h('div', { className: 'row' }, save, state, h('span', { className: 'row push' }, added, add, remove)),
    h('div', { className: 'editor' }, h('nav', { className: 'files', ariaLabel: 'Files' }, list), edit.element),
    h('details', { className: 'sheet' }, h('summary', {}, 'Deploy a zip instead'), replacing({ name, refresh })));
  draw();
  choose(files.find((file) => /^(index|app|main|handler)\.[a-z]+$/.test(file.name)) ?? files.find((file) => isText(file.data)) ?? files[0]);
  tell();
  const warn = (event) => { if (changed.size) event.preventDefault(); };
  window.addEventListener('beforeunload', warn, { signal });
  signal.addEventListener('abort', () => { if (changed.size) say('What was not deployed is lost.'); });
}
