//! `AWS::LanguageExtensions`, and which transforms a template names.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use fika_template::{Invalid, Template, extend, parameters, read, transforms};
use serde_json::{Value, json};

use support::{given, pseudo};

const HEAD: &str = "
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'a,b'}
  Policy: {Type: String, Default: Retain}
Mappings: {M: {dev: {Zones: [x, y], Policy: Delete}}}
Conditions: {Sure: !Equals [a, a]}
";

fn extended(text: &str) -> Result<Value, Invalid> {
    let read = read(&format!("{HEAD}{text}")).unwrap_or_else(|why| panic!("{text}: {why}"));
    let values = parameters(&Template::parameters(&read)?, &given(&[]), &given(&[]))?;
    extend(read, &values, &pseudo())
}

#[test]
fn loops_are_unrolled_where_they_stand() {
    let text = "
Resources:
  First: {Type: T}
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic${Name}:
        Type: AWS::SNS::Topic
        Properties:
          TopicName: !Ref Name
          Sub: !Sub 'x-${Name}-${AWS::Region}-${!Name}-&{Name}'
          Own: !Sub ['${Name}${own}', {own: !Ref Name}]
          Plain: '${Name}'
          Key: {'${Name}': 1}
  Last: {Type: T}
";
    let made = extended(text).unwrap();
    assert_eq!(made.get("Transform"), None);
    let names: Vec<_> = made["Resources"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["First", "Topica", "Topicb", "Last"]);
    let wanted = json!({
        "TopicName": "b",
        "Sub": {"Fn::Sub": "x-b-${AWS::Region}-${!Name}-&{Name}"},
        "Own": {"Fn::Sub": ["b${own}", {"own": "b"}]},
        "Plain": "${Name}",
        "Key": {"${Name}": 1},
    });
    assert_eq!(made["Resources"]["Topicb"]["Properties"], wanted);
    assert!(Template::of(&made).is_ok());
}

#[test]
fn loops_are_in_loops_in_properties_in_conditions_and_in_outputs() {
    let text = "
Resources:
  Fn::ForEach::Buckets:
    - Id
    - ['a.1', b]
    - 'Bucket&{Id}':
        Type: AWS::S3::Bucket
        Condition: !Sub 'Is${Id}'
        Properties:
          Fn::ForEach::Flags: [Flag, [One, Two], {'Allow${Flag}': !Ref Id}]
Outputs:
  Fn::ForEach::Outer:
    - Id
    - [a1, b]
    - Fn::ForEach::Inner:
        - Property
        - [Arn, DomainName]
        - 'Bucket${Id}${Property}':
            Value: !GetAtt [!Sub 'Bucket${Id}', !Ref Property]
";
    let text = text.replace("Is${Id}", "Sure");
    let made = extended(&text).unwrap();
    let bucket = json!({"Type": "AWS::S3::Bucket", "Condition": "Sure", "Properties": {"AllowOne": "a.1", "AllowTwo": "a.1"}});
    assert_eq!(made["Resources"]["Bucketa1"], bucket);
    let outputs = made["Outputs"].as_object().unwrap();
    let names: Vec<_> = outputs.keys().collect();
    assert_eq!(names, ["Bucketa1Arn", "Bucketa1DomainName", "BucketbArn", "BucketbDomainName"]);
    let value = json!({"Value": {"Fn::GetAtt": ["Bucketb", "DomainName"]}});
    assert_eq!(outputs["BucketbDomainName"], value);
    assert!(Template::of(&made).is_ok());
    let text = "
Resources: {A: {Type: T}}
Conditions: {Fn::ForEach::C: [N, !FindInMap [M, dev, Zones], {'Is${N}': !Equals [!Ref N, x]}]}
";
    let head = HEAD.replace("Conditions: {Sure: !Equals [a, a]}\n", "");
    let read = read(&format!("{head}{text}")).unwrap();
    let made = extend(read, &serde_json::Map::new(), &pseudo()).unwrap();
    assert_eq!(made["Conditions"]["Isy"], json!({"Fn::Equals": ["y", "x"]}));
}

