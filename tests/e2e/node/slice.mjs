// Walks the function API with the official JavaScript SDK.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  CreateFunctionCommand, DeleteFunctionCommand, GetAccountSettingsCommand, GetFunctionCommand,
  GetFunctionConfigurationCommand, InvokeCommand, LambdaClient, ListFunctionsCommand,
  UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand, waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';

const client = new LambdaClient({ maxAttempts: 1 });
const FunctionName = 'echo';
const wait = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
const ZipFile = readFileSync(process.argv[2]);

const made = await client.send(new CreateFunctionCommand({
  FunctionName, Runtime: process.env.NODE_RUNTIME, Handler: 'index.handler',
  Role: 'arn:aws:iam::123456789012:role/r', Code: { ZipFile },
}));
assert.equal(made.State, 'Pending');
assert.equal((await waitUntilFunctionActiveV2(wait, { FunctionName })).state, 'SUCCESS');

const invoked = await client.send(new InvokeCommand({
  FunctionName, Payload: JSON.stringify({ tea: 'ünïcode ☕' }), LogType: 'Tail',
}));
assert.deepEqual(JSON.parse(invoked.Payload.transformToString()), { tea: 'ünïcode ☕' });
assert.equal(invoked.FunctionError, undefined);
assert.match(Buffer.from(invoked.LogResult, 'base64').toString(), /REPORT RequestId: /);
const dry = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
assert.equal(dry.StatusCode, 204);

await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 7 }));
assert.equal((await waitUntilFunctionUpdatedV2(wait, { FunctionName })).state, 'SUCCESS');
await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
assert.equal((await waitUntilFunctionUpdatedV2(wait, { FunctionName })).state, 'SUCCESS');
const configuration = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
assert.equal(configuration.Timeout, 7);
const got = await client.send(new GetFunctionCommand({ FunctionName }));
assert.equal(got.Configuration.CodeSha256, made.CodeSha256);
const listed = await client.send(new ListFunctionsCommand({}));
assert.deepEqual(listed.Functions.map((f) => f.FunctionName), [FunctionName]);
const settings = await client.send(new GetAccountSettingsCommand({}));
assert.equal(settings.AccountUsage.FunctionCount, 1);

await client.send(new DeleteFunctionCommand({ FunctionName }));
await assert.rejects(client.send(new InvokeCommand({ FunctionName })), {
  name: 'ResourceNotFoundException', $fault: 'client',
});
console.log('done');
