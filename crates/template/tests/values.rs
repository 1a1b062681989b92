//! What parameters are given, and what they make of it.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use fika_template::{Invalid, Template, parameters, read, shown, ssm_names};
use serde_json::{Value, json};

use support::given;

/// The value of `P`, declared so, of what is given.
fn value(declared: &str, text: Option<&str>) -> Result<Value, Invalid> {
    let read = read(&format!("Parameters: {{P: {{{declared}}}}}"))?;
    let declared = Template::parameters(&read)?;
    let given = given(&text.map(|text| ("P", text)).into_iter().collect::<Vec<_>>());
    let found = support::given(&[("/name", "found"), ("/list", "a, b")]);
    Ok(parameters(&declared, &given, &found)?["P"].clone())
}

#[test]
fn each_type_makes_a_value_of_its_own() {
    let cases = [
        ("Type: String", Some("a, b"), json!("a, b")),
        ("Type: String, Default: x", None, json!("x")),
        ("Type: String, Default: yes", None, json!("true")),
        ("Type: String, Default: ''", None, json!("")),
        ("Type: Number, Default: 3", None, json!("3")),
        ("Type: Number", Some("1.50"), json!("1.50")),
        ("Type: CommaDelimitedList", Some("a, b,,c"), json!(["a", "b", "", "c"])),
        ("Type: CommaDelimitedList", Some(""), json!([])),
        ("Type: List<Number>", Some("1, 2"), json!(["1", "2"])),
        ("Type: AWS::EC2::VPC::Id", Some("vpc-1"), json!("vpc-1")),
        ("Type: List<AWS::EC2::Subnet::Id>", Some("s-1,s-2"), json!(["s-1", "s-2"])),
        ("Type: AWS::SSM::Parameter::Name", Some("/name"), json!("/name")),
        ("Type: AWS::SSM::Parameter::Value<String>", Some("/name"), json!("found")),
        ("Type: AWS::SSM::Parameter::Value<List<String>>, Default: /list", None, json!(["a", "b"])),
        ("Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Some("/name"), json!("found")),
        ("Type: String, AllowedValues: [yes, 1, x]", Some("true"), json!("true")),
        ("Type: String, AllowedPattern: '[a-z]+'", Some("abc"), json!("abc")),
        ("Type: String, AllowedPattern: '^[\\w-]*$'", Some("a_b-9"), json!("a_b-9")),
        ("Type: String, AllowedPattern: '(?=.*\\d)(?!.*x)[a-z0-9]{3,}'", Some("ab1"), json!("ab1")),
        ("Type: String, AllowedPattern: 'a|b'", Some("b"), json!("b")),
        ("Type: String, AllowedPattern: '\\p{Alnum}+\\/\\d{2}'", Some("ab/12"), json!("ab/12")),
        (
            "Type: CommaDelimitedList, AllowedPattern: '\\w+'",
            Some("dev,test"),
            json!(["dev", "test"]),
        ),
        ("Type: String, MinLength: 2, MaxLength: 3", Some("äö"), json!("äö")),
        ("Type: Number, MinValue: -1, MaxValue: 2.5", Some("2.5"), json!("2.5")),
    ];
    for (declared, text, wanted) in cases {
        assert_eq!(value(declared, text), Ok(wanted), "{declared} {text:?}");
    }
}

#[test]
fn what_breaks_a_constraint_is_refused_in_the_services_words() {
    let long = "x".repeat(4097);
    let cases = [
        ("Type: String", None, "Parameters: [P] must have values"),
        ("Type: Number", Some("x"), "Parameter 'P' must be a number"),
        ("Type: Number", Some("inf"), "Parameter 'P' must be a number"),
        ("Type: Number", Some(""), "Parameter 'P' must be a number"),
        ("Type: List<Number>", Some("1,x"), "Parameter 'P' must be a number"),
        ("Type: Number, MinValue: 2", Some("1"), "Parameter 'P' must be a number not less than 2"),
        (
            "Type: Number, MaxValue: 2",
            Some("3"),
            "Parameter 'P' must be a number not greater than 2",
        ),
        (
            "Type: String, AllowedValues: [a, b]",
            Some("c"),
            "Parameter 'P' must be one of AllowedValues",
        ),
        (
            "Type: String, AllowedValues: [a, b], Default: c",
            None,
            "Parameter 'P' must be one of AllowedValues",
        ),
        (
            "Type: CommaDelimitedList, AllowedValues: [a, b]",
            Some("a,c"),
            "Parameter 'P' must be one of AllowedValues",
        ),
        (
            "Type: String, AllowedPattern: '[a-z]+'",
            Some("abC"),
            "Parameter 'P' must match pattern [a-z]+",
        ),
        ("Type: String, AllowedPattern: 'a|b'", Some("ab"), "Parameter 'P' must match pattern a|b"),
        (
            "Type: String, AllowedPattern: '\\d+'",
            Some("٣"),
            "Parameter 'P' must match pattern \\d+",
        ),
        (
            "Type: String, AllowedPattern: '^(?=.*\\d)(?!.*x).+$'",
            Some("a1x"),
            "Parameter 'P' must match pattern ^(?=.*\\d)(?!.*x).+$",
        ),
        (
            "Type: String, AllowedPattern: '^(?=.*[)\\d]).+$'",
            Some("abc"),
            "Parameter 'P' must match pattern ^(?=.*[)\\d]).+$",
        ),
        (
            "Type: CommaDelimitedList, AllowedPattern: '\\w+', ConstraintDescription: only words",
            Some("a,-"),
            "Parameter P failed to satisfy constraint: only words",
        ),
        (
            "Type: String, MinLength: 3",
            Some("ab"),
            "Parameter 'P' must contain at least 3 characters",
        ),
        (
            "Type: String, MaxLength: 1",
            Some("ab"),
            "Parameter 'P' must contain at most 1 characters",
        ),
        ("Type: String", Some(&long), "Parameter 'P' must contain at most 4096 characters"),
        (
            "Type: String, AllowedPattern: '('",
            Some("x"),
            "Template format error: AllowedPattern of parameter P is no regular expression that can be used here",
        ),
        (
            "Type: String, AllowedPattern: '(((a{100}){100}){100}){100}'",
            Some("x"),
            "Template format error: AllowedPattern of parameter P is no regular expression that can be used here",
        ),
        (
            "Type: AWS::SSM::Parameter::Value<String>, Default: /gone",
            None,
            "Unable to fetch parameters [/gone] from parameter store for this account.",
        ),
    ];
    for (declared, text, wanted) in cases {
        assert_eq!(value(declared, text).unwrap_err().to_string(), wanted, "{declared} {text:?}");
    }
}

const SEVERAL: &str = "
Parameters:
  A: {Type: String}
  B: {Type: String, Default: b, NoEcho: true}
  C: {Type: String}
  D: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /name}
