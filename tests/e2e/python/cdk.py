"""What the template of `cdk bootstrap` has, and what `cdk deploy` and `cdk gc` ask of it, through boto3."""

import json

import boto3
from boto3.s3.transfer import TransferConfig

from kit import config, equal, refused

ACCOUNT, REGION = "123456789012", "us-east-1"
BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
VERSION = "/cdk-bootstrap/hnb659fds/version"
EXTERNAL = {"Null": {"sts:ExternalId": "true"}}
of = lambda name, **more: boto3.client(name, config=config, **more)
iam, s3, ssm = of("iam"), of("s3"), of("ssm")


def arn(name):
    return f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-{name}-role-{ACCOUNT}-{REGION}"


def role(name, *statements, managed=(), principal={"AWS": ACCOUNT}):
    """A role as the template has it; only some of its documents have a version."""
    trust = [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal, "Condition": EXTERNAL},
             {"Action": "sts:TagSession", "Effect": "Allow", "Principal": principal}]
    if "Service" in principal:
        trust = [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal}]
    full = arn(name).split("/")[-1]
    iam.create_role(RoleName=full, AssumeRolePolicyDocument=json.dumps({"Statement": trust}),
                    Tags=[{"Key": "aws-cdk:bootstrap-role", "Value": name}])
    if statements:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(RoleName=full, PolicyName="default", PolicyDocument=json.dumps(document))
    for policy in managed:
        iam.attach_role_policy(RoleName=full, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")


def allow(actions, *resources, **more):
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources), **more}


def bootstrap():
    s3.create_bucket(Bucket=BUCKET)
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=encryption)
    block = dict.fromkeys(["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"], True)
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=block)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [
        {"ID": "CleanupOldVersions", "Status": "Enabled", "Filter": {"Prefix": ""},
         "NoncurrentVersionExpiration": {"NoncurrentDays": 30}},
        {"ID": "AbortIncompleteMultipartUploads", "Status": "Enabled", "Prefix": "",
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]})
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    whole = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({
        "Id": "AccessControl", "Version": "2012-10-17", "Statement": [{
            "Sid": "AllowSSLRequestsOnly", "Action": "s3:*", "Effect": "Deny", "Resource": whole,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}, "Principal": "*"}]}))
    role("file-publishing",
         allow(["s3:GetObject*", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:List*", "s3:DeleteObject*",
                "s3:PutObject*", "s3:Abort*"], *whole,
               Condition={"StringEquals": {"aws:ResourceAccount": [ACCOUNT]}}))
    role("lookup", {"Sid": "DontReadSecrets", "Effect": "Deny", "Action": ["kms:Decrypt"], "Resource": "*"},
         managed=["ReadOnlyAccess"])
    role("deploy",
         allow(["cloudformation:CreateChangeSet"], "*"),
         allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:Abort*", "s3:DeleteObject*", "s3:PutObject*"], "*",
               Condition={"StringNotEquals": {"s3:ResourceAccount": ACCOUNT}}),
         allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"], *whole),
         allow(["ssm:GetParameter", "ssm:GetParameters"], f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{VERSION}"),
         managed=["AWSCloudFormationReadOnlyAccess"])
    role("cfn-exec", principal={"Service": "cloudformation.amazonaws.com"}, managed=["AdministratorAccess"])
    ssm.put_parameter(Name=VERSION, Type="String", Value="31", Description="DO NOT DELETE")


def assumed(name, sts=None, **more):
    got = (sts or of("sts")).assume_role(RoleArn=arn(name), RoleSessionName="aws-cdk-me", **more)["Credentials"]
    return {"aws_access_key_id": got["AccessKeyId"], "aws_secret_access_key": got["SecretAccessKey"],
            "aws_session_token": got["SessionToken"]}


