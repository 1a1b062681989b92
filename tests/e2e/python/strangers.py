"""Buckets against those whose they are not, and against requests that no client makes."""

import base64
import hashlib
import hmac
import http.client
import os
import re
import sys
import urllib.parse
from datetime import datetime, timedelta, timezone

from botocore import UNSIGNED
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from kit import *

s3config = config.merge(Config(s3={"addressing_style": "path"}))
HOST = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
KEYS = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
XML = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def s3(**more):
    more.setdefault("config", s3config)
    return boto3.client("s3", **more)


def made(api):
    """A bucket with some of everything, and the id of an upload."""
    api.create_bucket(Bucket="mine")
    api.put_bucket_versioning(Bucket="mine", VersioningConfiguration={"Status": "Enabled"})
    api.put_bucket_tagging(Bucket="mine", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    for text in [b"one", b"two"]:
        api.put_object(Bucket="mine", Key="k", Body=text, Tagging="x=y")
    upload = api.create_multipart_upload(Bucket="mine", Key="parts")["UploadId"]
    for number in [1, 2]:
        api.upload_part(Bucket="mine", Key="parts", UploadId=upload, PartNumber=number, Body=b"p")
    return upload


def seen(api, upload):
    """All that the owner sees of it."""
    def plain(call, **more):
        answer = getattr(api, call)(Bucket="mine", **more)
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    calls = ["get_bucket_versioning", "get_bucket_tagging", "get_bucket_encryption",
             "get_bucket_notification_configuration", "get_bucket_ownership_controls",
             "get_public_access_block", "list_object_versions", "list_multipart_uploads"]
    body = api.get_object(Bucket="mine", Key="k")["Body"].read()
    return [plain(call) for call in calls] + [
        plain("get_object_tagging", Key="k"), plain("list_parts", Key="parts", UploadId=upload),
        body, [one["Name"] for one in api.list_buckets()["Buckets"]]]


def served():
    """The operations that the source says are served."""
    source = os.path.join(os.path.dirname(__file__), "../../../crates/objects/src/desk/s3.rs")
    text = open(source).read().split("served! {")[1]
    return set(re.findall(r"(\w+), \w+Input\s*=>", text))


def strangers():
    api = s3()
    upload = made(api)
    before = seen(api, upload)
    other = {"aws_access_key_id": os.environ["OTHER_KEY"],
             "aws_secret_access_key": os.environ["OTHER_SECRET"]}
    stranger, nobody = s3(**other), s3(config=s3config.merge(Config(signature_version=UNSIGNED)))
    equal(stranger.list_buckets()["Buckets"], [])
    stranger.create_bucket(Bucket="theirs")
    stranger.put_object(Bucket="theirs", Key="k", Body=b"theirs")
    bucket, at = {"Bucket": "mine"}, {"Bucket": "mine", "Key": "k"}
    part = {"Bucket": "mine", "Key": "parts", "UploadId": upload}
    whole = {"Parts": [{"PartNumber": 1, "ETag": '"0"'}]}
    tags = {"Tagging": {"TagSet": [{"Key": "a", "Value": "stranger"}]}}
    sse = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    life = {"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""},
                       "Expiration": {"Days": 1}}]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "s3:*",
         "Resource": ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"]}]})
    asked = {
        "delete_bucket": bucket, "head_bucket": bucket, "get_bucket_location": bucket,
        "get_bucket_policy": bucket, "put_bucket_policy": {**bucket, "Policy": policy},
        "delete_bucket_policy": bucket, "get_bucket_policy_status": bucket,
        "get_bucket_versioning": bucket, "put_bucket_versioning": {
            **bucket, "VersioningConfiguration": {"Status": "Suspended"}},
        "get_bucket_notification_configuration": bucket,
        "put_bucket_notification_configuration": {
            **bucket, "NotificationConfiguration": {"EventBridgeConfiguration": {}}},
        "get_public_access_block": bucket, "put_public_access_block": {
            **bucket, "PublicAccessBlockConfiguration": {"BlockPublicPolicy": False}},
        "delete_public_access_block": bucket, "get_bucket_encryption": bucket,
        "put_bucket_encryption": {**bucket, "ServerSideEncryptionConfiguration": sse},
        "delete_bucket_encryption": bucket, "get_bucket_ownership_controls": bucket,
        "put_bucket_ownership_controls": {**bucket, "OwnershipControls": {
            "Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
        "delete_bucket_ownership_controls": bucket, "get_bucket_lifecycle_configuration": bucket,
        "put_bucket_lifecycle_configuration": {**bucket, "LifecycleConfiguration": life},
        "delete_bucket_lifecycle": bucket, "get_bucket_acl": bucket, "get_bucket_logging": bucket,
        "get_bucket_request_payment": bucket, "get_bucket_accelerate_configuration": bucket,
        "get_bucket_website": bucket, "get_bucket_cors": bucket, "put_bucket_cors": {**bucket, "CORSConfiguration": {
            "CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]}},
        "delete_bucket_cors": bucket, "get_bucket_replication": bucket,
        "get_object_lock_configuration": bucket, "get_bucket_tagging": bucket,
        "put_bucket_tagging": {**bucket, **tags}, "delete_bucket_tagging": bucket,
        "get_object": at, "head_object": at, "put_object": {**at, "Body": b"stranger"},
        "copy_object": {**at, "CopySource": "theirs/k"}, "delete_object": at,
        "list_objects": bucket, "list_objects_v2": bucket, "list_object_versions": bucket,
        "get_object_tagging": at, "put_object_tagging": {**at, **tags},
        "delete_object_tagging": at, "create_multipart_upload": {**at},
        "upload_part": {**part, "PartNumber": 1, "Body": b"stranger"},
        "upload_part_copy": {**part, "PartNumber": 1, "CopySource": "theirs/k"},
        "complete_multipart_upload": {**part, "MultipartUpload": whole},
        "abort_multipart_upload": part, "list_parts": part, "list_multipart_uploads": bucket,
    }
    elsewhere = {"create_bucket", "list_buckets", "delete_objects"}
    equal(set(asked) | elsewhere, served())
    for name, arguments in asked.items():
        code = "403" if name.startswith("head_") else "AccessDenied"
        try:
            for who in [stranger, nobody]:
                refused(code, 403, "", getattr(who, name), **arguments)
        except Exception as error:
            raise AssertionError(name) from error
    # Of many keys each is refused for itself.
    many = {"Objects": [{"Key": "k"}, {"Key": "k", "VersionId": "null"}]}
    answer = stranger.delete_objects(Bucket="mine", Delete=many)
    equal([one["Code"] for one in answer["Errors"]], ["AccessDenied"] * 2)
    refused("BucketAlreadyExists", 409, "", stranger.create_bucket, Bucket="mine")
    refused("AccessDenied", 403, "", stranger.copy_object, Bucket="theirs", Key="stolen",
            CopySource="mine/k")
    refused("AccessDenied", 403, "", stranger.get_object, Bucket="mine", Key="not there")
    refused("NoSuchBucket", 404, "", stranger.get_object, Bucket="not-there", Key="k")
    refused("AccessDenied", 403, "", stranger.list_objects_v2, Bucket="mine",
            ExpectedBucketOwner="999999999999")
    equal(seen(api, upload), before)
    # Let in by a policy, it may what that says, and nothing else.
    only = policy.replace("s3:*", "s3:GetObject")
    api.put_bucket_policy(Policy=only, **bucket)
    equal(stranger.get_object(**at)["Body"].read(), b"two")
    refused("AccessDenied", 403, "", stranger.put_object, Body=b"", **at)
    refused("AccessDenied", 403, "", nobody.get_object, **at)


def raw(method, path, body=b"", headers={}, query="", sha256=None):
    """A request as it stands, signed, perhaps for another body: its status and the error's code."""
    target = path + (f"?{query}" if query else "")
    request = AWSRequest(method=method, url=f"http://{HOST}{target}", data=body,
                         headers={"Host": HOST, **headers})
    auth = S3SigV4Auth(KEYS, "s3", "us-east-1")
    if sha256:
        auth.payload = lambda _: sha256
    auth.add_auth(request)
    connection = http.client.HTTPConnection(HOST, timeout=60)
    sent = {**dict(request.headers.items()), **headers, "Content-Length": str(len(body))}
    connection.request(method, target, body=body, headers=sent)
    return read(connection.getresponse())


def read(answer):
    text = answer.read().decode(errors="replace")
    assert answer.status < 500 or answer.status == 501, (answer.status, text)
    code = re.search("<Code>(.*?)</Code>", text)
    return answer.status, code.group(1) if code else None


def presigned(at, expires):
    """The status and the code for an address that was signed at that time."""
    time, region = at.strftime("%Y%m%dT%H%M%SZ"), "us-east-1"
    scope = f"{time[:8]}/{region}/s3/aws4_request"
    query = urllib.parse.urlencode(sorted({
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{KEYS.access_key}/{scope}",
        "X-Amz-Date": time, "X-Amz-Expires": expires, "X-Amz-SignedHeaders": "host"}.items()))
    canonical = f"GET\n/mine/k\n{query}\nhost:{HOST}\n\nhost\nUNSIGNED-PAYLOAD"
    text = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{KEYS.secret_key}".encode()
    for piece in scope.split("/"):
        key = hmac.digest(key, piece.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    connection = http.client.HTTPConnection(HOST, timeout=60)
    connection.request("GET", f"/mine/k?{query}&X-Amz-Signature={signature}")
    return read(connection.getresponse())


def hostile():
    api = s3()
    upload = made(api)
    before = seen(api, upload)
    where = {"Bucket": "mine", "Key": "parts", "UploadId": upload}

    # Documents that are none.
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">{laughs}]>'
    file = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    tagged = f"<Tagging {XML}><TagSet><Tag><Key>%s</Key><Value>v</Value></Tag></TagSet></Tagging>"
    bodies = ["", "<", "no XML", "<a/>", "<a><b></a></b>", "\x00", "<a>" * 100_000,
              bomb + "<Tagging>&l9;</Tagging>", file + tagged % "&x;", bomb + tagged % "&l9;"]
    for query in ["tagging", "versioning", "lifecycle", "encryption", "policy", "ownershipControls",
                  "publicAccessBlock", "cors"]:
        for text in bodies:
            status, code = raw("PUT", "/mine", text.encode(), query=query)
            assert status == 400, (query, text[:80], status, code)
    for query in ["delete", f"uploadId={upload}"]:
        for text in bodies:
            path = "/mine" if query == "delete" else "/mine/parts"
            status, code = raw("POST", path, text.encode(), query=query)
            assert status == 400, (query, text[:80], status, code)
    for text in bodies[1:4]:
        equal(raw("PUT", "/mine", text.encode(), query="notification")[0], 400)
    huge = (tagged % ("k" * (5 << 20))).encode()
    equal(raw("PUT", "/mine/k", huge, query="tagging"), (400, "MaxMessageLengthExceeded"))
    other = hashlib.sha256(b"other").hexdigest()
    for path, body, query in [("/mine/k", (tagged % "k").encode(), "tagging"), ("/mine/new", b"x", "")]:
        equal(raw("PUT", path, body, query=query, sha256=other), (400, "XAmzContentSHA256Mismatch"))
    many = "".join(f"<Object><Key>{n}</Key></Object>" for n in range(1001))
    equal(raw("POST", "/mine", f"<Delete {XML}>{many}</Delete>".encode(), query="delete"),
          (400, "MalformedXML"))

    # Parts.
    tags = [one["ETag"] for one in api.list_parts(**where)["Parts"]]
    complete = lambda *parts, **more: dict(MultipartUpload={"Parts": [
        {"PartNumber": number, "ETag": tag} for number, tag in parts]}, **{**where, **more})
    full = api.complete_multipart_upload
    refused("InvalidPartOrder", 400, "", full, **complete((2, tags[1]), (1, tags[0])))
    refused("InvalidPartOrder", 400, "", full, **complete((1, tags[0]), (1, tags[0])))
    refused("EntityTooSmall", 400, "", full, **complete((1, tags[0]), (2, tags[1])))
    refused("InvalidPart", 400, "", full, **complete((3, tags[0])))
    refused("InvalidPart", 400, "", full, **complete((1, '"0"')))
    refused("MalformedXML", 400, "", full, **complete())
    for bad in ["none", "../../x", "a/b", "%00", upload + "/1"]:
        refused("NoSuchUpload", 404, "", full, **complete((1, tags[0]), UploadId=bad))
        refused("NoSuchUpload", 404, "", api.list_parts, **{**where, "UploadId": bad})
        refused("NoSuchUpload", 404, "", api.abort_multipart_upload, **{**where, "UploadId": bad})
    refused("NoSuchUpload", 404, "", full, **complete((1, tags[0]), Key="k"))
    for number in [0, -1, 10_001, 1 << 31, "x"]:
        status, code = raw("PUT", "/mine/parts", b"p", query=f"partNumber={number}&uploadId={upload}")
        equal((number, status), (number, 400))

    # Ranges, sums, dates.
    refused("InvalidRange", 416, "", api.get_object, Bucket="mine", Key="k", Range="bytes=3-")
    refused("InvalidRange", 416, "", api.get_object, Bucket="mine", Key="k", Range="bytes=-0")
    for text in ["bytes=2-1", "bytes=x-y", "lines=0-1", "bytes=0-0,2-2", "bytes=99999999999999999999-"]:
        status, _ = raw("GET", "/mine/k", headers={"Range": text})
        assert status in (200, 206, 400, 416), (text, status)
    for text in ["bytes=5-9", "bytes=x", "bytes=-1"]:
        status, code = raw("PUT", "/mine/parts", query=f"partNumber=3&uploadId={upload}", headers={
            "x-amz-copy-source": "/mine/k", "x-amz-copy-source-range": text})
        assert status in (400, 416), (text, status, code)
    digest = lambda algorithm, text: base64.b64encode(algorithm(text).digest()).decode()
    for header, value, wanted in [
        ("Content-MD5", digest(hashlib.md5, b"other"), "BadDigest"),
        ("Content-MD5", "no base64", "InvalidDigest"), ("Content-MD5", "AAAA", "InvalidDigest"),
        ("x-amz-checksum-sha256", digest(hashlib.sha256, b"other"), "BadDigest"),
        ("x-amz-checksum-crc32", "AAAAAA==", "BadDigest"),
        ("x-amz-checksum-sha256", "AAAA", "InvalidRequest"),
    ]:
        equal((header, value, raw("PUT", "/mine/new", b"body", {header: value})),
              (header, value, (400, wanted)))
    now = datetime.now(timezone.utc)
    equal(presigned(now, 60), (200, None))
    equal(presigned(now - timedelta(seconds=61), 60)[0], 403)
    equal(presigned(now - timedelta(days=8), 7 * 86_400)[0], 403)
    for expires in [7 * 86_400 + 1, -1, "x", ""]:
        status, code = presigned(now, expires)
        assert status in (400, 403), (expires, status, code)
    equal(presigned(now + timedelta(days=1), 60)[0], 403)

    # Names of all kinds, which are names and no paths.
    assert raw("PUT", "/mine/" + "k" * 1025) == (400, "KeyTooLongError")
    for path in ["/mine/%FF%FE", "/%2e%2e/k", "/mine%00/k", "/" + "b" * 64 + "/k", "/Mine/k"]:
        status, code = raw("PUT", path, b"x")
        assert 400 <= status < 500, (path, status, code)
    for text in ["nothing", "/mine", "mine/", "mine/%FF", "mine/k?versionId=../x", "../k", "mine/../k"]:
        status, code = raw("PUT", "/mine/new", headers={"x-amz-copy-source": text})
        assert 400 <= status < 500, (text, status, code)
    for query in ["list-type=2&max-keys=-1", "list-type=2&max-keys=x", "list-type=3",
                  "list-type=2&continuation-token=%00", "list-type=2&encoding-type=rot13",
                  "versions&version-id-marker=x", "uploads&max-uploads=-1", "partNumber=0"]:
        raw("GET", "/mine", query=query)
    for query in ["versionId=", "versionId=..%2F..", "versionId=%00", "partNumber=0", "partNumber=x"]:
        status, code = raw("GET", "/mine/k", query=query)
        assert status in (200, 400, 404, 416), (query, status, code)
    refused("MetadataTooLarge", 400, "", api.put_object, Bucket="mine", Key="new", Body=b"",
            Metadata={"a": "b" * 2049})
    for text in ["&".join(f"{n}=" for n in range(11)), "a=1&a=2", "=1", "k" * 129 + "=1"]:
        status, code = raw("PUT", "/mine/new", b"x", {"x-amz-tagging": text})
        equal((text[:20], status), (text[:20], 400))
    equal(seen(api, upload), before)

    api.create_bucket(Bucket="names")
    names = ["..", "../../../etc/passwd", "a/../b", "./a", "a//b", "a\nb", "k" * 1024, "é" * 512,
             "<&\"'>", "a?b#c%d+e f", "\u202e", "-rf"]
    kept = []
    for name in names:
        path = "/names/" + urllib.parse.quote(name, safe="/")
        status, code = raw("PUT", path, name.encode())
        assert status in (200, 400), (name, status, code)
        if status == 200:
            kept.append(name)
            equal(api.get_object(Bucket="names", Key=name)["Body"].read(), name.encode())
    assert len(kept) >= 8, kept
    listed = [one["Key"] for one in api.list_objects_v2(Bucket="names").get("Contents", [])]
    equal(listed, sorted(kept, key=str.encode))


def topic():
    """From a bucket by a topic to a function."""
    api, sns, functions = s3(), boto3.client("sns", config=config), client()
    create(functions, "heard", "export const handler = async (event) => "
           "console.log(event.Records[0].Sns.Message);")
    arn = sns.create_topic(Name="changes")["TopicArn"]
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish",
            "Resource": arn, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::told"}}}]}))
    functions.add_permission(FunctionName="heard", StatementId="sns", Principal="sns.amazonaws.com",
                             Action="lambda:InvokeFunction", SourceArn=arn)
    function = functions.get_function(FunctionName="heard")["Configuration"]["FunctionArn"]
    sns.subscribe(TopicArn=arn, Protocol="lambda", Endpoint=function)
    api.create_bucket(Bucket="told")
    api.put_bucket_notification_configuration(Bucket="told", NotificationConfiguration={
        "TopicConfigurations": [{"TopicArn": arn, "Events": ["s3:ObjectCreated:*"]}]})
    api.put_object(Bucket="told", Key="by/topic", Body=b"hello")
    logs = boto3.client("logs", config=config)
    for _ in range(600):
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/heard")["events"]
        except ClientError:
            events = []
        found = [one["message"] for one in events if "by/topic" in one["message"]]
        if found:
            break
        import time
        time.sleep(0.1)
    assert found, events
    record = json.loads(found[0][found[0].index("{"):])["Records"][0]
    equal((record["eventName"], record["s3"]["object"]["key"]), ("ObjectCreated:Put", "by/topic"))


globals()[sys.argv[1]]()
print("done")
