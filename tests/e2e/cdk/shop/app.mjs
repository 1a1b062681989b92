// A small shop: an API in front of two functions that share a layer, uploads, a schedule, orders by a queue with
// a dead-letter queue, and an alias that shares its calls out to two versions. Of the CDK's own functions it has those
// that tell of uploads, empty the bucket in the end, see to how long a log is kept, ask a function for a resource, and
// call an API for one.
import * as cdk from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LambdaDestination } from 'aws-cdk-lib/aws-s3-notifications';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as custom from 'aws-cdk-lib/custom-resources';

class Shop extends cdk.Stack {
  constructor(scope, id) {
    super(scope, id);
    const layer = new lambda.LayerVersion(this, 'Shared', { code: lambda.Code.fromAsset('layer') });
    const runtime = new lambda.Runtime(process.env.NODE_RUNTIME, lambda.RuntimeFamily.NODEJS);
    const code = lambda.Code.fromAsset('src');
    const fn = (name, more = {}) => new lambda.Function(this, name, {
      runtime, code, handler: `index.${name}`, layers: [layer], ...more,
    });

    const api = new apigateway.HttpApi(this, 'Api');
    const route = (path, name) => api.addRoutes({
      path,
      methods: [apigateway.HttpMethod.GET],
      integration: new HttpLambdaIntegration(`${name}Integration`, fn(name)),
    });
    route('/hello', 'hello');
    route('/bye/{name}', 'bye');

    const upload = fn('upload', {
      logRetention: logs.RetentionDays.ONE_WEEK,
      logRemovalPolicy: cdk.RemovalPolicy.DESTROY,
    });
    const bucket = new s3.Bucket(this, 'Uploads', {
      autoDeleteObjects: true,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });
    const photos = { suffix: '.png' };
    bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new LambdaDestination(upload), photos);

    new events.Rule(this, 'Every', {
      schedule: events.Schedule.rate(cdk.Duration.minutes(1)),
      targets: [new targets.LambdaFunction(fn('tick'))],
    });

    const dead = new sqs.Queue(new cdk.NestedStack(this, 'Back'), 'Dead');
    const orders = new sqs.Queue(this, 'Orders', {
      visibilityTimeout: cdk.Duration.seconds(3),
      deadLetterQueue: { queue: dead, maxReceiveCount: 1 },
    });
    fn('order').addEventSource(new SqsEventSource(orders, { batchSize: 1 }));

    const tills = new custom.Provider(this, 'Tills', { onEventHandler: fn('till') });
    const till = new cdk.CustomResource(this, 'Till', {
      serviceToken: tills.serviceToken,
      resourceType: 'Custom::Till',
      properties: { Number: 7 },
    });
    const sign = { service: 'SSM', parameters: { Name: '/shop/sign' } };
    const anywhere = { resources: custom.AwsCustomResourcePolicy.ANY_RESOURCE };
    new custom.AwsCustomResource(this, 'Sign', {
      onCreate: {
        ...sign,
        action: 'PutParameter',
        parameters: { ...sign.parameters, Value: till.getAttString('Label'), Type: 'String' },
        physicalResourceId: custom.PhysicalResourceId.of('sign'),
      },
      onDelete: { ...sign, action: 'DeleteParameter' },
      policy: custom.AwsCustomResourcePolicy.fromSdkCalls(anywhere),
      installLatestAwsSdk: false,
    });

    // The second deployment makes another version, and gives it half of the calls.
    const first = this.node.tryGetContext('first');
    const versioned = fn('version', {
      description: first ? 'second' : 'first',
      currentVersionOptions: { removalPolicy: cdk.RemovalPolicy.RETAIN },
    });
    const live = new lambda.Alias(this, 'Live', {
      aliasName: 'live',
      version: versioned.currentVersion,
      additionalVersions: first
        ? [{ version: lambda.Version.fromVersionArn(this, 'First', first), weight: 0.5 }]
        : [],
    });

    const say = (name, value) => new cdk.CfnOutput(this, name, { value });
    say('Url', api.apiEndpoint);
    say('Bucket', bucket.bucketName);
    say('OrdersUrl', orders.queueUrl);
    say('DeadUrl', dead.queueUrl);
    say('AliasArn', live.functionArn);
    say('VersionArn', versioned.currentVersion.functionArn);
    say('UploadLogs', `/aws/lambda/${upload.functionName}`);
    this.useOwnRuntimes();
  }

  // The CDK's own functions want the newest runtimes there are: here they have this machine's.
  useOwnRuntimes() {
    for (const one of this.node.findAll()) {
      if (one.cfnResourceType !== 'AWS::Lambda::Function') continue;
      const isPython = one.node.path.includes('BucketNotificationsHandler');
      one.addPropertyOverride('Runtime', process.env[isPython ? 'PYTHON_RUNTIME' : 'NODE_RUNTIME']);
    }
  }
}

new Shop(new cdk.App(), 'Shop');