def uploads(s3):
    """As the publisher of assets does it: each call, in its order."""
    exists = lambda key: [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=key, MaxKeys=1)
                          .get("Contents", []) if one["Size"] > 22]
    equal(exists("abc.zip"), [])
    equal(s3.get_bucket_location(Bucket=BUCKET).get("LocationConstraint"), None)
    rules = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    equal(rules[0]["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "aws:kms"})
    put = {"Bucket": BUCKET, "ChecksumAlgorithm": "SHA256", "ServerSideEncryption": "aws:kms"}
    s3.put_object(Key="abc.zip", Body=b"x" * 100, ContentType="application/zip", **put)
    equal(exists("abc.zip"), ["abc.zip"])
    found = s3.get_object(Bucket=BUCKET, Key="abc.zip", ChecksumMode="ENABLED")
    equal((found["Body"].read(), found["ContentType"]), (b"x" * 100, "application/zip"))
    assert found["ChecksumSHA256"], found
    # What is long comes in parts.
    upload = s3.create_multipart_upload(Key="long.zip", ContentType="application/zip", **put)["UploadId"]
    of_it = {"Bucket": BUCKET, "Key": "long.zip", "UploadId": upload}
    parts = []
    for number, body in [(1, b"y" * (5 << 20)), (2, b"z")]:
        done = s3.upload_part(PartNumber=number, Body=body, ChecksumAlgorithm="SHA256", **of_it)
        parts.append({"PartNumber": number, "ETag": done["ETag"], "ChecksumSHA256": done["ChecksumSHA256"]})
    s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **of_it)
    equal(exists("long.zip"), ["long.zip"])
    upload = s3.create_multipart_upload(Key="cut.zip", **put)["UploadId"]
    s3.abort_multipart_upload(Bucket=BUCKET, Key="cut.zip", UploadId=upload)
    s3.put_object(Key="template.json", Body=b"{}", **put)


def collects(s3):
    """As `cdk gc` marks what nobody uses, and deletes what is marked."""
    tag = {"TagSet": [{"Key": "aws-cdk:isolated", "Value": "2026-11-24"}]}
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    equal(keys, ["abc.zip", "long.zip", "template.json"])
    for key in keys:
        s3.put_object_tagging(Bucket=BUCKET, Key=key, Tagging=tag)
    s3.delete_object_tagging(Bucket=BUCKET, Key="template.json")
    marked = [key for key in keys if s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]]
    equal(marked, ["abc.zip", "long.zip"])
    gone = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in marked], "Quiet": True})
    equal(gone.get("Errors"), None)
    # The bucket keeps versions: none is lost.
    kept = s3.list_object_versions(Bucket=BUCKET)
    equal((len(kept["Versions"]), len(kept["DeleteMarkers"])), (3, 2))


def settings():
    """What stacks set of other buckets, and what is refused with a reason."""
    name = {"Bucket": BUCKET}
    equal(s3.get_bucket_versioning(**name)["Status"], "Enabled")
    equal(s3.get_bucket_tagging(**name)["TagSet"], [{"Key": "a", "Value": "b"}])
    equal([rule["ID"] for rule in s3.get_bucket_lifecycle_configuration(**name)["Rules"]],
          ["CleanupOldVersions", "AbortIncompleteMultipartUploads"])
    equal(s3.get_bucket_policy_status(**name)["PolicyStatus"], {"IsPublic": False})
    s3.head_bucket(ExpectedBucketOwner=ACCOUNT, **name)
    refused("403", 403, "", s3.head_bucket, ExpectedBucketOwner="210987654321", **name)
    refused("404", 404, "", s3.head_object, Key="none", **name)
    s3.put_bucket_ownership_controls(
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, **name)
    s3.put_bucket_notification_configuration(
        NotificationConfiguration={"EventBridgeConfiguration": {}}, **name)
    refused("NotImplemented", 501, "", s3.put_bucket_website,
            WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}, **name)
    refused("NotImplemented", 501, "", s3.put_bucket_logging, BucketLoggingStatus={
        "LoggingEnabled": {"TargetBucket": BUCKET, "TargetPrefix": "logs/"}}, **name)


