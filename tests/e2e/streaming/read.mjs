// Reads streamed answers with the official JavaScript SDK.
import assert from 'node:assert/strict';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';

const client = new LambdaClient({ maxAttempts: 1 });

async function read(how) {
  const answer = await client.send(new InvokeWithResponseStreamCommand({
    FunctionName: 'fails', Payload: JSON.stringify({ how }), LogType: 'Tail',
  }));
  assert.equal(answer.ExecutedVersion, '$LATEST');
  let data = '';
  for await (const event of answer.EventStream) {
    if (event.PayloadChunk) data += Buffer.from(event.PayloadChunk.Payload).toString();
    if (event.InvokeComplete) return { data, end: event.InvokeComplete };
  }
  throw new Error('it has no end');
}

const well = await read('well');
assert.equal(well.data, 'some.');
assert.equal(well.end.ErrorCode, undefined);
assert.match(Buffer.from(well.end.LogResult, 'base64').toString(), /REPORT RequestId: /);
const late = await read('late');
assert.equal(late.data, 'some');
assert.equal(late.end.ErrorCode, 'Unhandled');
assert.equal(JSON.parse(late.end.ErrorDetails).errorType, 'RangeError');
console.log('done');
