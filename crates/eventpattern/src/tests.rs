#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::Pattern;

fn asks(pattern: &Value, event: &Value) -> bool {
    Pattern::read(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}")).matches(event)
}

/// The event of the documentation's examples.
fn instance() -> Value {
    json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "EC2 Instance State-change Notification", "source": "aws.ec2",
        "account": "111122223333", "time": "2017-12-22T18:43:48Z", "region": "us-west-1",
        "resources": ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
        "detail": {"instance-id": "i-1234567890abcdef0", "state": "terminated"}
    })
}

#[test]
fn fields_are_and_values_are_or() {
    let event = instance();
    for (pattern, wanted) in [
        (json!({"source": ["aws.ec2"]}), true),
        (json!({"source": ["aws.s3", "aws.ec2"]}), true),
        (json!({"source": ["aws.s3"]}), false),
        (json!({"source": ["AWS.ec2"]}), false),
        (json!({"Source": ["aws.ec2"]}), false),
        (json!({"source": ["aws.ec2"], "detail": {"state": ["terminated", "running"]}}), true),
        (json!({"source": ["aws.ec2"], "detail": {"state": ["running"]}}), false),
        (json!({"detail": {"state": {"deeper": ["terminated"]}}}), false),
        (json!({"detail": ["terminated"]}), false),
        (json!({"region": ["us-west-1"], "absent": ["x"]}), false),
        (
            json!({"resources": [
                "arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0", "another"
            ]}),
            true,
        ),
    ] {
        assert_eq!(asks(&pattern, &event), wanted, "{pattern}");
    }
}

