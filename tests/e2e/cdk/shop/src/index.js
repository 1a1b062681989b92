// One handler for each part of the shop; what happens is seen in their logs.
const { stamp } = require('/opt/nodejs/shared');

const answer = (text) => ({ statusCode: 200, body: stamp(text) });

exports.hello = async (event) => answer(`hello ${event.queryStringParameters?.name}`);
exports.bye = async (event) => answer(`bye ${event.pathParameters.name}`);
exports.upload = async (event) => event.Records.forEach((r) => console.log(`uploaded ${r.s3.object.key}`));
exports.tick = async () => console.log('tick');
exports.order = async (event) => event.Records.forEach((record) => {
  if (record.body === 'poison') throw new Error('poisoned');
  console.log(`ordered ${record.body}`);
});
exports.till = async ({ ResourceProperties: { Number } }) => ({
  PhysicalResourceId: `till-${Number}`,
  Data: { Label: `till ${Number}` },
});
exports.version = async (event, context) => context.functionVersion;
