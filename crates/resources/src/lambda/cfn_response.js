'use strict';
// What inline code requires as `cfn-response`: answers CloudFormation for a custom resource.

const http = require('http');
const https = require('https');

exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';

exports.send = (event, context, status, data, id, noEcho) => new Promise((resolve) => {
  const body = JSON.stringify({
    Status: status,
    Reason: `See the details in CloudWatch Log Stream: ${context.logStreamName}`,
    PhysicalResourceId: id || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false,
    Data: data,
  });
  const url = new URL(event.ResponseURL);
  const client = url.protocol === 'http:' ? http : https;
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  const done = () => {
    if (context.done) context.done();
    resolve();
  };
  const request = client.request(url, { method: 'PUT', headers }, (response) => {
    response.resume();
    response.on('end', done);
  });
  request.on('error', (error) => {
    console.log(`the answer to CloudFormation could not be sent: ${error.message}`);
    done();
  });
  request.end(body);
});
