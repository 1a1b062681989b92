//! AWS's spellings as Rust's.

/// `KMSKeyArn` → `kms_key_arn`, `CodeSha256` → `code_sha256`, `S3Bucket` → `s3_bucket`.
pub fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            out.push('_');
            continue;
        }
        let after_word =
            i > 0 && (chars[i - 1].is_ascii_lowercase() || chars[i - 1].is_ascii_digit());
        let before_word = chars.get(i + 1).is_some_and(char::is_ascii_lowercase);
        let in_capitals = i > 0 && chars[i - 1].is_ascii_uppercase();
        if c.is_ascii_uppercase() && (after_word || in_capitals && before_word) {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    if KEYWORDS.contains(&out.as_str()) { format!("{out}_") } else { out }
}

const KEYWORDS: &[&str] = &["type", "match", "ref", "mod", "use", "enum", "struct", "where"];

/// The name of a constant.
pub fn constant(name: &str) -> String {
    snake(name).to_uppercase()
}

/// A member as AWS's validation texts spell it: `KMSKeyArn` → `kMSKeyArn`.
pub fn in_path(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |c| c.to_ascii_lowercase().to_string() + chars.as_str())
}

/// An enum's value as a variant: `python3.10` → `Python3_10`, `PER_TENANT` → `PerTenant`.
pub fn variant(value: &str) -> String {
    let shouted = !value.chars().any(|c| c.is_ascii_lowercase());
    let mut out = String::new();
    for word in value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()) {
        let digits = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if digits(out.chars().last()) && digits(word.chars().next()) {
            out.push('_');
        }
        let (first, rest) = word.split_at(1);
        out += &first.to_ascii_uppercase();
        out += &if shouted { rest.to_ascii_lowercase() } else { rest.to_owned() };
    }
    out
}

/// An error's constructor: `ResourceNotFoundException` → `resource_not_found`.
pub fn constructor(error: &str) -> String {
    snake(error.strip_suffix("Exception").unwrap_or(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_become_fields() {
        for (name, field) in [
            ("FunctionName", "function_name"),
            ("KMSKeyArn", "kms_key_arn"),
            ("SourceKMSKeyArn", "source_kms_key_arn"),
            ("S3Bucket", "s3_bucket"),
            ("CodeSha256", "code_sha256"),
            ("Ipv6AllowedForDualStack", "ipv6_allowed_for_dual_stack"),
            ("EC2ErrorCode", "ec2_error_code"),
            ("UUID", "uuid"),
            ("Type", "type_"),
        ] {
            assert_eq!(snake(name), field);
        }
    }

    #[test]
    fn values_become_variants() {
        for (value, name) in [
            ("nodejs14.x", "Nodejs14X"),
            ("nodejs4.3-edge", "Nodejs4_3Edge"),
            ("python3.10", "Python3_10"),
            ("x86_64", "X86_64"),
            ("PER_TENANT", "PerTenant"),
            ("JSON", "Json"),
            ("EFSIOError", "EFSIOError"),
            ("FunctionError.InitTimeout", "FunctionErrorInitTimeout"),
        ] {
            assert_eq!(variant(value), name);
        }
    }

    #[test]
    fn paths_are_spelt_as_aws_does() {
        assert_eq!(in_path("KMSKeyArn"), "kMSKeyArn");
        assert_eq!(in_path("S3Bucket"), "s3Bucket");
    }
}
