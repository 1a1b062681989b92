// Its metrics, as charts, and as a table for who cannot see them.

import { h, show, field, select, sheet, table } from '../../lib/dom.js';
import { metrics } from '../../lib/api.js';
import { chart } from '../../lib/chart.js';
import { count, ms, when } from '../../lib/format.js';

const CHARTS = [
  ['Invocations', [['Invocations', 'Sum']], count],
  ['Errors and throttles', [['Errors', 'Sum'], ['Throttles', 'Sum']], count],
  ['Duration, average and p99', [['Duration', 'Average'], ['Duration', 'p99']], ms],
  ['Concurrent executions', [['ConcurrentExecutions', 'Maximum']], count],
];
const SPANS = { '1 hour': [3600, 60], '3 hours': [3 * 3600, 60], '1 day': [24 * 3600, 900], '1 week': [7 * 24 * 3600, 3600] };

export async function tab(place, { name, signal }) {
  const span = select(Object.keys(SPANS), { value: '1 hour' });
  const figures = h('div', { className: 'charts' });
  const text = h('div');
  const load = async () => {
    const [seconds, period] = SPANS[span.value];
    const end = Math.ceil(Date.now() / 1000 / 60) * 60;
    const ids = CHARTS.flatMap(([, lines]) => lines);
    const { MetricDataResults: results } = await metrics('GetMetricData', {
      StartTime: end - seconds, EndTime: end, ScanBy: 'TimestampAscending',
      MetricDataQueries: ids.map(([metric, stat], i) => ({ Id: `m${i}`, MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName: metric, Dimensions: [{ Name: 'FunctionName', Value: name }] }, Period: period, Stat: stat } })),
    });
    if (signal.aborted) return;
    let at = 0;
    const series = () => { const { Timestamps = [], Values = [] } = results.find((one) => one.Id === `m${at}`) ?? {}; at += 1; return Timestamps.map((t, i) => [Number(t), Values[i]]); };
    const drawn = CHARTS.map(([title, lines, unit]) => ({ title, unit, lines: lines.map(([metric, stat]) => ({ name: lines.length > 1 ? (stat === 'Sum' ? metric : stat) : metric, points: series() })) }));
    show(figures, drawn.map((one) => chart({ ...one, from: end - seconds, until: end, period })));
    const rows = (drawn[0].lines[0].points).filter(([, value]) => value > 0).slice(-30).reverse();
    const value = (line, t) => line.points.find(([other]) => other === t)?.[1];
    show(text, h('details', { className: 'sheet' }, h('summary', {}, 'As a table'),
      table('Metrics', [['Time', ([t]) => when(t)], ['Invocations', ([, n]) => count(n), 'number'], ['Errors', ([t]) => count(value(drawn[1].lines[0], t)), 'number'], ['Average', ([t]) => ms(value(drawn[2].lines[0], t)), 'number']], rows, 'It was not called in this time.')));
  };
  span.addEventListener('change', () => load());
  show(place, sheet('Metrics', h('div', { className: 'row' }, field('Of the last', span)), h('br'), figures), text);
  await load();
  const again = setInterval(() => { if (!document.hidden) load().catch(() => {}); }, 60_000);
  signal.addEventListener('abort', () => clearInterval(again));
}
