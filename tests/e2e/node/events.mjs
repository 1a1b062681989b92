// SNS, EventBridge and EventBridge Scheduler through the JavaScript SDK, each down to a queue.
import assert from "node:assert/strict";
import {
  EventBridgeClient, ListRulesCommand, PutEventsCommand, PutRuleCommand, PutTargetsCommand, ResourceNotFoundException,
  DescribeRuleCommand,
} from "@aws-sdk/client-eventbridge";
import {
  ConflictException, CreateScheduleCommand, DeleteScheduleCommand, GetScheduleCommand, SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { CreateTopicCommand, NotFoundException, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const [sqs, sns, events, scheduler] = [SQSClient, SNSClient, EventBridgeClient, SchedulerClient].map((C) => new C({}));
const Arn = "arn:aws:sqs:us-east-1:123456789012:end";
const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [{
  Effect: "Allow", Action: "sqs:SendMessage", Resource: Arn,
  Principal: { Service: ["sns.amazonaws.com", "events.amazonaws.com"] },
}] });
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "end", Attributes: { Policy } }));
const next = async () => {
  const { Messages: [message] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
  return JSON.parse(message.Body);
};

const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "orders" }));
await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: Arn }));
const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: "hello" }));
const notice = await next();
assert.deepEqual([notice.MessageId, notice.Message, notice.TopicArn], [MessageId, "hello", TopicArn]);
await assert.rejects(sns.send(new PublishCommand({ TopicArn: `${TopicArn}-not`, Message: "x" })),
  (error) => error instanceof NotFoundException);

await events.send(new PutRuleCommand({ Name: "r", EventPattern: '{"source": ["shop"]}' }));
await events.send(new PutTargetsCommand({ Rule: "r", Targets: [{ Id: "q", Arn }] }));
const put = await events.send(new PutEventsCommand({ Entries: [
  { Source: "shop", DetailType: "Made", Detail: '{"n": 1}', Time: new Date(1700000000000) },
] }));
const event = await next();
assert.deepEqual([event.id, event.time, event.detail], [put.Entries[0].EventId, "2023-11-14T22:13:20Z", { n: 1 }]);
assert.equal((await events.send(new ListRulesCommand({}))).Rules[0].Name, "r");
await assert.rejects(events.send(new DescribeRuleCommand({ Name: "none" })),
  (error) => error instanceof ResourceNotFoundException);

const schedule = {
  Name: "daily", ScheduleExpression: "rate(1 day)", FlexibleTimeWindow: { Mode: "OFF" }, ClientToken: "once",
  StartDate: new Date(4000000000000), Target: { Arn, RoleArn: process.env.ROLE },
};
const made = await scheduler.send(new CreateScheduleCommand(schedule));
assert.deepEqual((await scheduler.send(new CreateScheduleCommand(schedule))).ScheduleArn, made.ScheduleArn);
await assert.rejects(scheduler.send(new CreateScheduleCommand({ ...schedule, ClientToken: "again" })),
  (error) => error instanceof ConflictException);
const got = await scheduler.send(new GetScheduleCommand({ Name: "daily" }));
assert.deepEqual([got.Arn, got.State, got.StartDate], [made.ScheduleArn, "ENABLED", schedule.StartDate]);
await scheduler.send(new DeleteScheduleCommand({ Name: "daily" }));
console.log("done");
