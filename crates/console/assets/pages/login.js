// Logging in, with an access key. The page keeps neither of its halves.

import { h, show, field, note } from '../lib/dom.js';
import { own } from '../lib/api.js';

export function login(main, start) {
  const key = h('input', { name: 'username', autocomplete: 'username', required: true, spellcheck: false, autocapitalize: 'off' });
  const secret = h('input', { type: 'password', name: 'password', autocomplete: 'current-password', required: true });
  const token = h('input', { type: 'password', autocomplete: 'off' });
  const answer = h('div', { ariaLive: 'polite' });
  const button = h('button', { className: 'main' }, 'Log in');
  const form = h('form', { className: 'sheet', onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const said = await own('login', { access_key_id: key.value.trim(), secret_access_key: secret.value.trim(), session_token: token.value.trim() || null });
      if (said.ok) { secret.value = ''; await start(); return; }
      show(answer, note((await said.json()).message, 'bad'));
    } catch (error) {
      show(answer, note(error.message, 'bad'));
    } finally {
      button.disabled = false;
    }
  } },
  field('Access key ID', key), field('Secret access key', secret),
  h('details', {}, h('summary', {}, 'With credentials of a role'), field('Session token', token)),
  answer, button);
  show(main, h('div', { className: 'login' }, h('div', { className: 'head' }, h('h1', {}, 'Log in to fika')), form,
    h('p', { className: 'quiet small' }, h('code', {}, 'fika env'), ' on the server\u2019s machine prints the root\u2019s key.')));
  key.focus();
}
