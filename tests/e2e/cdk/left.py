"""Says what there is beside what `cdk bootstrap` makes."""

import boto3


def pages(service, operation, member):
    client = boto3.client(service)
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate():
            yield from page.get(member, [])
    else:
        yield from getattr(client, operation)().get(member, [])


left = []
left += [f["FunctionName"] for f in pages("lambda", "list_functions", "Functions")]
left += [l["LayerName"] for l in pages("lambda", "list_layers", "Layers")]
left += [m["UUID"] for m in pages("lambda", "list_event_source_mappings", "EventSourceMappings")]
left += [r["RoleName"] for r in pages("iam", "list_roles", "Roles") if not r["RoleName"].startswith("cdk-")]
left += [q for q in boto3.client("sqs").list_queues().get("QueueUrls", [])]
left += [t["TopicArn"] for t in pages("sns", "list_topics", "Topics")]
left += [r["Name"] for r in pages("events", "list_rules", "Rules")]
left += [s["Name"] for s in pages("scheduler", "list_schedules", "Schedules")]
left += [a["ApiId"] for a in pages("apigatewayv2", "get_apis", "Items")]
left += [a["id"] for a in pages("apigateway", "get_rest_apis", "items")]
left += [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"] if not b["Name"].startswith("cdk-")]
left += [p["Name"] for p in pages("ssm", "describe_parameters", "Parameters") if "cdk-bootstrap" not in p["Name"]]
left += [g["logGroupName"] for g in pages("logs", "describe_log_groups", "logGroups") if g.get("retentionInDays") == 7]
stacks = boto3.client("cloudformation").describe_stacks()["Stacks"]
left += [s["StackName"] for s in stacks if s["StackName"] != "CDKToolkit"]
print("\n".join(left) or "nothing")
