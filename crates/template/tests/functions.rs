//! Intrinsic functions: what each makes of what it is given.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use fika_template::{Scope, Template, Unresolved, parameters, read, resolve};
use serde_json::{Value, json};

use support::{Stack, given, pseudo};

const TEMPLATE: &str = r#"
Parameters:
  Stage: {Type: String, Default: dev}
  Zones: {Type: CommaDelimitedList, Default: "one, two,three"}
  Count: {Type: Number, Default: 3}
Mappings:
  Sizes:
    dev: {Memory: 128, Names: [a, b]}
    prod: {Memory: 1024}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Dev: !Not [!Condition Prod]
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Child: {Type: AWS::CloudFormation::Stack}
"#;

fn resolved(value: &str) -> Result<Value, Unresolved> {
    let template = Template::of(&read(TEMPLATE).unwrap()).unwrap();
    let values = parameters(&template.parameters, &given(&[]), &given(&[])).unwrap();
    let pseudo = pseudo();
    let scope = Scope::new(&template, &values, &pseudo).unwrap();
    let known = Stack::of(&[
        ("Queue", "https://queue"),
        ("Queue.Arn", "arn:queue"),
        ("Child.Outputs.Url", "https://child"),
        ("import:other-name", "imported"),
        ("ssm:/name:3", "third"),
        ("ssm:/dev/name", "named"),
        ("secretsmanager:key:SecretString:user", "me"),
    ])
    .with("Queue.List", json!(["x", "y"]));
    let value = read(&format!("v: {value}")).unwrap();
    resolve(&value["v"], &scope, &known)
}