def roles(sts):
    """Each role that is assumed, by somebody of the account; and what it may."""
    deploy = assumed("deploy", sts)
    read = of("ssm", **deploy).get_parameter(Name=VERSION)["Parameter"]
    equal(read["Value"], "31")
    denied = "AccessDenied", 403, "not authorized to perform: "
    refused("AccessDeniedException", 400, "ssm:PutParameter", of("ssm", **deploy).put_parameter, Name=VERSION,
            Value="1", Overwrite=True)
    refused(*denied, of("s3", **deploy).put_object, Bucket=BUCKET, Key="x", Body=b"")
    equal(of("ssm", **assumed("lookup", sts)).get_parameter(Name=VERSION)["Parameter"]["Value"], "31")
    refused(*denied, of("s3", **assumed("lookup", sts)).put_object, Bucket=BUCKET, Key="x", Body=b"")
    # The trust policies want no external id, and a service only for the role that makes stacks.
    refused(*denied, lambda: assumed("deploy", sts, ExternalId="somebody"))
    refused(*denied, lambda: assumed("cfn-exec", sts))
    # Tags, which go along, and are known to conditions.
    tagged = {"Tags": [{"Key": "Department", "Value": "shop"}], "TransitiveTagKeys": ["Department"]}
    return assumed("file-publishing", sts, **tagged)


def tags(tagged):
    """What tags of a session are to the roles after it."""
    me = f"arn:aws:iam::{ACCOUNT}:role/tagged"
    trust = lambda *actions: json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": list(actions), "Principal": {"AWS": arn("file-publishing")},
        "Condition": {"StringEquals": {"aws:PrincipalTag/Department": "shop"}}}]})
    iam.create_role(RoleName="tagged", AssumeRolePolicyDocument=trust("sts:AssumeRole"))
    iam.put_role_policy(RoleName="tagged", PolicyName="p", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [allow("ssm:GetParameter", "*", Condition={
            "StringEquals": {"aws:PrincipalTag/Department": "shop"}})]}))
    go = lambda sts, **more: sts.assume_role(RoleArn=me, RoleSessionName="next", **more)["Credentials"]
    sts, plain = of("sts", **tagged), of("sts", **assumed("file-publishing"))
    denied = lambda action, by: refused("AccessDenied", 403, f"to perform: sts:{action} ", go, sts=by)
    denied("AssumeRole", plain)
    # The tag goes along, and for that the next role has to allow tags, too.
    denied("TagSession", sts)
    iam.update_assume_role_policy(RoleName="tagged", PolicyDocument=trust("sts:AssumeRole", "sts:TagSession"))
    keys = go(sts)
    after = of("ssm", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
               aws_session_token=keys["SessionToken"])
    equal(after.get_parameter(Name=VERSION)["Parameter"]["Value"], "31")
    bad = lambda part, **more: refused("ValidationError", 400, part, go, sts=sts, **more)
    bad("conflicts with a transitive tag", Tags=[{"Key": "department", "Value": "x"}])
    bad("must be included in the requested tags", TransitiveTagKeys=["Other"])
    bad("too long", Tags=[{"Key": "k", "Value": "v" * 257}])
    refused("PackedPolicyTooLarge", 400, "", go, sts=sts,
            Tags=[{"Key": f"k{n}", "Value": "v" * 256} for n in range(9)])


bootstrap()
settings()
# By the root, and by a user with the leave that AWS wants of one.
tagged = roles(of("sts"))
iam.create_user(UserName="ada")
iam.put_user_policy(UserName="ada", PolicyName="p", PolicyDocument=json.dumps({
    "Version": "2012-10-17", "Statement": [allow(["sts:AssumeRole", "sts:TagSession"], arn("*"))]}))
key = iam.create_access_key(UserName="ada")["AccessKey"]
ada = of("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
roles(ada)
iam.create_user(UserName="eve")
key = iam.create_access_key(UserName="eve")["AccessKey"]
eve = of("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
refused("AccessDenied", 403, "sts:AssumeRole", lambda: assumed("deploy", eve))
tags(tagged)
uploads(of("s3", **assumed("file-publishing")))
collects(of("s3", **assumed("file-publishing")))
print("done")
