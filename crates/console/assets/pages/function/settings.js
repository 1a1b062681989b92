// Its configuration, and its end.

import { h, show, act, careful, field, select, sheet, facts, note } from '../../lib/dom.js';
import { lambda } from '../../lib/api.js';
import { when } from '../../lib/format.js';
import { at } from '../function.js';

export async function tab(place, { name, config, refresh }) {
  const description = h('input', { value: config.Description ?? '', maxLength: 256 });
  const handler = h('input', { value: config.Handler ?? '', spellcheck: false });
  const runtime = h('input', { value: config.Runtime ?? '', spellcheck: false });
  const role = h('input', { value: config.Role, spellcheck: false });
  const memory = h('input', { type: 'number', min: 128, max: 10240, value: config.MemorySize });
  const timeout = h('input', { type: 'number', min: 1, max: 900, value: config.Timeout });
  const disk = h('input', { type: 'number', min: 512, max: 10240, value: config.EphemeralStorage?.Size ?? 512 });
  const format = select(['Text', 'JSON'], { value: config.LoggingConfig?.LogFormat ?? 'Text' });
  const variables = Object.entries(config.Environment?.Variables ?? {});
  const rows = h('div');
  const add = (key = '', value = '') => {
    const row = h('div', { className: 'row pair' }, h('input', { value: key, ariaLabel: 'Name of a variable', placeholder: 'NAME', spellcheck: false }),
      h('input', { value, ariaLabel: `Value of ${key || 'a variable'}`, placeholder: 'value', spellcheck: false }),
      h('button', { type: 'button', className: 'slim', ariaLabel: `Remove ${key || 'the variable'}`, onclick: () => row.remove() }, 'Remove'));
    rows.append(row);
    return row;
  };
  variables.forEach(([key, value]) => add(key, value));
  const save = act('Save', async () => {
    const pairs = [...rows.querySelectorAll('.pair')].map((row) => [...row.querySelectorAll('input')].map((input) => input.value));
    await lambda('PUT', `${at(name)}/configuration`, {
      Description: description.value, Handler: handler.value, Runtime: runtime.value, Role: role.value,
      MemorySize: Number(memory.value), Timeout: Number(timeout.value), EphemeralStorage: { Size: Number(disk.value) },
      Environment: { Variables: Object.fromEntries(pairs.filter(([key]) => key)) }, LoggingConfig: { LogFormat: format.value },
    });
    await refresh();
    return 'Saved.';
  }, { className: 'main' });
  show(place, config.StateReason ? note(`${config.StateReasonCode}: ${config.StateReason}`, config.State === 'Failed' ? 'bad' : '') : null,
    h('div', { className: 'columns' },
      sheet('Configuration', field('Description', description), field('Handler', handler), field('Runtime', runtime), field('Role', role),
        h('div', { className: 'row' }, field('Memory, MB', memory), field('Timeout, s', timeout), field('/tmp, MB', disk), field('Log format', format))),
      h('div', {}, sheet('Environment', rows, h('p'), h('button', { type: 'button', className: 'slim', onclick: () => add().querySelector('input').focus() }, 'Add a variable')),
        sheet('About', facts([['ARN', h('code', {}, config.FunctionArn)], ['Changed', when(config.LastModified)], ['Architecture', (config.Architectures ?? []).join()],
          ['Package', config.PackageType], ['SnapStart', config.SnapStart?.ApplyOn], ['Dead letters', config.DeadLetterConfig?.TargetArn], ['Tracing', config.TracingConfig?.Mode], ['Revision', h('code', {}, config.RevisionId)]])))),
    h('p'), h('div', { className: 'row' }, save, careful('Delete this function', 'It goes with all its versions.', async () => {
      await lambda('DELETE', at(name));
      location.hash = '#/functions';
      return `${name} is deleted.`;
    })));
}