fn golden() -> Vec<(&'static str, Value)> {
    vec![
        ("plain", json!("plain")),
        ("{a: [1, true, {b: x}]}", json!({"a": [1, true, {"b": "x"}]})),
        ("!Ref Queue", json!("https://queue")),
        ("!Ref Stage", json!("dev")),
        ("!Ref Zones", json!(["one", "two", "three"])),
        // A number is text once it is a parameter.
        ("!Ref Count", json!("3")),
        ("!Ref AWS::Region", json!("eu-west-1")),
        ("!Ref AWS::AccountId", json!("123456789012")),
        ("!Ref AWS::Partition", json!("aws")),
        ("!Ref AWS::URLSuffix", json!("amazonaws.com")),
        ("!Ref AWS::StackName", json!("stack")),
        ("!Ref AWS::NotificationARNs", json!(["arn:topic"])),
        ("!GetAtt Queue.Arn", json!("arn:queue")),
        ("{Fn::GetAtt: Queue.Arn}", json!("arn:queue")),
        ("!GetAtt Child.Outputs.Url", json!("https://child")),
        ("!GetAtt [Child, Outputs.Url]", json!("https://child")),
        ("!GetAtt [Queue, !Join ['', [A, rn]]]", json!("arn:queue")),
        ("!Sub '${Stage}-${AWS::Region}-${Queue.Arn}'", json!("dev-eu-west-1-arn:queue")),
        ("!Sub '${Child.Outputs.Url}/x'", json!("https://child/x")),
        ("!Sub ['${Stage}${mine}', {mine: !Ref Queue}]", json!("devhttps://queue")),
        ("!Sub ['${Stage}', {Stage: other}]", json!("other")),
        ("!Sub ['${a.b}', {a.b: dotted}]", json!("dotted")),
        ("!Sub '${!Stage} $ $$ ${ Stage } ${'", json!("${Stage} $ $$ dev ${")),
        ("!Sub 'ä${Stage}ö€'", json!("ädevö€")),
        ("!Sub ['${n}${b}', {n: 1.5, b: true}]", json!("1.5true")),
        ("!Join ['-', [a, !Ref Stage, 1]]", json!("a-dev-1")),
        ("!Join [',', !Ref Zones]", json!("one,two,three")),
        ("!Join [',', !GetAtt Queue.List]", json!("x,y")),
        ("!Join [',', []]", json!("")),
        ("!Join [',', [a, !Ref AWS::NoValue, b]]", json!("a,b")),
        ("!Select [1, [a, b]]", json!("b")),
        ("!Select ['0', !Ref Zones]", json!("one")),
        ("!Select [1, !Split ['/', 'a/b/c']]", json!("b")),
        ("!Select [0, [{a: 1}]]", json!({"a": 1})),
        ("!Split [',', 'a,b,,c']", json!(["a", "b", "", "c"])),
        ("!Split ['||', !Join ['||', [a, b]]]", json!(["a", "b"])),
        ("!FindInMap [Sizes, !Ref Stage, Memory]", json!(128)),
        ("!FindInMap [Sizes, dev, Names]", json!(["a", "b"])),
        ("!FindInMap [Sizes, test, Memory, {DefaultValue: !Ref Stage}]", json!("dev")),
        ("!FindInMap [None, test, Memory, {DefaultValue: 1}]", json!(1)),
        ("!If [Prod, a, b]", json!("b")),
        ("!If [Dev, !If [Prod, a, c], b]", json!("c")),
        ("{a: !If [Prod, 1, !Ref AWS::NoValue], b: 2}", json!({"b": 2})),
        ("[a, !If [Prod, b, !Ref AWS::NoValue], c]", json!(["a", "c"])),
        // What is not taken may be unknown.
        ("!If [Prod, !Ref Nobody, b]", json!("b")),
        ("!Base64 'hello world'", json!("aGVsbG8gd29ybGQ=")),
        ("!Base64 {Fn::Sub: '${Stage}-x'}", json!("ZGV2LXg=")),
        ("!ImportValue other-name", json!("imported")),
        ("!ImportValue {Fn::Sub: 'other-${n}'}", json!(null)),
        ("!GetAZs ''", json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"])),
        ("!GetAZs {Ref: AWS::Region}", json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"])),
        ("!Select [0, !GetAZs us-east-1]", json!("us-east-1a")),
        (
            "!Cidr [192.168.0.0/24, 6, 5]",
            json!([
                "192.168.0.0/27",
                "192.168.0.32/27",
                "192.168.0.64/27",
                "192.168.0.96/27",
                "192.168.0.128/27",
                "192.168.0.160/27"
            ]),
        ),
        ("!Cidr [10.0.7.9/16, '2']", json!(["10.0.0.0/24", "10.0.1.0/24"])),
        (
            "!Cidr ['2600:1f18:abc:de00::/56', 2, 64]",
            json!(["2600:1f18:abc:de00::/64", "2600:1f18:abc:de01::/64"]),
        ),
        ("!Cidr [0.0.0.0/0, 1, 32]", json!(["0.0.0.0/0"])),
        ("!Cidr ['::/0', 1, 127]", json!(["::/1"])),
        ("!Length [a, b]", json!(2)),
        ("!Length {Ref: Zones}", json!(3)),
        ("!ToJsonString {a: !Ref Stage, b: [1]}", json!("{\"a\":\"dev\",\"b\":[1]}")),
        ("!ToJsonString {a: !Ref AWS::NoValue}", json!("{}")),
        ("'{{resolve:ssm:/name:3}}'", json!("third")),
        ("'a-{{resolve:ssm:/name:3}}-{{resolve:ssm:/name:3}}'", json!("a-third-third")),
        ("!Sub '{{resolve:ssm:/${Stage}/name}}'", json!("named")),
        ("'{{resolve:secretsmanager:key:SecretString:user}}'", json!("me")),
        // What is none of ours, or has no end.
        ("'{{resolve:other:x}} {{resolve:ssm:x'", json!("{{resolve:other:x}} {{resolve:ssm:x")),
    ]
}

#[test]
fn each_function_makes_what_the_service_makes() {
    for (value, wanted) in golden() {
        // The one that names a variable of nobody.
        if value.contains("other-${n}") {
            let unknown = Unresolved::Unknown { logical: "n".to_owned(), attribute: None };
            assert_eq!(resolved(value), Err(unknown));
            continue;
        }
        assert_eq!(resolved(value), Ok(wanted), "{value}");
    }
}

#[test]
fn what_is_not_known_yet_is_told() {
    let unknown = |logical: &str, attribute: Option<&str>| Unresolved::Unknown {
        logical: logical.to_owned(),
        attribute: attribute.map(str::to_owned),
    };
    let cases = [
        ("!Ref Child", unknown("Child", None)),
        ("!GetAtt Child.Arn", unknown("Child", Some("Arn"))),
        ("!Sub '${Child.Outputs.Other}'", unknown("Child", Some("Outputs.Other"))),
        ("!ImportValue nothing", Unresolved::Import("nothing".to_owned())),
        ("'{{resolve:ssm:/gone}}'", Unresolved::Dynamic("ssm:/gone".to_owned())),
    ];
    for (value, wanted) in cases {
        assert_eq!(resolved(value), Err(wanted), "{value}");
    }
    let told = resolved("!ImportValue nothing").unwrap_err().to_string();
    assert_eq!(told, "No export named nothing found.");
    let told = resolved("'{{resolve:ssm:/gone}}'").unwrap_err().to_string();
    assert_eq!(told, "Could not resolve the dynamic reference {{resolve:ssm:/gone}}");
}

const WRONG: [(&str, &str); 26] = [
    ("!Ref [a]", "every Ref object must have a single String value."),
    (
        "!GetAtt Queue",
        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
    ),
    (
        "!GetAtt [Queue, '']",
        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
    ),
    ("!Sub [x]", ""),
    (
        "!Sub {a: b}",
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
    ),
    (
        "!Sub '${a b}'",
        "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons",
    ),
    (
        "!Sub '${}'",
        "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons",
    ),
    ("!Sub '${Zones}'", "variable Zones in Fn::Sub expression does not resolve to a string"),
    (
        "!Join [a]",
        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.",
    ),
    (
        "!Join [',', [[a]]]",
        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.",
    ),
    ("!Select [2, [a, b]]", "Fn::Select cannot select nonexistent value at index 2"),
    (
        "!Select [x, [a, b]]",
        "Fn::Select requires a list argument with two elements: an integer index and a list",
    ),
    (
        "!Select [-1, [a, b]]",
        "Fn::Select requires a list argument with two elements: an integer index and a list",
    ),
    (
        "!Split ['', a]",
        "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
    ),
    (
        "!FindInMap [Sizes, dev]",
        "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value",
    ),
    ("!FindInMap [Sizes, test, Memory]", "Unable to get mapping for Sizes::test::Memory"),
    (
        "!FindInMap [Nothing, a, b]",
        "Mapping named 'Nothing' is not present in the 'Mappings' section of template.",
    ),
    (
        "!If [Prod, a]",
        "Fn::If requires a list argument with three elements, the first of them the name of a condition",
    ),
    ("!If [Nobody, a, b]", "unresolved condition dependency Nobody in Fn::If"),
    ("!Base64 [a]", "every Fn::Base64 object must have a String-typed value."),
    ("!GetAZs [a]", "every Fn::GetAZs object must have a String-typed value."),
    ("!Cidr [10.0.0.0/24, 9, 5]", "Fn::Cidr cannot make 9 subnets of the block 10.0.0.0/24"),
    ("!Cidr [10.0.0/16, 1, 8]", "Fn::Cidr cannot make 1 subnets of the block 10.0.0/16"),
    ("!Length a", "Fn::Length requires a list, or a function that returns a list"),
    ("!Equals [a, b]", "Fn::Equals cannot be partially collapsed"),
    (
        "!Nonsense a",
        "Encountered unsupported function: Fn::Nonsense Supported functions are: [Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::If, Fn::Equals, Fn::Not, Fn::And, Fn::Or, Condition, Fn::Sub, Fn::Cidr, Fn::Length, Fn::ToJsonString]",
    ),
];

#[test]
fn what_a_function_cannot_take_is_refused_in_the_services_words() {
    for (value, wanted) in WRONG {
        // A list of one is as good as the text.
        if wanted.is_empty() {
            assert_eq!(resolved(value), Ok(json!("x")));
            continue;
        }
        let told = resolved(value).unwrap_err().to_string();
        assert_eq!(told, format!("Template error: {wanted}"), "{value}");
    }
}

#[test]
fn a_few_lines_do_not_make_gigabytes() {
    let long = "x".repeat(4000);
    let bomb = format!("!Sub ['{}', {{a: '{long}'}}]", "${a}".repeat(2000));
    let told = resolved(&bomb).unwrap_err().to_string();
    assert_eq!(told, "Template error: what the template makes is too large");
    let nested = (0..40).fold("'\"'".to_owned(), |inner, _| format!("!ToJsonString [{inner}]"));
    let told = resolved(&nested).unwrap_err().to_string();
    assert_eq!(told, "Template error: what the template makes is too large");
}

#[test]
fn names_that_never_close_take_no_time() {
    // Each of these would be looked at once for every other one.
    let open = "${".repeat(200_000);
    assert_eq!(resolved(&format!("!Sub '{open}'")), Ok(json!(open)));
    let open = "{{resolve:ssm:".repeat(60_000);
    let unnamed = Unresolved::Dynamic("ssm:".to_owned());
    assert_eq!(resolved(&format!("'{open}}}}}'")), Err(unnamed));
}
