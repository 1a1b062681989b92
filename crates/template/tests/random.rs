//! Whatever a template is made of: nothing panics, plain values stay as they are, and nothing goes in circles.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use fika_template::{Nothing, Scope, Template, extend, parameters, resolve};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use support::{Stack, given, pseudo};

const FUNCTIONS: [&str; 22] = [
    "Ref",
    "Fn::GetAtt",
    "Fn::Sub",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::If",
    "Fn::Base64",
    "Fn::ImportValue",
    "Fn::GetAZs",
    "Fn::Cidr",
    "Fn::ToJsonString",
    "Fn::Length",
    "Fn::And",
    "Fn::Or",
    "Fn::Not",
    "Fn::Equals",
    "Fn::Contains",
    "Condition",
    "Fn::ForEach::L",
    "Fn::Other",
];

/// Text that means something now and then.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "A",
            "B",
            "C",
            "P",
            "L",
            "AWS::NoValue",
            "AWS::Region",
            "${A}",
            "${B.Arn}-${P}",
            "A.Arn",
            "",
            ",",
            "10.0.0.0/16",
            "Yes",
            "M",
            "k",
            "v",
            "0",
            "1",
            "8",
            "{{resolve:ssm:x}}",
            "${I}",
            "Prop${I}",
            "I",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
        "[${}!:.A-C{]{0,8}",
    ]
}

/// A value with functions, rightly called or not.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(5, 60, 4, |inner| {
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            1 => prop::collection::btree_map("[a-zA-C]{1,2}", inner.clone(), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            4 => (prop::sample::select(FUNCTIONS.to_vec()), inner)
                .prop_map(|(name, given)| json!({ name: given })),
        ]
    })
}

/// A value that calls nothing.
fn plain() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof!["\\PC{0,9}".prop_map(Value::from), any::<i64>().prop_map(Value::from)];
    leaf.prop_recursive(4, 60, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map("[a-z]{1,5}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn template(a: &Value, b: &Value, condition: &Value, output: &Value) -> Value {
    json!({
        "Parameters": {
            "P": {"Type": "String", "Default": "p"},
            "L": {"Type": "CommaDelimitedList", "Default": "x,y"},
        },
        "Mappings": {"M": {"k": {"v": "found"}}},
        "Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "Other": condition},
        "Resources": {
            "A": {"Type": "T", "Properties": {"x": a}},
            "B": {"Type": "T", "Properties": {"x": b}, "Condition": "Other"},
            "C": {"Type": "T", "Metadata": {"x": b}},
        },
        "Outputs": {"O": {"Value": output}},
    })
}

/// Whether each need leads to an end.
fn ends(needs: &BTreeMap<String, BTreeSet<String>>) -> bool {
    let mut left = needs.clone();
    loop {
        let done: BTreeSet<_> = left
            .iter()
            .filter(|(_, needs)| !needs.iter().any(|need| left.contains_key(need)))
            .map(|(name, _)| name.clone())
            .collect();
        if done.is_empty() {
            return left.is_empty();
        }
        left.retain(|name, _| !done.contains(name));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn nothing_panics_and_nothing_goes_in_circles(
        a in value(), b in value(), condition in value(), output in value(),
    ) {
        let whole = template(&a, &b, &condition, &output);
        let values = parameters(&Template::parameters(&whole).unwrap(), &given(&[]), &given(&[])).unwrap();
        let pseudo = pseudo();
        let extended = extend(whole.clone(), &values, &pseudo);
        for whole in std::iter::once(whole).chain(extended) {
            let Ok(template) = Template::of(&whole) else { continue };
            let Ok(scope) = Scope::new(&template, &values, &pseudo) else { continue };
            if let Ok(needs) = template.dependencies(&scope) {
                prop_assert!(ends(&needs), "{needs:?}");
            }
            let _ = template.imports(&scope);
            let _ = template.attributes(&scope);
            let known = Stack::of(&[("A", "a"), ("B", "b"), ("A.Arn", "arn"), ("B.Arn", "arn"), ("ssm:x", "y")]);
            for value in [&a, &b, &output] {
                let _ = resolve(value, &scope, &known);
                let _ = resolve(value, &scope, &Nothing);
            }
        }
    }

    #[test]
    fn what_calls_nothing_stays_as_it_is(value in plain()) {
        let template = Template::of(&json!({"Resources": {"A": {"Type": "T"}}})).unwrap();
        let (values, pseudo) = (Map::new(), pseudo());
        let scope = Scope::new(&template, &values, &pseudo).unwrap();
        prop_assert_eq!(resolve(&value, &scope, &Nothing), Ok(value));
    }

    #[test]
    fn what_is_resolved_stays_as_it_is(value in value()) {
        let template = Template::of(&template(&json!(1), &json!(1), &json!({"Fn::Equals": ["a", "b"]}), &json!(1)))
            .unwrap();
        let values = parameters(&template.parameters, &given(&[]), &given(&[])).unwrap();
        let pseudo = pseudo();
        let scope = Scope::new(&template, &values, &pseudo).unwrap();
        let known = Stack::of(&[("A", "a"), ("B", "b"), ("A.Arn", "arn"), ("B.Arn", "arn"), ("ssm:x", "y")]);
        if let Ok(made) = resolve(&value, &scope, &known) {
            prop_assert_eq!(resolve(&made, &scope, &known), Ok(made));
        }
    }
}
