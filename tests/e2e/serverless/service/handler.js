// Two functions of one service: one takes orders over HTTP, one makes what it finds in a queue.
const STRENGTH = 'weak';

exports.order = async event => ({
  ordered: event.pathParameters ? event.pathParameters.of : event.of,
  strength: STRENGTH,
});

exports.brew = async event => {
  for (const { body } of event.Records) console.log(`brewed ${STRENGTH} ${body}`);
};
