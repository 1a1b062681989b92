// Runs the runtime's own loop by itself, where this function runs: `alone` (a Runtime API that has one event for ever)
// and a second runtime like this one, and answers what a round takes.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const PORT = 9101;

exports.hello = require('./hello.js').handler;

exports.handler = async ({ rounds, warmUp, pauseUs }) => {
  const words = [rounds, warmUp, PORT, pauseUs].map(String);
  const api = spawn(path.join(__dirname, 'alone'), words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  api.stdout.on('data', (piece) => { said += piece; });
  const ended = once(api, 'close');
  await once(api.stdout, 'data');
  const env = { ...process.env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${PORT}`, _HANDLER: 'index.hello' };
  delete env.FIKA_PARKED;
  const runtime = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], { env, stdio: 'inherit' });
  const [code] = await ended;
  runtime.kill('SIGKILL');
  if (code !== 0) throw new Error(`alone ended with ${code}`);
  return { ns: Number(said.split('\n')[1]) };
};
