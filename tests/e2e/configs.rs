//! Event invoke configs, function URLs, event source mappings and runtime management through boto3.

use crate::versions::walk;

#[test]
fn configurations_are_kept_and_told_as_on_aws() {
    walk("python/configs.py", "all");
}