/// From *Comparison operators for use in event patterns*: what the field `x` is asked, what passes, and
/// what does not.
fn operators() -> Vec<(Value, Vec<Value>, Vec<Value>)> {
    vec![
        (json!(""), vec![json!("")], vec![json!(null), json!("a")]),
        (json!(null), vec![json!(null), json!([null])], vec![json!(""), json!([]), json!({})]),
        (json!(true), vec![json!(true)], vec![json!("true"), json!(false), json!(1)]),
        (json!(300), vec![json!(300), json!(300.0), json!(3e2)], vec![json!("300"), json!(301)]),
        (json!(3.5), vec![json!(3.5), json!(35e-1)], vec![json!(3)]),
        (
            json!(9_007_199_254_740_993_u64),
            vec![json!(9_007_199_254_740_993_u64)],
            vec![json!(9_007_199_254_740_992_u64)],
        ),
        (json!("10.0.0.1"), vec![json!("10.0.0.1")], vec![json!("10.0.0.2")]),
        (json!("2001:db8::1"), vec![json!("2001:0db8:0:0:0:0:0:1")], vec![json!("2001:db8::2")]),
        (json!({"exactly": "a"}), vec![json!("a")], vec![json!("b")]),
        (
            json!({"prefix": "eu-"}),
            vec![json!("eu-"), json!("eu-west-1")],
            vec![json!("us-east-1"), json!("EU-west-1"), json!(1)],
        ),
        (json!({"prefix": ""}), vec![json!(""), json!("any")], vec![json!(1), json!(null)]),
        (
            json!({"prefix": {"equals-ignore-case": "EventB"}}),
            vec![json!("eventbridge")],
            vec![json!("event")],
        ),
        (json!({"suffix": ".png"}), vec![json!("a.png")], vec![json!("a.PNG"), json!("a.jpg")]),
        (
            json!({"suffix": {"equals-ignore-case": ".png"}}),
            vec![json!("a.PNG")],
            vec![json!("png")],
        ),
        (json!({"equals-ignore-case": "Élan"}), vec![json!("éLAN")], vec![json!("elan"), json!(1)]),
        (
            json!({"anything-but": "initializing"}),
            vec![json!("x"), json!(null), json!(1)],
            vec![json!("initializing"), json!([]), json!({})],
        ),
        (
            json!({"anything-but": 123}),
            vec![json!(124), json!("123")],
            vec![json!(123), json!(123.0)],
        ),
        (
            json!({"anything-but": ["stopped", "overloaded"]}),
            vec![json!("running")],
            vec![json!("stopped"), json!("overloaded")],
        ),
        (json!({"anything-but": [100, 200]}), vec![json!(300)], vec![json!(100), json!(200)]),
        (json!({"anything-but": "a"}), vec![json!(["a", "b"])], vec![json!(["a", "a"])]),
        (
            json!({"anything-but": {"prefix": "init"}}),
            vec![json!("stop"), json!(1)],
            vec![json!("initial")],
        ),
        (
            json!({"anything-but": {"prefix": ["init", "error"]}}),
            vec![json!("stop")],
            vec![json!("errors")],
        ),
        (
            json!({"anything-but": {"suffix": [".txt", ".rtf"]}}),
            vec![json!("a.doc")],
            vec![json!("a.rtf")],
        ),
        (
            json!({"anything-but": {"equals-ignore-case": ["Up", "Down"]}}),
            vec![json!("left")],
            vec![json!("UP"), json!("down")],
        ),
        (
            json!({"anything-but": {"wildcard": "*/lib/*"}}),
            vec![json!("/etc/x")],
            vec![json!("/usr/lib/x")],
        ),
        (json!({"numeric": ["=", 3.018e2]}), vec![json!(301.8)], vec![json!(301), json!("301.8")]),
        (json!({"numeric": ["<", 10]}), vec![json!(9.99), json!(-1)], vec![json!(10), json!(null)]),
        (
            json!({"numeric": [">", 0, "<=", 5]}),
            vec![json!(0.1), json!(5)],
            vec![json!(0), json!(5.1), json!("3")],
        ),
        (json!({"numeric": [">=", 0]}), vec![json!(0)], vec![json!(-0.1)]),
        (
            json!({"cidr": "10.0.0.0/24"}),
            vec![json!("10.0.0.0"), json!("10.0.0.255")],
            vec![json!("10.0.1.0"), json!("::1"), json!("x"), json!(10)],
        ),
        (json!({"cidr": "0.0.0.0/0"}), vec![json!("255.0.0.1")], vec![json!("::1")]),
        (
            json!({"cidr": "2001:db8::/32"}),
            vec![json!("2001:db8:ffff::1")],
            vec![json!("2001:db9::")],
        ),
        (json!({"exists": true}), vec![json!(null), json!("")], vec![json!([]), json!({"y": 1})]),
        (json!({"exists": false}), vec![json!([]), json!({"y": 1})], vec![json!(null), json!("")]),
        (
            json!({"wildcard": "dir/*.png"}),
            vec![json!("dir/a.png"), json!("dir/.png")],
            vec![json!("dir/a.jpg"), json!("x/dir/a.png")],
        ),
        (json!({"wildcard": "*"}), vec![json!(""), json!("any")], vec![json!(1)]),
        (
            json!({"wildcard": "a*b*a"}),
            vec![json!("aba"), json!("aXbYa")],
            vec![json!("aa"), json!("ab")],
        ),
        (json!({"wildcard": "a*a"}), vec![json!("aa")], vec![json!("a")]),
        (json!({"wildcard": "\\*\\\\"}), vec![json!("*\\")], vec![json!("a\\")]),
    ]
}

#[test]
fn each_operator_takes_what_the_documentation_says() {
    for (ask, yes, no) in operators() {
        let pattern = json!({"x": [ask]});
        for value in &yes {
            assert!(asks(&pattern, &json!({"x": value})), "{pattern} takes {value}");
        }
        for value in &no {
            assert!(!asks(&pattern, &json!({"x": value})), "{pattern} leaves {value}");
        }
        let absent = ask["exists"] == false;
        assert_eq!(asks(&pattern, &json!({"y": 1})), absent, "{pattern} of nothing");
    }
}

#[test]
fn alternatives_stand_beside_what_all_need() {
    let pattern = json!({
        "source": ["aws.cloudwatch"],
        "detail": {"$or": [
            {"c-count": [{"numeric": [">", 0, "<=", 5]}]},
            {"d-count": [{"numeric": ["<", 10]}], "unit": ["s"]},
            {"$or": [{"x-limit": [3]}, {"y": {"z": [{"exists": true}]}}]}
        ]}
    });
    let event = |detail: Value| json!({"source": "aws.cloudwatch", "detail": detail});
    assert!(asks(&pattern, &event(json!({"c-count": 1}))));
    assert!(!asks(&pattern, &event(json!({"d-count": 1}))));
    assert!(asks(&pattern, &event(json!({"d-count": 1, "unit": "s"}))));
    assert!(asks(&pattern, &event(json!({"y": {"z": null}}))));
    assert!(!asks(&pattern, &json!({"source": "other", "detail": {"c-count": 1}})));
}

