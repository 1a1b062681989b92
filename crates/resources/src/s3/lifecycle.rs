//! `LifecycleConfiguration`, as S3 is sent it.

use serde_json::{Value, json};

use super::xml::{each, element, members, said};

/// The document.
pub(super) fn document(configuration: &Value) -> String {
    element("LifecycleConfiguration", each(&configuration["Rules"], rule))
}

fn rule(rule: &Value) -> String {
    let expiration = members(
        rule,
        &[
            ("ExpirationDate", "Date"),
            ("ExpirationInDays", "Days"),
            ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
        ],
    );
    let parts = [
        said("ID", &rule["Id"]),
        filter(rule),
        said("Status", &rule["Status"]),
        filled("Expiration", expiration),
        transitions(rule),
        noncurrent(rule),
        filled(
            "AbortIncompleteMultipartUpload",
            members(
                &rule["AbortIncompleteMultipartUpload"],
                &[("DaysAfterInitiation", "DaysAfterInitiation")],
            ),
        ),
    ];
    element("Rule", parts.concat())
}

/// More than one condition are an `And`.
fn filter(rule: &Value) -> String {
    let tag = |tag: &Value| element("Tag", members(tag, &[("Key", "Key"), ("Value", "Value")]));
    let sizes = members(
        rule,
        &[
            ("ObjectSizeGreaterThan", "ObjectSizeGreaterThan"),
            ("ObjectSizeLessThan", "ObjectSizeLessThan"),
        ],
    );
    let inside = [said("Prefix", &rule["Prefix"]), each(&rule["TagFilters"], tag), sizes].concat();
    let conditions = ["Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan"];
    let count = conditions.iter().filter(|name| !rule[**name].is_null()).count()
        + rule["TagFilters"].as_array().map_or(0, Vec::len);
    match count {
        0 | 1 => element("Filter", inside),
        _ => element("Filter", element("And", inside)),
    }
}

/// Templates have a list, and an older single one.
fn transitions(rule: &Value) -> String {
    let write = |one: &Value| {
        let names = [
            ("TransitionDate", "Date"),
            ("TransitionInDays", "Days"),
            ("StorageClass", "StorageClass"),
        ];
        filled("Transition", members(one, &names))
    };
    write(&rule["Transition"]) + &each(&rule["Transitions"], write)
}

fn noncurrent(rule: &Value) -> String {
    let days = ("TransitionInDays", "NoncurrentDays");
    let kept = ("NewerNoncurrentVersions", "NewerNoncurrentVersions");
    let write = |one: &Value| {
        let names = [days, kept, ("StorageClass", "StorageClass")];
        filled("NoncurrentVersionTransition", members(one, &names))
    };
    let moved = write(&rule["NoncurrentVersionTransition"])
        + &each(&rule["NoncurrentVersionTransitions"], write);
    let older = json!({"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]});
    let expiration = match &rule["NoncurrentVersionExpiration"] {
        Value::Null => older,
        own => own.clone(),
    };
    let names = [("NoncurrentDays", "NoncurrentDays"), kept];
    moved + &filled("NoncurrentVersionExpiration", members(&expiration, &names))
}

/// An element, if there is something in it.
fn filled(name: &str, inside: String) -> String {
    if inside.is_empty() { inside } else { element(name, inside) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_as_s3_reads_it() {
        let given = json!({"Rules": [{
            "Id": "r", "Status": "Enabled", "Prefix": "x/", "ExpirationInDays": 3,
            "TagFilters": [{"Key": "k", "Value": "v"}],
            "Transitions": [{"TransitionInDays": 1, "StorageClass": "GLACIER"}],
            "NoncurrentVersionExpirationInDays": 5,
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        }]});
        let meant = "<LifecycleConfiguration><Rule><ID>r</ID><Filter><And><Prefix>x/</Prefix><Tag>\
            <Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status><Expiration>\
            <Days>3</Days></Expiration><Transition><Days>1</Days><StorageClass>GLACIER\
            </StorageClass></Transition><NoncurrentVersionExpiration><NoncurrentDays>5\
            </NoncurrentDays></NoncurrentVersionExpiration><AbortIncompleteMultipartUpload>\
            <DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>\
            </LifecycleConfiguration>";
        assert_eq!(document(&given), meant);
    }

    #[test]
    fn a_rule_for_all_has_an_empty_filter() {
        let given = json!({"Rules": [{"Status": "Enabled", "ExpirationInDays": 3}]});
        assert!(document(&given).contains("<Filter></Filter><Status>"));
    }
}
