// SQS through @aws-sdk/client-sqs.
import assert from "node:assert/strict";
import {
  CreateQueueCommand, DeleteMessageBatchCommand, QueueDoesNotExist, ReceiveMessageCommand, SQSClient,
  SendMessageBatchCommand, SendMessageCommand,
} from "@aws-sdk/client-sqs";

const sqs = new SQSClient({});
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "js" }));
// The SDK itself compares the MD5s of what it sent and what it gets.
await sqs.send(new SendMessageCommand({
  QueueUrl, MessageBody: "hello",
  MessageAttributes: { a: { DataType: "String", StringValue: "b" } },
}));
await sqs.send(new SendMessageBatchCommand({
  QueueUrl, Entries: [{ Id: "1", MessageBody: "one" }, { Id: "2", MessageBody: "two" }],
}));
const { Messages } = await sqs.send(new ReceiveMessageCommand({
  QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"], WaitTimeSeconds: 5,
}));
assert.deepEqual(Messages.map((message) => message.Body), ["hello", "one", "two"]);
assert.equal(Messages[0].MessageAttributes.a.StringValue, "b");
const Entries = Messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
assert.equal(deleted.Successful.length, 3);
await assert.rejects(
  sqs.send(new ReceiveMessageCommand({ QueueUrl: `${QueueUrl}-not` })),
  (error) => error instanceof QueueDoesNotExist,
);
console.log("done");