#[test]
fn what_is_asked_of_an_array_is_so_of_one_element() {
    let pattern = json!({"a": {"b": ["1"], "c": {"d": ["2"]}}});
    let one = json!({"a": [{"b": "0"}, {"b": "1", "c": [{"d": "0"}, {"d": "2"}]}]});
    let two = json!({"a": [{"b": "1"}, {"c": [{"d": "2"}]}]});
    assert!(asks(&pattern, &one));
    assert!(!asks(&pattern, &two));
    assert!(asks(&json!({"a": ["1"]}), &json!({"a": [["0"], ["1"]]})), "arrays in arrays");
}

#[test]
fn a_field_is_absent_when_it_is_nowhere() {
    let pattern = json!({"a": {"b": [{"exists": false}, "x"]}});
    for (event, wanted) in [
        (json!({}), true),
        (json!({"a": 1}), true),
        (json!({"a": []}), true),
        (json!({"a": [{"c": 1}]}), true),
        (json!({"a": [{"c": 1}, {"b": 1}]}), false),
        (json!({"a": [{"c": 1}, {"b": "x"}]}), true),
        (json!({"a": {"b": {"c": 1}}}), true),
    ] {
        assert_eq!(asks(&pattern, &event), wanted, "{event}");
    }
}

#[test]
fn dots_join_names() {
    let nested = json!({"detail": {"state": {"status": ["running"]}}});
    let joined = json!({"detail": {"state.status": ["running"]}});
    for event in [
        json!({"detail": {"state": {"status": "running"}}}),
        json!({"detail": {"state.status": "running"}}),
        json!({"detail.state.status": "running"}),
    ] {
        assert!(asks(&nested, &event) && asks(&joined, &event), "{event}");
    }
    assert!(!asks(&nested, &json!({"detail": {"state.status": {"status": "running"}}})));
    assert!(!asks(
        &json!({"detail": {"state.status": {"status": ["running"]}}}),
        &json!({
            "detail": {"state": {"status": "running"}}
        })
    ));
}

