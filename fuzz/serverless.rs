//! What is done with a fuzzer's bytes where they are a Serverless template.

use fika_sam::{Context, expand};
use serde_json::{Map, Value};

/// The template is JSON, and from anybody.
pub fn template(bytes: &[u8]) {
    let Ok(given) = serde_json::from_slice::<Value>(bytes) else { return };
    let parameters = Map::new();
    let context =
        Context { region: "us-east-1", partition: "aws", parameters: &parameters, now: 1 };
    let once = expand(given.clone(), &context);
    let twice = expand(given, &context);
    assert_eq!(once, twice, "expanded twice, it is the same");
}
