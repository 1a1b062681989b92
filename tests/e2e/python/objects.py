"""Buckets and objects through boto3."""

import io
import json
import os
import sys
import urllib.error
import urllib.request
import zlib

from boto3.s3.transfer import TransferConfig
from kit import *

s3config = config.merge(Config(s3={"addressing_style": "path"}))
MIB = 1 << 20


def s3(**more):
    more.setdefault("config", s3config)
    return boto3.client("s3", **more)


def body(api, bucket, key, **more):
    return api.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def keys(listing):
    return [one["Key"] for one in listing.get("Contents", [])]


def crud():
    api = s3()
    api.create_bucket(Bucket="photos")
    equal(api.head_bucket(Bucket="photos")["BucketRegion"], "us-east-1")
    equal([one["Name"] for one in api.list_buckets()["Buckets"]], ["photos"])
    equal(api.get_bucket_location(Bucket="photos")["LocationConstraint"], None)
    put = api.put_object(Bucket="photos", Key="a/one two+é.txt", Body=b"hello world",
                         ContentType="text/plain", Metadata={"colour": "red"},
                         CacheControl="no-store", Tagging="x=1&y=a%20b")
    equal(put["ETag"], '"5eb63bbbe01eeed093cb22bb8f5acdc3"')
    got = api.get_object(Bucket="photos", Key="a/one two+é.txt")
    equal(got["Body"].read(), b"hello world")
    equal((got["ContentType"], got["Metadata"], got["CacheControl"], got["ContentLength"]),
          ("text/plain", {"colour": "red"}, "no-store", 11))
    equal(got["TagCount"], 2)
    head = api.head_object(Bucket="photos", Key="a/one two+é.txt", ChecksumMode="ENABLED")
    equal((head["ETag"], head["ContentLength"]), (put["ETag"], 11))
    sums = [name for name in head if name.startswith("Checksum")]
    assert sums, head
    part = api.get_object(Bucket="photos", Key="a/one two+é.txt", Range="bytes=6-")
    equal((part["Body"].read(), part["ContentRange"]), (b"world", "bytes 6-10/11"))
    equal(body(api, "photos", "a/one two+é.txt", Range="bytes=-3"), b"rld")
    refused("InvalidRange", 416, "not satisfiable", api.get_object, Bucket="photos",
            Key="a/one two+é.txt", Range="bytes=11-")
    refused("NoSuchKey", 404, "does not exist", api.get_object, Bucket="photos", Key="none")
    refused("404", 404, "", api.head_object, Bucket="photos", Key="none")
    refused("NoSuchBucket", 404, "does not exist", api.get_object, Bucket="nowhere", Key="none")
    # Conditions.
    refused("PreconditionFailed", 412, "", api.put_object, Bucket="photos",
            Key="a/one two+é.txt", Body=b"", IfNoneMatch="*")
    refused("304", 304, "", api.get_object, Bucket="photos", Key="a/one two+é.txt",
            IfNoneMatch=put["ETag"])
    refused("PreconditionFailed", 412, "", api.get_object, Bucket="photos",
            Key="a/one two+é.txt", IfMatch='"other"')
    # Sums that are wrong are refused, and change nothing.
    refused("BadDigest", 400, "", api.put_object, Bucket="photos", Key="bad", Body=b"x",
            ChecksumSHA256="LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=")
    refused("BadDigest", 400, "", api.put_object, Bucket="photos", Key="bad", Body=b"x",
            ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    for name in ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]:
        try:
            made = api.put_object(Bucket="photos", Key="sum", Body=b"summed",
                                  ChecksumAlgorithm=name)
        except Exception as error:  # Some need a library that is not there.
            assert "crt" in str(error), error
            continue
        assert made[f"Checksum{name}"], made
        equal(body(api, "photos", "sum", ChecksumMode="ENABLED"), b"summed")
    # Copies share content, and outlive what they were copied from.
    api.copy_object(Bucket="photos", Key="copy", CopySource={"Bucket": "photos",
                                                             "Key": "a/one two+é.txt"})
    equal(api.head_object(Bucket="photos", Key="copy")["Metadata"], {"colour": "red"})
    api.copy_object(Bucket="photos", Key="copy", CopySource="photos/copy",
                    MetadataDirective="REPLACE", Metadata={"colour": "blue"})
    api.delete_object(Bucket="photos", Key="a/one two+é.txt")
    equal(body(api, "photos", "copy"), b"hello world")
    equal(api.head_object(Bucket="photos", Key="copy")["Metadata"], {"colour": "blue"})
    refused("InvalidRequest", 400, "copy an object to itself", api.copy_object, Bucket="photos",
            Key="copy", CopySource="photos/copy")
    # Tags.
    api.put_object_tagging(Bucket="photos", Key="copy", Tagging={"TagSet": [
        {"Key": "a", "Value": "b"}]})
    equal(api.get_object_tagging(Bucket="photos", Key="copy")["TagSet"],
          [{"Key": "a", "Value": "b"}])
    api.delete_object_tagging(Bucket="photos", Key="copy")
    refused("NoSuchTagSet", 404, "", api.get_bucket_tagging, Bucket="photos")
    api.put_bucket_tagging(Bucket="photos", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    equal(api.get_bucket_tagging(Bucket="photos")["TagSet"], [{"Key": "k", "Value": "v"}])
    # What is not served says so.
    refused("NotImplemented", 501, "", api.put_bucket_acl, Bucket="photos", ACL="private")
    refused("BucketNotEmpty", 409, "", api.delete_bucket, Bucket="photos")
    many = {"Objects": [{"Key": "copy"}, {"Key": "sum"}, {"Key": "never was"}]}
    equal(len(api.delete_objects(Bucket="photos", Delete=many)["Deleted"]), 3)
    api.delete_bucket(Bucket="photos")
    refused("404", 404, "", api.head_bucket, Bucket="photos")
    refused("InvalidBucketName", 400, "", api.create_bucket, Bucket="Not_A_Name")
    api.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    equal(api.get_bucket_location(Bucket="far")["LocationConstraint"], "eu-west-1")


def settings():
    """What CDK, SAM and Terraform set and ask of a bucket."""
    api = s3()
    api.create_bucket(Bucket="set")
    name = {"Bucket": "set"}
    no = lambda code, status, part, call, one: refused(code, status, part, lambda: call(one))
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BucketKeyEnabled": False}
    encryption = lambda: api.get_bucket_encryption(**name)["ServerSideEncryptionConfiguration"]
    put = lambda *rules: api.put_bucket_encryption(
        ServerSideEncryptionConfiguration={"Rules": list(rules)}, **name)
    equal(encryption(), {"Rules": [rule]})
    put({**rule, "BucketKeyEnabled": True})
    equal(encryption()["Rules"][0]["BucketKeyEnabled"], True)
    api.delete_bucket_encryption(**name)
    equal(encryption(), {"Rules": [rule]})
    object_ = {"Key": "k", "Body": b"x", "ServerSideEncryption": "aws:kms", **name}
    refused("NotImplemented", 501, "encrypts no objects", api.put_object, **object_)
    kms = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/k"},
           "BucketKeyEnabled": False}
    put(kms)
    equal(encryption(), {"Rules": [kms]})
    api.put_object(**object_)
    api.delete_object(Key="k", **name)
    refused("InvalidArgument", 400, "not applicable", lambda: put({
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "k"}}))
    put(rule)
    equal(encryption(), {"Rules": [rule]})
    refused("NotImplemented", 501, "encrypts no objects", api.put_object, **object_)
    refused("MalformedXML", 400, "", lambda: put(rule, rule))
    no("MalformedXML", 400, "", put,
       {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "ROT13"}})

    block = lambda: api.get_public_access_block(**name)["PublicAccessBlockConfiguration"]
    every = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
    equal(block(), dict.fromkeys(every, True))
    api.put_public_access_block(PublicAccessBlockConfiguration={"BlockPublicPolicy": True}, **name)
    equal(block(), {**dict.fromkeys(every, False), "BlockPublicPolicy": True})
    api.delete_public_access_block(**name)
    refused("NoSuchPublicAccessBlockConfiguration", 404, "", api.get_public_access_block, **name)

    owner = lambda: api.get_bucket_ownership_controls(**name)["OwnershipControls"]["Rules"]
    own = lambda name_: api.put_bucket_ownership_controls(
        OwnershipControls={"Rules": [{"ObjectOwnership": name_}]}, **name)
    equal(owner(), [{"ObjectOwnership": "BucketOwnerEnforced"}])
    own("ObjectWriter")
    equal(owner(), [{"ObjectOwnership": "ObjectWriter"}])
    no("MalformedXML", 400, "", own, "Nobody")
    api.delete_bucket_ownership_controls(**name)
    refused("OwnershipControlsNotFoundError", 404, "", api.get_bucket_ownership_controls, **name)

    refused("NoSuchLifecycleConfiguration", 404, "", api.get_bucket_lifecycle_configuration, **name)
    lifecycle = {"Rules": [
        {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 7}},
        {"ID": "parts", "Status": "Disabled", "Filter": {"Prefix": ""},
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]}
    live = lambda configuration: api.put_bucket_lifecycle_configuration(
        LifecycleConfiguration=configuration, **name)
    live(lifecycle)
    equal(api.get_bucket_lifecycle_configuration(**name)["Rules"], lifecycle["Rules"])
    no("InvalidArgument", 400, "unique", live, {"Rules": [lifecycle["Rules"][0]] * 2})
    no("MalformedXML", 400, "", live, {"Rules": []})
    no("MalformedXML", 400, "", live, {"Rules": [{**lifecycle["Rules"][0], "Status": "On"}]})
    equal(api.get_bucket_lifecycle_configuration(**name)["Rules"], lifecycle["Rules"])
    api.delete_bucket_lifecycle(**name)
    refused("NoSuchLifecycleConfiguration", 404, "", api.get_bucket_lifecycle_configuration, **name)

    acl = api.get_bucket_acl(**name)
    equal([(one["Permission"], one["Grantee"]["ID"], one["Grantee"]["Type"])
           for one in acl["Grants"]], [("FULL_CONTROL", acl["Owner"]["ID"], "CanonicalUser")])
    refused("NoSuchBucketPolicy", 404, "", api.get_bucket_policy_status, **name)
    api.put_bucket_policy(Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
         "Resource": ["arn:aws:s3:::set", "arn:aws:s3:::set/*"],
         "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}]}), **name)
    equal(api.get_bucket_policy_status(**name)["PolicyStatus"], {"IsPublic": False})
    assert "LoggingEnabled" not in api.get_bucket_logging(**name)
    equal(api.get_bucket_request_payment(**name)["Payer"], "BucketOwner")
    assert "Status" not in api.get_bucket_accelerate_configuration(**name)
    refused("NoSuchWebsiteConfiguration", 404, "", api.get_bucket_website, **name)
    refused("NoSuchCORSConfiguration", 404, "", api.get_bucket_cors, **name)
    refused("ReplicationConfigurationNotFoundError", 404, "", api.get_bucket_replication, **name)
    refused("ObjectLockConfigurationNotFoundError", 404, "", api.get_object_lock_configuration,
            **name)
    # Pages of other origins: what a browser asks first, and what it is answered then.
    def asked(method, origin, url, **more):
        import http.client
        host = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
        connection = http.client.HTTPConnection(host)
        connection.request(method, url, headers={"Origin": origin, **more})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Access-Control-Allow-Origin")

    page, put_first = "https://app.example.com", {"Access-Control-Request-Method": "PUT"}
    equal(asked("OPTIONS", page, "/set/k", **put_first), (403, None))
    cors = {"CORSRules": [{"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["PUT", "GET"],
                           "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60}]}
    api.put_bucket_cors(CORSConfiguration=cors, **name)
    equal(api.get_bucket_cors(**name)["CORSRules"], cors["CORSRules"])
    equal(asked("OPTIONS", page, "/set/k", **put_first), (200, page))
    equal(asked("OPTIONS", "https://evil.example", "/set/k", **put_first), (403, None))
    equal(asked("OPTIONS", page, "/set/k"), (400, None))
    signed = boto3.client("s3", config=s3config.merge(Config(signature_version="s3v4")))
    url = signed.generate_presigned_url("put_object", Params={**name, "Key": "k"})
    target = "/set" + url.split("/set", 1)[1]
    equal(asked("OPTIONS", page, target, **put_first), (200, page))
    equal(asked("PUT", page, target), (200, page))
    equal(asked("PUT", "https://evil.example", target), (200, None))
    no("InvalidRequest", 400, "unsupported HTTP method", lambda rule: api.put_bucket_cors(
        CORSConfiguration={"CORSRules": [rule]}, **name),
       {"AllowedOrigins": ["*"], "AllowedMethods": ["PATCH"]})
    api.delete_bucket_cors(**name)
    equal(asked("OPTIONS", page, "/set/k", **put_first), (403, None))
    for call in ["get_bucket_encryption", "get_bucket_cors", "get_bucket_acl"]:
        refused("NoSuchBucket", 404, "", getattr(api, call), Bucket="nowhere")


def listings():
    api = s3()
    api.create_bucket(Bucket="lists")
    names = ["a", "b/1", "b/2", "b/c/3", "d e", "é", "f+g"]
    for name in names:
        api.put_object(Bucket="lists", Key=name, Body=b"")
    equal(keys(api.list_objects_v2(Bucket="lists")), sorted(names, key=str.encode))
    page = api.list_objects_v2(Bucket="lists", Delimiter="/")
    equal(keys(page), ["a", "d e", "f+g", "é"])
    equal([one["Prefix"] for one in page["CommonPrefixes"]], ["b/"])
    equal(keys(api.list_objects_v2(Bucket="lists", Prefix="b/", Delimiter="/")), ["b/1", "b/2"])
    for call, options in [("list_objects_v2", {"Delimiter": "/"}), ("list_objects", {}),
                          ("list_objects", {"Delimiter": "/"})]:
        pages = api.get_paginator(call).paginate(
            Bucket="lists", PaginationConfig={"PageSize": 2}, **options)
        found, prefixes = [], []
        for page in pages:
            found += keys(page)
            prefixes += [one["Prefix"] for one in page.get("CommonPrefixes", [])]
        equal(len(found) + len(prefixes), 5 if options else 7)
    equal(keys(api.list_objects_v2(Bucket="lists", StartAfter="b/c/3")), ["d e", "f+g", "é"])
    empty = api.list_objects_v2(Bucket="lists", MaxKeys=0)
    equal((empty["KeyCount"], empty["IsTruncated"]), (0, False))
    refused("InvalidArgument", 400, "", api.list_objects_v2, Bucket="lists",
            ContinuationToken="!!")


def parts():
    api = s3()
    api.create_bucket(Bucket="large")
    content = os.urandom(MIB) * 12 + b"end"
    transfer = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    api.upload_fileobj(io.BytesIO(content), "large", "file", Config=transfer,
                       ExtraArgs={"ContentType": "image/png", "Metadata": {"a": "b"}})
    head = api.head_object(Bucket="large", Key="file")
    equal((head["ContentLength"], head["ContentType"]), (len(content), "image/png"))
    assert head["ETag"].endswith('-3"'), head
    got = io.BytesIO()
    api.download_fileobj("large", "file", got, Config=transfer)
    assert got.getvalue() == content
    # Over the border of parts.
    at = 5 * MIB - 4
    equal(body(api, "large", "file", Range=f"bytes={at}-{at + 9}"), content[at:at + 10])
    second = api.get_object(Bucket="large", Key="file", PartNumber=3)
    equal((second["Body"].read(), second["PartsCount"]), (content[10 * MIB:], 3))
    # By hand, with a part that is a copy, and a sum of the whole.
    upload = api.create_multipart_upload(Bucket="large", Key="made", ChecksumAlgorithm="CRC32",
                                         ChecksumType="FULL_OBJECT")["UploadId"]
    where = {"Bucket": "large", "Key": "made", "UploadId": upload}
    copied = api.upload_part_copy(PartNumber=1, CopySource="large/file",
                                  CopySourceRange=f"bytes=0-{5 * MIB - 1}", **where)
    last = api.upload_part(PartNumber=2, Body=b"tail", ChecksumAlgorithm="CRC32", **where)
    listed = api.list_parts(**where)
    equal([(one["PartNumber"], one["Size"]) for one in listed["Parts"]], [(1, 5 * MIB), (2, 4)])
    uploads = api.list_multipart_uploads(Bucket="large")["Uploads"]
    equal([one["Key"] for one in uploads], ["made"])
    whole = content[:5 * MIB] + b"tail"
    both = [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]},
            {"PartNumber": 2, "ETag": last["ETag"]}]
    refused("InvalidPartOrder", 400, "", api.complete_multipart_upload,
            MultipartUpload={"Parts": both[::-1]}, **where)
    refused("InvalidPart", 400, "", api.complete_multipart_upload,
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": '"no"'}]}, **where)
    done = api.complete_multipart_upload(MultipartUpload={"Parts": both}, **where)
    # Who missed the answer asks again.
    again = api.complete_multipart_upload(MultipartUpload={"Parts": both}, **where)
    for name in ["ETag", "Location", "ChecksumCRC32", "Key"]:
        equal(again[name], done[name])
    refused("NoSuchUpload", 404, "", api.complete_multipart_upload,
            MultipartUpload={"Parts": both[:1]}, **where)
    refused("NoSuchUpload", 404, "", api.complete_multipart_upload,
            MultipartUpload={"Parts": both}, **{**where, "Key": "other"})
    import base64
    equal(done["ChecksumCRC32"], base64.b64encode(zlib.crc32(whole).to_bytes(4, "big")).decode())
    assert body(api, "large", "made", ChecksumMode="ENABLED") == whole
    api.copy({"Bucket": "large", "Key": "made"}, "large", "again", Config=transfer)
    assert body(api, "large", "again") == whole
    refused("NoSuchUpload", 404, "", api.list_parts, **where)
    # Given up.
    upload = api.create_multipart_upload(Bucket="large", Key="never")["UploadId"]
    where = {"Bucket": "large", "Key": "never", "UploadId": upload}
    small = [api.upload_part(PartNumber=n, Body=b"small", **where)["ETag"] for n in (1, 2)]
    tiny = {"Parts": [{"PartNumber": n + 1, "ETag": tag} for n, tag in enumerate(small)]}
    refused("EntityTooSmall", 400, "", api.complete_multipart_upload, MultipartUpload=tiny, **where)
    api.abort_multipart_upload(**where)
    equal(api.list_multipart_uploads(Bucket="large").get("Uploads"), None)


def versions():
    api = s3()
    api.create_bucket(Bucket="kept")
    api.put_object(Bucket="kept", Key="k", Body=b"zero")
    equal(api.get_bucket_versioning(Bucket="kept").get("Status"), None)
    api.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    one = api.put_object(Bucket="kept", Key="k", Body=b"one")["VersionId"]
    two = api.put_object(Bucket="kept", Key="k", Body=b"two")["VersionId"]
    equal(body(api, "kept", "k"), b"two")
    equal(body(api, "kept", "k", VersionId=one), b"one")
    equal(body(api, "kept", "k", VersionId="null"), b"zero")
    marker = api.delete_object(Bucket="kept", Key="k")
    assert marker["DeleteMarker"], marker
    refused("NoSuchKey", 404, "", api.get_object, Bucket="kept", Key="k")
    refused("MethodNotAllowed", 405, "", api.get_object, Bucket="kept", Key="k",
            VersionId=marker["VersionId"])
    equal(keys(api.list_objects_v2(Bucket="kept")), [])
    listed = api.list_object_versions(Bucket="kept")
    equal([(one["VersionId"], one["IsLatest"]) for one in listed["Versions"]],
          [(two, False), (one, False), ("null", False)])
    equal([one["IsLatest"] for one in listed["DeleteMarkers"]], [True])
    pages = api.get_paginator("list_object_versions").paginate(
        Bucket="kept", PaginationConfig={"PageSize": 1})
    equal(sum(len(p.get("Versions", [])) + len(p.get("DeleteMarkers", [])) for p in pages), 4)
    api.delete_object(Bucket="kept", Key="k", VersionId=marker["VersionId"])
    equal(body(api, "kept", "k"), b"two")
    api.delete_object(Bucket="kept", Key="k", VersionId=two)
    equal(body(api, "kept", "k"), b"one")
    api.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Suspended"})
    api.put_object(Bucket="kept", Key="k", Body=b"null again")
    equal(len(api.list_object_versions(Bucket="kept")["Versions"]), 2)
    refused("NoSuchVersion", 404, "", api.get_object, Bucket="kept", Key="k", VersionId="no")
    refused("BucketNotEmpty", 409, "", api.delete_bucket, Bucket="kept")


def fetched(url, method="GET", data=None, headers={}):
    request = urllib.request.Request(url, method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def presigned():
    api = s3()
    api.create_bucket(Bucket="shared")
    where = {"Bucket": "shared", "Key": "a b/ü.txt"}
    signed = boto3.client("s3", config=s3config.merge(Config(signature_version="s3v4")))
    put = signed.generate_presigned_url("put_object", Params=where)
    equal(fetched(put, "PUT", b"by hand")[0], 200)
    get = signed.generate_presigned_url("get_object", Params={
        **where, "ResponseContentType": "text/x"})
    equal(fetched(get), (200, b"by hand"))
    # What is signed stays as it is, and nothing is slipped in.
    status, text = fetched(get.replace("text%2Fx", "text%2Fy"))
    assert status == 403 and b"SignatureDoesNotMatch" in text, text
    status, text = fetched(put, "PUT", b"", {"x-amz-copy-source": "shared/other"})
    assert status == 403, text
    status, text = fetched(signed.generate_presigned_url("get_object", Params=where, ExpiresIn=-1))
    assert status in (400, 403), text
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    status, text = fetched(f"{endpoint}/shared/a%20b/%C3%BC.txt")
    assert status == 403, (status, text)
    # Version 2 of signatures is not taken.
    status, text = fetched(f"{endpoint}/shared/x?AWSAccessKeyId=a&Signature=b&Expires=9999999999")
    assert status == 403 or status == 400, (status, text)
    # Everybody may read what a policy says they may, and nothing else, once public policies are taken.
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
         "Resource": "arn:aws:s3:::shared/a b/*"}]})
    refused("AccessDenied", 403, "BlockPublicPolicy", api.put_bucket_policy, Bucket="shared",
            Policy=policy)
    api.delete_public_access_block(Bucket="shared")
    api.put_bucket_policy(Bucket="shared", Policy=policy)
    equal(api.get_bucket_policy_status(Bucket="shared")["PolicyStatus"], {"IsPublic": True})
    some = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False}
    block = lambda restrict: api.put_public_access_block(
        Bucket="shared", PublicAccessBlockConfiguration={**some, "RestrictPublicBuckets": restrict})
    block(True)
    equal(fetched(f"{endpoint}/shared/a%20b/%C3%BC.txt")[0], 403)
    block(False)
    equal(fetched(f"{endpoint}/shared/a%20b/%C3%BC.txt"), (200, b"by hand"))
    equal(fetched(f"{endpoint}/shared/other")[0], 403)
    equal(fetched(f"{endpoint}/shared/a%20b/%C3%BC.txt", "PUT", b"mine now")[0], 403)
    equal(fetched(f"{endpoint}/shared?list-type=2")[0], 403)
    refused("MalformedPolicy", 400, "", api.put_bucket_policy, Bucket="shared", Policy="{}")
    # By host name.
    port = endpoint.rsplit(":", 1)[1]
    host = {"Host": f"shared.s3.localhost:{port}"}
    equal(fetched(f"{endpoint}/a%20b/%C3%BC.txt", headers=host), (200, b"by hand"))


