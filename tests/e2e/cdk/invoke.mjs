// Invokes a function and prints what it answers.
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const [, , FunctionName, Payload] = process.argv;
const answer = await new LambdaClient({}).send(new InvokeCommand({ FunctionName, Payload }));
const text = new TextDecoder().decode(answer.Payload);
if (answer.FunctionError) throw new Error(text);
process.stdout.write(text);