";

#[test]
fn what_is_missing_and_what_is_unknown_is_listed() {
    let declared = Template::parameters(&read(SEVERAL).unwrap()).unwrap();
    let none = given(&[]);
    let told = |pairs: &[(&str, &str)]| {
        parameters(&declared, &given(pairs), &none).unwrap_err().to_string()
    };
    assert_eq!(told(&[]), "Parameters: [A, C] must have values");
    assert_eq!(told(&[("X", "1"), ("Y", "2")]), "Parameters: [X, Y] do not exist in the template");
}

#[test]
fn what_is_shown_hides_what_is_never_shown() {
    let declared = Template::parameters(&read(SEVERAL).unwrap()).unwrap();
    let (given, found) = (given(&[("A", "a"), ("C", "c")]), given(&[("/name", "found")]));
    assert_eq!(ssm_names(&declared, &given).into_iter().collect::<Vec<_>>(), ["/name"]);
    let shown = shown(&declared, &given, &found);
    let shown: Vec<_> = shown
        .iter()
        .map(|one| (one.key.as_str(), one.value.as_str(), one.resolved.as_deref()))
        .collect();
    let wanted =
        [("A", "a", None), ("B", "****", None), ("C", "c", None), ("D", "/name", Some("found"))];
    assert_eq!(shown, wanted);
}
