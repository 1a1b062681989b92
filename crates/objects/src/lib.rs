//! S3: buckets and objects, on s3s.
#![forbid(unsafe_code)]