#[test]
fn policies_and_names_may_be_functions() {
    let text = "
Resources:
  A: {Type: T, DeletionPolicy: !Ref Policy, UpdateReplacePolicy: !FindInMap [M, dev, Policy]}
  B: {Type: T, DeletionPolicy: !If [Sure, Snapshot, Delete], UpdateReplacePolicy: !Ref AWS::NoValue}
  C: {Type: T, DeletionPolicy: Delete, Properties: {x: !Ref {Fn::Sub: A}, y: !GetAtt [!If [Sure, B, A], Arn]}}
";
    let resources = extended(text).unwrap()["Resources"].clone();
    let a = json!({"Type": "T", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Delete"});
    assert_eq!(resources["A"], a);
    assert_eq!(resources["B"], json!({"Type": "T", "DeletionPolicy": "Snapshot"}));
    let properties = json!({"x": {"Ref": "A"}, "y": {"Fn::GetAtt": ["B", "Arn"]}});
    assert_eq!(resources["C"]["Properties"], properties);
}

const WRONG: [(&str, &str); 14] = [
    ("Fn::ForEach::L: [N, [a]]", "Fn::ForEach layout is incorrect"),
    ("Fn::ForEach::L: x", "Fn::ForEach layout is incorrect"),
    ("Fn::ForEach::L: [N-1, [a], {'A${N-1}': {Type: T}}]", "Fn::ForEach layout is incorrect"),
    ("Fn::ForEach::: [N, [a], {'A${N}': {Type: T}}]", "Fn::ForEach layout is incorrect"),
    (
        "Fn::ForEach::L: [N, a, {'A${N}': {Type: T}}]",
        "Could not find a collection or could not be resolved for Fn::ForEach",
    ),
    (
        "Fn::ForEach::L: [N, !Ref A, {'A${N}': {Type: T}}]",
        "Could not find a collection or could not be resolved for Fn::ForEach",
    ),
    (
        "Fn::ForEach::L: [N, [[a]], {'A${N}': {Type: T}}]",
        "Could not find a collection or could not be resolved for Fn::ForEach",
    ),
    ("Fn::ForEach::L: [N, [a, b], {A: {Type: T}}]", "Duplicate key A found"),
    (
        "Fn::ForEach::L: [Names, [a], {'A${Names}': {Type: T}}]",
        "Fn::ForEach identifier Names is already used in the template",
    ),
    (
        "Fn::ForEach::L: [N, [a], {Fn::ForEach::M: [N, [b], {'A${N}': {Type: T}}]}]",
        "Fn::ForEach identifier N is already used in the template",
    ),
    (
        "A: {Type: T, DeletionPolicy: !GetAtt B.Arn}",
        "Unsupported expression for DeletionPolicy in resource A",
    ),
    (
        "A: {Type: T, UpdateReplacePolicy: !Ref Names}",
        "Unsupported expression for UpdateReplacePolicy in resource A",
    ),
    ("A: {Type: T, Condition: Nobody}", "Key Nobody is missing in the map."),
    ("A: {Type: T, Properties: {x: !Ref {Ref: A}}}", "Ref must resolve to the name of a resource"),
];

#[test]
fn what_cannot_be_extended_is_refused() {
    for (resource, wanted) in WRONG {
        let told = extended(&format!("Resources:\n  {resource}\n")).unwrap_err().to_string();
        assert_eq!(
            told,
            format!("Transform AWS::LanguageExtensions failed with: {wanted}"),
            "{resource}"
        );
    }
}

#[test]
fn loops_do_not_make_gigabytes() {
    let turns = "[a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x]";
    let body =
        (0..5).rev().fold("A${I0}${I1}${I2}${I3}${I4}: {Type: T}".to_owned(), |body, level| {
            format!("Fn::ForEach::L{level}: [I{level}, {turns}, {{{body}}}]")
        });
    let body = body.replace("A${I0}${I1}${I2}${I3}${I4}", "'A${I0}${I1}${I2}${I3}${I4}'");
    let told = extended(&format!("Resources:\n  {body}\n")).unwrap_err().to_string();
    assert_eq!(told, "Template error: what the template makes is too large");
}

#[test]
fn transforms_are_named_in_their_order() {
    let cases = [
        ("a: 1", Ok(vec![])),
        ("Transform: AWS::Serverless-2016-10-31", Ok(vec!["AWS::Serverless-2016-10-31"])),
        ("Transform: [B, A, B]", Ok(vec!["B", "A"])),
        (
            "Transform: [A, {Name: AWS::Include, Parameters: {Location: x}}]",
            Ok(vec!["A", "AWS::Include"]),
        ),
        ("Resources: {A: {x: [Fn::Transform: {Name: AWS::Include}]}}", Ok(vec!["AWS::Include"])),
        ("Resources: {A: {x: !Transform {Name: M}}, Fn::Transform: {Name: N}}", Ok(vec!["M", "N"])),
        (
            "Transform: 1",
            Err(
                "Template format error: Every Transform member must be a string, or an object with a Name.",
            ),
        ),
        ("[]", Err("Template format error: unsupported structure.")),
    ];
    for (text, wanted) in cases {
        let named = transforms(&read(text).unwrap()).map_err(|why| why.to_string());
        let wanted: Result<Vec<String>, String> = wanted
            .map(|names| names.into_iter().map(str::to_owned).collect())
            .map_err(str::to_owned);
        assert_eq!(named, wanted, "{text}");
    }
    let several = "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nResources: {A: {Type: T}}";
    let made = extend(read(several).unwrap(), &serde_json::Map::new(), &pseudo()).unwrap();
    assert_eq!(made["Transform"], json!(["AWS::Serverless-2016-10-31"]));
}
