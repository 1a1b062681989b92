"""An image is uploaded, a function makes a thumbnail of it, and that is watched from outside. The
function's code comes from a bucket, the SDK it uses from a layer, which comes from there too."""

import io
import os
import sys
import zipfile
from pathlib import Path

from PIL import Image

from kit import *

PYTHON = os.environ["PYTHON_RUNTIME"]
SOURCE = """
import io, urllib.parse
import boto3
from PIL import Image

s3 = boto3.client("s3")

def handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        image = Image.open(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
        image.thumbnail((64, 64))
        out = io.BytesIO()
        image.save(out, "PNG")
        s3.put_object(Bucket=bucket, Key="thumbnails/" + key.split("/", 1)[1], Body=out.getvalue(),
                      ContentType="image/png", Metadata={"of": record["s3"]["object"]["eTag"]})
"""


def code():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        images = Path(sys.argv[1])
        for path in images.rglob("*"):
            if path.is_file():
                archive.write(path, path.relative_to(images))
        archive.writestr("app.py", SOURCE)
    return out.getvalue()


s3, functions = boto3.client("s3", config=config), client()
iam = boto3.client("iam", config=config)
s3.create_bucket(Bucket="deploys")
s3.put_bucket_versioning(Bucket="deploys", VersioningConfiguration={"Status": "Enabled"})
s3.create_bucket(Bucket="photos")
trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
document = lambda *statements: json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
iam.create_role(RoleName="lambda", AssumeRolePolicyDocument=document(trust))
iam.put_role_policy(RoleName="lambda", PolicyName="p", PolicyDocument=document(
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/uploads/*"},
    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::photos/thumbnails/*"}))

# A layer from a bucket: what is there, and which version.
named = {"S3Bucket": "deploys", "S3Key": "sdk.zip"}
publish = lambda **content: functions.publish_layer_version(LayerName="sdk", Content=content)
refused("InvalidParameterValueException", 400, "NoSuchKey", publish, **named)
version = s3.put_object(Bucket="deploys", Key="sdk.zip", Body=sdk_layer("s3", "sts"))["VersionId"]
s3.put_object(Bucket="deploys", Key="sdk.zip", Body=b"no zip at all")
refused("InvalidParameterValueException", 400, "", publish, **named)
refused("InvalidParameterValueException", 400, "NoSuchVersion", publish, S3ObjectVersion="none", **named)
sdk = publish(S3ObjectVersion=version, **named)["LayerVersionArn"]

# The same of a function.
place = {"S3Bucket": "deploys", "S3Key": "code.zip"}
place["S3ObjectVersion"] = s3.put_object(Bucket="deploys", Key="code.zip", Body=code())["VersionId"]
s3.delete_object(Bucket="deploys", Key="code.zip")
made = functions.create_function(FunctionName="thumbnail", Runtime=PYTHON, Role=ROLE, Code=place,
                                 Handler="app.handler", Layers=[sdk], Timeout=60, MemorySize=512)
refused("InvalidParameterValueException", 400, "NoSuchKey", functions.update_function_code,
        FunctionName="thumbnail", S3Bucket="deploys", S3Key="code.zip")
functions.get_waiter("function_active_v2").wait(
    FunctionName="thumbnail", WaiterConfig={"Delay": 1, "MaxAttempts": 60})

# Who may not read the object cannot deploy it either.
iam.create_user(UserName="deployer")
iam.put_user_policy(UserName="deployer", PolicyName="p", PolicyDocument=document(
    {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}))
key = iam.create_access_key(UserName="deployer")["AccessKey"]
deployer = client(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
refused("AccessDeniedException", 403, "GetObject", deployer.update_function_code,
        FunctionName="thumbnail", **place)

functions.add_permission(FunctionName="thumbnail", StatementId="s3", Action="lambda:InvokeFunction",
                         Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::photos")
s3.put_bucket_notification_configuration(Bucket="photos", NotificationConfiguration={
    "LambdaFunctionConfigurations": [{
        "LambdaFunctionArn": made["FunctionArn"], "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "uploads/"},
                                           {"Name": "suffix", "Value": ".png"}]}}}]})
picture = io.BytesIO()
Image.linear_gradient("L").resize((640, 480)).save(picture, "PNG")
put = s3.put_object(Bucket="photos", Key="uploads/a picture+é.png", Body=picture.getvalue())
s3.get_waiter("object_exists").wait(Bucket="photos", Key="thumbnails/a picture+é.png",
                                    WaiterConfig={"Delay": 1, "MaxAttempts": 60})
small = s3.get_object(Bucket="photos", Key="thumbnails/a picture+é.png")
equal((small["ContentType"], f'"{small["Metadata"]["of"]}"'), ("image/png", put["ETag"]))
equal(Image.open(io.BytesIO(small["Body"].read())).size, (64, 48))
print("done")
