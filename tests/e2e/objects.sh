# S3 by the aws CLI, as a person types it: in an empty folder, with $AWS for aws.
export AWS_PAGER="" AWS_MAX_ATTEMPTS=1
aws() { "$AWS" "$@"; }
says() { echo "$1" | grep -q -- "$2" || { echo "wanted $2 in: $1"; exit 1; }; }
fails() { want=$1; shift; if said=$(aws "$@" 2>&1); then echo "went well: $*"; exit 1; fi; says "$said" "$want"; }

aws s3 mb s3://shell
mkdir -p site/deep
echo hello >site/index.html
echo deep >"site/deep/a b é.txt"
head -c 18000000 /dev/urandom >site/large.bin
# A sync compares whole seconds: what was written in the second it is uploaded in would go again.
find site -type f -exec touch -d 2020-01-01 {} +

aws s3 sync site s3://shell/site --no-progress
says "$(aws s3 sync site s3://shell/site --no-progress)x" '^x$'
says "$(aws s3 ls s3://shell/site/)" 'PRE deep/'
says "$(aws s3 ls s3://shell --recursive --summarize)" 'Total Objects: 3'
aws s3 cp s3://shell/site/large.bin back.bin --no-progress
cmp site/large.bin back.bin
aws s3 cp s3://shell/site/large.bin s3://shell/copy.bin --no-progress
aws s3 cp s3://shell/copy.bin - | cmp - site/large.bin
echo piped | aws s3 cp - s3://shell/piped
says "$(aws s3 cp s3://shell/piped -)" piped
aws s3 mv s3://shell/piped s3://shell/moved
fails 404 s3 cp s3://shell/piped none
rm "site/deep/a b é.txt"
aws s3 sync site s3://shell/site --delete --no-progress
fails 404 s3api head-object --bucket shell --key "site/deep/a b é.txt"

# This CLI signs addresses by version 2 unless it is told not to.
export AWS_CONFIG_FILE=$PWD/config
aws configure set default.s3.signature_version s3v4
python3 - "$(aws s3 presign s3://shell/moved)" <<'P'
import sys, urllib.request
assert urllib.request.urlopen(sys.argv[1]).read() == b"piped\n"
P

says "$(aws s3api get-object --bucket shell --key moved --range bytes=1-3 part)" 'bytes 1-3/6'
says "$(cat part)" '^ipe$'
says "$(aws s3api put-object --bucket shell --key sum --body part --checksum-algorithm SHA256)" ChecksumSHA256
says "$(aws s3api head-object --bucket shell --key sum --checksum-mode ENABLED)" ChecksumSHA256
aws s3api put-object-tagging --bucket shell --key sum --tagging 'TagSet=[{Key=a,Value=b}]'
says "$(aws s3api get-object-tagging --bucket shell --key sum --query 'TagSet[0].Value')" b
aws s3api put-bucket-versioning --bucket shell --versioning-configuration Status=Enabled
aws s3 rm s3://shell/sum
says "$(aws s3api list-object-versions --bucket shell --prefix sum --query 'DeleteMarkers[0].IsLatest')" true
fails NoSuchUpload s3api list-parts --bucket shell --key sum --upload-id none
aws s3api put-bucket-versioning --bucket shell --versioning-configuration Status=Suspended
fails BucketNotEmpty s3api delete-bucket --bucket shell

aws s3 mb s3://briefly
echo x | aws s3 cp - s3://briefly/x
aws s3 rb s3://briefly --force
fails NoSuchBucket s3 ls s3://briefly
echo done
