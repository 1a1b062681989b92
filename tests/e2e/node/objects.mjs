// S3 through @aws-sdk/client-s3, with its own checksums, and through what is built on it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  CopyObjectCommand, CreateBucketCommand, DeleteObjectsCommand, GetObjectCommand, GetObjectTaggingCommand,
  HeadObjectCommand, ListObjectVersionsCommand, NoSuchKey, PutBucketVersioningCommand, PutObjectCommand,
  PutObjectTaggingCommand, S3Client, S3ServiceException, paginateListObjectsV2, waitUntilObjectExists,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const Bucket = "from-js";
const s3 = new S3Client({ forcePathStyle: true, maxAttempts: 1 });
const text = async (Key, more) => (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body.transformToString();

await s3.send(new CreateBucketCommand({ Bucket }));
const put = await s3.send(new PutObjectCommand({ Bucket, Key: "a/ü b+c.txt", Body: "hello world", Metadata: { a: "b" } }));
assert.ok(put.ChecksumCRC32, JSON.stringify(put));
await waitUntilObjectExists({ client: s3, maxWaitTime: 30 }, { Bucket, Key: "a/ü b+c.txt" });
assert.equal(await text("a/ü b+c.txt"), "hello world");
assert.equal(await text("a/ü b+c.txt", { Range: "bytes=6-8" }), "wor");
await assert.rejects(text("none"), (error) => error instanceof NoSuchKey);

// A stream has no length that is known before: chunks, and the checksum in a trailer.
const streamed = Readable.from([Buffer.from("one "), Buffer.from("two")]);
await s3.send(new PutObjectCommand({ Bucket, Key: "streamed", Body: streamed, ContentLength: 7, ChecksumAlgorithm: "SHA256" }));
const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "streamed", ChecksumMode: "ENABLED" }));
assert.equal(head.ContentEncoding, undefined);
assert.equal(head.ContentLength, 7);
assert.ok(head.ChecksumSHA256, JSON.stringify(head));
assert.equal(await text("streamed", { ChecksumMode: "ENABLED" }), "one two");

// In parts, from a stream of unknown length.
const large = randomBytes(11 << 20);
const pieces = function* () { for (let at = 0; at < large.length; at += 1 << 20) yield large.subarray(at, at + (1 << 20)); };
const done = await new Upload({ client: s3, params: { Bucket, Key: "large", Body: Readable.from(pieces()) }, partSize: 5 << 20 }).done();
assert.match(done.ETag, /-3"$/);
const got = await s3.send(new GetObjectCommand({ Bucket, Key: "large" }));
assert.ok(large.equals(Buffer.from(await got.Body.transformToByteArray())));

await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/streamed` }));
await s3.send(new PutObjectTaggingCommand({ Bucket, Key: "copy", Tagging: { TagSet: [{ Key: "k", Value: "v" }] } }));
assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "copy" }))).TagSet, [{ Key: "k", Value: "v" }]);
const keys = [];
for await (const page of paginateListObjectsV2({ client: s3, pageSize: 3 }, { Bucket })) keys.push(...page.Contents.map(({ Key }) => Key));
assert.deepEqual(keys, ["a/ü b+c.txt", "copy", "large", "streamed"]);

await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: "copy", Body: "newer" }));
const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: "copy" }));
assert.deepEqual(Versions.map((one) => one.VersionId), [VersionId, "null"]);
assert.equal(await text("copy", { VersionId: "null" }), "one two");

// Addresses that somebody without a key may use, for a while and for that alone.
const to = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "by hand", ContentType: "text/x" }), { expiresIn: 60 });
assert.equal((await fetch(to, { method: "PUT", body: "by hand", headers: { "content-type": "text/x" } })).status, 200);
const from = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "by hand" }), { expiresIn: 60 });
const fetched = await fetch(from);
assert.deepEqual([fetched.status, fetched.headers.get("content-type"), await fetched.text()], [200, "text/x", "by hand"]);
assert.equal((await fetch(from.replace("by%20hand", "copy"))).status, 403);

const Delete = { Objects: [{ Key: "large" }, { Key: "streamed" }] };
assert.equal((await s3.send(new DeleteObjectsCommand({ Bucket, Delete }))).Deleted.length, 2);
const bad = new PutObjectCommand({ Bucket, Key: "bad", Body: "x", ChecksumCRC32: "AAAAAA==" });
await assert.rejects(s3.send(bad), (error) => error instanceof S3ServiceException && error.name === "BadDigest");
console.log("done");