def rights():
    api = s3()
    api.create_bucket(Bucket="mine")
    api.put_object(Bucket="mine", Key="open/a", Body=b"a")
    api.put_object(Bucket="mine", Key="shut/a", Body=b"a")
    iam = boto3.client("iam", config=config)
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
             "Resource": "arn:aws:s3:::mine/open/*"},
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::mine",
             "Condition": {"StringEquals": {"s3:prefix": "open/"}}}]}))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = s3(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    equal(body(reader, "mine", "open/a"), b"a")
    denied = lambda call, **arguments: refused("AccessDenied", 403, "", call, **arguments)
    denied(reader.get_object, Bucket="mine", Key="shut/a")
    denied(reader.list_objects_v2, Bucket="mine")
    equal(keys(reader.list_objects_v2(Bucket="mine", Prefix="open/")), ["open/a"])
    denied(reader.list_buckets)
    denied(reader.create_bucket, Bucket="another")
    # A copy needs leave to read, and each key of many leave of its own.
    denied(reader.copy_object, Bucket="mine", Key="open/b", CopySource="mine/shut/a")
    many = {"Objects": [{"Key": "open/none"}, {"Key": "shut/a"}]}
    answer = reader.delete_objects(Bucket="mine", Delete=many)
    equal([(one["Key"], one["Code"]) for one in answer["Errors"]], [("shut/a", "AccessDenied")])
    # Who may not list does not learn what is not there.
    denied(reader.get_object, Bucket="mine", Key="open/none")
    denied(api.get_object, Bucket="mine", Key="open/a", ExpectedBucketOwner="111111111111")
    equal(body(api, "mine", "open/a", ExpectedBucketOwner="123456789012"), b"a")
    # A stranger's key, and a wrong secret.
    stranger = s3(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x")
    refused("InvalidAccessKeyId", 403, "", stranger.list_buckets)
    wrong = s3(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key="x")
    refused("SignatureDoesNotMatch", 403, "", wrong.list_buckets)


def awaited(what, ask):
    import time
    for _ in range(300):
        found = ask()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come")


def notify():
    api, sqs, functions = s3(), boto3.client("sqs", config=config), client()
    api.create_bucket(Bucket="photos")
    url = sqs.create_queue(QueueName="changes")["QueueUrl"]
    queue = "arn:aws:sqs:us-east-1:123456789012:changes"
    rule = {"QueueArn": queue, "Id": "all", "Events": ["s3:ObjectRemoved:*", "s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "out/"},
                                               {"Name": "suffix", "Value": ".txt"}]}}}
    put = lambda **more: api.put_bucket_notification_configuration(
        Bucket="photos", NotificationConfiguration=more)
    refused("InvalidArgument", 400, "Unable to validate", put, QueueConfigurations=[rule])
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage", "Resource": queue,
            "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::photos"}}}]})})
    refused("InvalidArgument", 400, "overlap", put,
            QueueConfigurations=[rule, {**rule, "Id": "again"}])
    put(QueueConfigurations=[rule])
    got = api.get_bucket_notification_configuration(Bucket="photos")["QueueConfigurations"]
    equal((got[0]["Id"], got[0]["QueueArn"]), ("all", queue))

    def message():
        got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        for one in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
            return json.loads(one["Body"])

    test = awaited("the test event", message)
    equal((test["Event"], test["Bucket"]), ("s3:TestEvent", "photos"))
    made = api.put_object(Bucket="photos", Key="out/a b.txt", Body=b"hello")
    record = awaited("the event", message)["Records"][0]
    equal((record["eventName"], record["eventSource"], record["eventVersion"]),
          ("ObjectCreated:Put", "aws:s3", "2.1"))
    what = record["s3"]
    equal((what["configurationId"], what["object"]["key"], what["object"]["size"]),
          ("all", "out/a+b.txt", 5))
    equal(f'"{what["object"]["eTag"]}"', made["ETag"])
    api.delete_object(Bucket="photos", Key="out/a b.txt")
    gone = awaited("the other event", message)["Records"][0]
    equal(gone["eventName"], "ObjectRemoved:Delete")
    assert gone["s3"]["object"]["sequencer"] > what["object"]["sequencer"], gone
    # To the account's bus, and from there by a rule.
    put(EventBridgeConfiguration={})
    bus = boto3.client("events", config=config)
    bus.put_rule(Name="made", EventPattern=json.dumps({
        "source": ["aws.s3"], "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["photos"]}, "object": {"key": [{"prefix": "bus/"}]}}}))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage", "Resource": queue}]})})
    bus.put_targets(Rule="made", Targets=[{"Id": "q", "Arn": queue}])
    api.put_object(Bucket="photos", Key="bus/a b", Body=b"hello")
    event = awaited("the event by the bus", message)
    equal((event["source"], event["detail-type"], event["resources"]),
          ("aws.s3", "Object Created", ["arn:aws:s3:::photos"]))
    equal((event["detail"]["object"]["key"], event["detail"]["reason"]), ("bus/a b", "PutObject"))
    # To a function, which reads what came and writes what it makes of it. Its code is in a bucket.
    make_role("s3:GetObject", "s3:PutObject")
    api.put_object(Bucket="photos", Key="code.zip", Body=zipped(index_js="export const handler = "
                   "async (event) => console.log(JSON.stringify(event));"))
    code = {"S3Bucket": "photos", "S3Key": "code.zip"}
    make = lambda name, source: functions.create_function(
        FunctionName=name, Runtime=NODE, Role=ROLE, Handler="index.handler", Code=source)
    refused("InvalidParameterValueException", 400, "NoSuchKey", make, name="none",
            source={"S3Bucket": "photos", "S3Key": "none.zip"})
    refused("InvalidParameterValueException", 400, "NoSuchBucket", make, name="none",
            source={"S3Bucket": "nowhere", "S3Key": "none.zip"})
    arn = make("watch", code)["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(
        FunctionName="watch", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    to = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:Put"],
          "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "in/"}]}}}
    refused("InvalidArgument", 400, "Unable to validate", put, LambdaFunctionConfigurations=[to])
    functions.add_permission(FunctionName="watch", StatementId="s", Principal="s3.amazonaws.com",
                             Action="lambda:InvokeFunction", SourceArn="arn:aws:s3:::photos")
    put(LambdaFunctionConfigurations=[to])
    api.put_object(Bucket="photos", Key="in/picture", Body=b"pixels")
    logs = boto3.client("logs", config=config)

    def logged():
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/watch")["events"]
        except ClientError:
            return None
        return [one["message"] for one in events if "in/picture" in one["message"]]

    assert "ObjectCreated:Put" in awaited("the invocation", logged)[0]
    functions.update_function_code(FunctionName="watch", **code)


def before():
    api = s3()
    api.create_bucket(Bucket="lasting")
    api.put_bucket_versioning(Bucket="lasting", VersioningConfiguration={"Status": "Enabled"})
    for text in [b"one", b"two"]:
        api.put_object(Bucket="lasting", Key="k", Body=text, Tagging="a=b")
    api.copy_object(Bucket="lasting", Key="copy", CopySource="lasting/k")
    where = {"Bucket": "lasting", "Key": "parts"}
    upload = api.create_multipart_upload(**where)["UploadId"]
    api.upload_part(UploadId=upload, PartNumber=1, Body=b"part", **where)


def after():
    api = s3()
    equal(body(api, "lasting", "k"), b"two")
    equal(body(api, "lasting", "copy"), b"two")
    versions = api.list_object_versions(Bucket="lasting", Prefix="k")["Versions"]
    equal([body(api, "lasting", "k", VersionId=one["VersionId"]) for one in versions],
          [b"two", b"one"])
    equal(api.get_object_tagging(Bucket="lasting", Key="k")["TagSet"], [{"Key": "a", "Value": "b"}])
    upload = api.list_multipart_uploads(Bucket="lasting")["Uploads"][0]["UploadId"]
    where = {"Bucket": "lasting", "Key": "parts", "UploadId": upload}
    tag = api.list_parts(**where)["Parts"][0]["ETag"]
    api.complete_multipart_upload(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]}, **where)
    equal(body(api, "lasting", "parts"), b"part")


globals()[sys.argv[1]]()
print("done")
