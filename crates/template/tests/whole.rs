//! A whole template: read, checked, resolved.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use fika_template::{Scope, Template, parameters, read, resolve};
use serde_json::{Value, json};

use support::{Stack, given, pseudo};

const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: 2010-09-09
Description: An API, and what keeps its data.
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Size: {Type: Number, Default: 128}
Mappings:
  Sizes:
    dev: {Memory: 128}
    prod: {Memory: 1024}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties: {TableName: !Sub "${AWS::StackName}-data"}
  Handler:
    Type: AWS::Lambda::Function
    Properties:
      MemorySize: !FindInMap [Sizes, !Ref Stage, Memory]
      Timeout: !Ref Size
      Role: !GetAtt Role.Arn
      Tags: !If [Prod, [{Key: prod, Value: "yes"}], !Ref AWS::NoValue]
      Environment:
        Variables: {TABLE: !Ref Table, ARN: !Sub "${Table.Arn}/${Stage}"}
  Alarm:
    Type: AWS::SNS::Topic
    Condition: Prod
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Condition: {Bool: {"a:b": true}}}]
Outputs:
  Name:
    Value: !Ref Handler
    Export: {Name: !Sub "${AWS::StackName}-name"}
"#;

#[test]
fn a_template_is_read_checked_and_resolved() {
    let template = Template::of(&read(TEMPLATE).unwrap()).unwrap();
    let values = parameters(&template.parameters, &given(&[]), &given(&[])).unwrap();
    let pseudo = pseudo();
    let scope = Scope::new(&template, &values, &pseudo).unwrap();
    let needs = template.dependencies(&scope).unwrap();
    assert_eq!(json!(needs), json!({"Handler": ["Role", "Table"], "Role": [], "Table": []}));
    let known =
        Stack::of(&[("Table", "stack-data"), ("Role.Arn", "arn:r"), ("Table.Arn", "arn:t")]);
    let properties = Value::Object(template.resources["Handler"].properties.clone());
    let resolved = resolve(&properties, &scope, &known).unwrap();
    let wanted = json!({"MemorySize": 128, "Timeout": "128", "Role": "arn:r",
        "Environment": {"Variables": {"TABLE": "stack-data", "ARN": "arn:t/dev"}}});
    assert_eq!(resolved, wanted);
    let document = &template.resources["Role"].properties["AssumeRolePolicyDocument"];
    assert_eq!(resolve(document, &scope, &known).unwrap()["Version"], "2012-10-17");
    let export = template.outputs["Name"].export.as_ref().unwrap();
    assert_eq!(resolve(export, &scope, &known).unwrap(), "stack-name");
}
