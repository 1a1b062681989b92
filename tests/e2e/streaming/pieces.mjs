// Prints a streamed answer's pieces with the official JavaScript SDK, each as it comes.
import assert from 'node:assert/strict';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';

const command = new InvokeWithResponseStreamCommand({ FunctionName: 'waits', Payload: '{}' });
const answer = await new LambdaClient({ maxAttempts: 1 }).send(command);
for await (const event of answer.EventStream) {
  if (event.PayloadChunk) console.log(Buffer.from(event.PayloadChunk.Payload).toString());
  else assert.equal(event.InvokeComplete.ErrorCode, undefined);
}