#[test]
fn what_is_no_pattern_is_told_why() {
    for (text, why) in [
        ("[\"a\"]", "Filter is not an object"),
        ("{", "Invalid JSON"),
        ("{}", "Empty objects are not allowed"),
        (r#"{"a": {}}"#, "Empty objects are not allowed"),
        (r#"{"a": []}"#, "Empty arrays are not allowed"),
        (r#"{"int": 42}"#, "\"int\" must be an object or an array"),
        (r#"{"a": [["b"]]}"#, "Match value must be String, number, true, false, or null"),
        (r#"{"a": [{}]}"#, "Match expression name not found"),
        (r#"{"a": [{"EXISTS": true}]}"#, "Unrecognized match type EXISTS"),
        (r#"{"a": [{"exists": 1}]}"#, "exists match pattern must be either true or false."),
        (r#"{"a": [{"prefix": 1}]}"#, "prefix match pattern must be a string"),
        (r#"{"a": [{"prefix": "a", "suffix": "b"}]}"#, "Only one key allowed in match expression"),
        (r#"{"a": [{"prefix": {"wildcard": "a"}}]}"#, "Unsupported prefix pattern: wildcard"),
        (r#"{"a": [{"suffix": ["a"]}]}"#, "suffix match pattern must be a string"),
        (
            r#"{"a": [{"equals-ignore-case": []}]}"#,
            "equals-ignore-case match pattern must be a string",
        ),
        (r#"{"a": [{"wildcard": 1}]}"#, "wildcard match pattern must be a string"),
        (r#"{"a": [{"wildcard": "a**b"}]}"#, "Consecutive wildcard characters at pos 2"),
        (r#"{"a": [{"wildcard": "a\\b"}]}"#, "Invalid escape character at pos 2"),
        (
            r#"{"a": [{"wildcard": "*:*:*:*:*:event-bus/*"}]}"#,
            "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character",
        ),
        (r#"{"a": [{"cidr": "bad"}]}"#, "Malformed CIDR, one '/' required"),
        (r#"{"a": [{"cidr": "10.0.0.0/x"}]}"#, "Malformed CIDR, mask bits must be an integer"),
        (r#"{"a": [{"cidr": "xx.11.xx/8"}]}"#, "Nonstandard IP address: xx.11.xx"),
        (r#"{"a": [{"cidr": "10.0.0.0/32"}]}"#, "IPv4 mask bits must be < 32"),
        (r#"{"a": [{"numeric": 10}]}"#, "Value of numeric must be an array."),
        (r#"{"a": [{"numeric": [">", 0, "<"]}]}"#, "Value of < must be numeric"),
        (r#"{"a": [{"numeric": [">", 0, ">", 0]}]}"#, "Bad numeric range operator: >"),
        (r#"{"a": [{"numeric": [">", 5, "<", 5]}]}"#, "Bottom must be less than top"),
        (r#"{"a": [{"numeric": ["<", 5, ">", 1]}]}"#, "Too many elements in numeric expression"),
        (r#"{"a": [{"numeric": ["!", 5]}]}"#, "Unrecognized numeric range operator: !"),
        (r#"{"a": [{"numeric": []}]}"#, "Invalid member in numeric match: ]"),
        (
            r#"{"a": [{"anything-but": null}]}"#,
            "Value of anything-but must be an array or single string/number value.",
        ),
        (
            r#"{"a": [{"anything-but": ["x", null]}]}"#,
            "Inside anything but list, start|null|boolean is not supported.",
        ),
        (r#"{"a": [{"anything-but": {"prefix": ""}}]}"#, "Null prefix/suffix not allowed"),
        (
            r#"{"a": [{"anything-but": {"prefix": {"equals-ignore-case": "f"}}}]}"#,
            "Value of anything-but must be an array or single string/number value.",
        ),
        (
            r#"{"a": [{"anything-but": {"suffix": [1, "a"]}}]}"#,
            "prefix/suffix match pattern must be a string",
        ),
        (r#"{"$or": {}}"#, "It must be an Array followed with $or."),
        (r#"{"$or": [{"a": [1]}]}"#, "There must have at least 2 Objects in $or relationship."),
        (
            r#"{"$or": [{"prefix": ["a"]}, {"a": ["b"]}]}"#,
            "prefix is Ruler reserved fieldName which cannot be used inside $or.",
        ),
    ] {
        assert_eq!(Pattern::parse(text).unwrap_err().to_string(), why, "{text}");
    }
}

/// Any JSON of a few names and texts, so that patterns often meet events.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-3..3_i32).prop_map(Value::from),
        "[a-c*.]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let name = prop_oneof![
            Just("$or".to_owned()),
            Just("prefix".to_owned()),
            Just("anything-but".to_owned()),
            Just("exists".to_owned()),
            "[a-c.]{1,2}",
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The pattern that asks for every value there is in an event of objects and plain values.
fn of_event(event: &Value) -> Option<Value> {
    let members = event.as_object().filter(|members| !members.is_empty())?;
    let ask = |(name, value): (&String, &Value)| {
        let asked = match value {
            Value::Object(_) => of_event(value)?,
            Value::Array(_) => return None,
            value => json!([value]),
        };
        (name != "$or").then(|| (name.clone(), asked))
    };
    members.iter().map(ask).collect::<Option<_>>().map(Value::Object)
}

proptest! {
    #[test]
    fn hostile_patterns_and_events_are_answered(pattern in any_json(), event in any_json()) {
        if let Ok(pattern) = Pattern::read(&pattern) {
            prop_assert_eq!(pattern.matches(&event), pattern.matches(&event));
        }
    }

    #[test]
    fn an_event_matches_what_it_is(event in any_json()) {
        if let Some(pattern) = of_event(&event) {
            prop_assert!(asks(&pattern, &event), "{}", pattern);
        }
    }

    #[test]
    fn a_value_and_anything_but_it_are_opposites(value in "[a-c]{0,2}", other in "[a-c]{0,2}") {
        let event = json!({"x": other});
        let (same, but) = (json!({"x": [value]}), json!({"x": [{"anything-but": value}]}));
        prop_assert_ne!(asks(&same, &event), asks(&but, &event));
    }

    #[test]
    fn a_wildcard_matches_what_it_was_made_of(parts in proptest::collection::vec("[ab]{0,2}", 1..4), fill in "[abc]{0,3}") {
        let glob = parts.join("*");
        if Pattern::read(&json!({"x": [{"wildcard": glob}]})).is_ok() {
            let matched = asks(&json!({"x": [{"wildcard": glob}]}), &json!({"x": parts.join(&fill)}));
            prop_assert!(matched);
        }
    }
}
