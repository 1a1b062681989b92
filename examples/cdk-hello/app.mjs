// One function, with its code in the app.
import * as cdk from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

class HelloStack extends cdk.Stack {
  constructor(scope, id, props) {
    super(scope, id, props);

    new lambda.Function(this, 'Hello', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline(`
        export const handler = async (event) => ({
          statusCode: 200,
          body: JSON.stringify({ message: 'Hello from fika' }),
        });
      `),
    });
  }
}

new HelloStack(new cdk.App(), 'Hello');
