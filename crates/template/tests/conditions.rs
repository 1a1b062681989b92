//! Conditions and rules.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;

use fika_template::{Invalid, Scope, Template, parameters, read};

use support::{given, pseudo};

const HEAD: &str = "
Parameters:
  Stage: {Type: String, Default: dev}
  Zones: {Type: CommaDelimitedList, Default: 'a,b'}
  Enabled: {Type: String, Default: 'true'}
Mappings: {M: {eu-west-1: {Kind: west}, us-east-1: {Kind: east}}}
Resources: {Q: {Type: AWS::SQS::Queue}}
";

fn evaluated(section: &str) -> Result<BTreeMap<String, bool>, Invalid> {
    let template = Template::of(&read(&format!("{HEAD}{section}"))?)?;
    let values = parameters(&template.parameters, &given(&[]), &given(&[]))?;
    let pseudo = pseudo();
    Scope::new(&template, &values, &pseudo).map(|scope| scope.conditions)
}

#[test]
fn conditions_hold_or_not() {
    let cases = [
        ("!Equals [!Ref Stage, dev]", true),
        ("!Equals [!Ref Stage, prod]", false),
        ("!Equals [!Ref Enabled, true]", true),
        ("!Equals ['1', 1]", true),
        ("!Equals [!Ref Zones, [a, b]]", true),
        ("!Equals [!FindInMap [M, !Ref AWS::Region, Kind], west]", true),
        ("!Equals [!Select [1, !Ref Zones], b]", true),
        ("!Equals [!Join ['', [a, b]], !Sub 'a${Stage}']", false),
        ("!Equals ['', '']", true),
        ("!Not [!Condition Dev]", false),
        ("!And [!Condition Dev, !Not [!Condition Prod]]", true),
        ("!And [!Condition Dev, !Condition Prod]", false),
        ("!Or [!Condition Dev, !Condition Prod]", true),
        ("!Or [!Condition Prod, !Not [!Condition Dev]]", false),
        ("!Condition Dev", true),
        ("!Equals [!If [Dev, x, y], x]", true),
    ];
    for (condition, wanted) in cases {
        let section = format!(
            "Conditions:\n  C: {condition}\n  Dev: !Equals [!Ref Stage, dev]\n  Prod: !Equals [!Ref Stage, prod]\n"
        );
        assert_eq!(evaluated(&section).unwrap()["C"], wanted, "{condition}");
    }
}

#[test]
fn a_long_chain_of_conditions_is_no_deep_one() {
    let links: String =
        (1..5000).map(|link| format!("  C{link}: !Not [!Condition C{}]\n", link - 1)).collect();
    let held = evaluated(&format!("Conditions:\n  C0: !Equals [a, a]\n{links}")).unwrap();
    assert!(held["C4998"] && !held["C4999"]);
}

#[test]
fn what_is_no_condition_is_refused() {
    let only = "Template format error: Conditions can only be boolean operations on parameters and other conditions";
    let each = |name: &str| {
        format!(
            "Template error: every {name} object requires a list of at least 2 and at most 10 boolean parameters."
        )
    };
    let equals = "Template error: every Fn::Equals object requires a list of 2 string parameters.";
    let not =
        "Template error: every Fn::Not object requires a list with exactly 1 boolean parameter.";
    let map = "Template error: Mapping named 'None' is not present in the 'Mappings' section of template.";
    let cases = [
        ("yes", only.to_owned()),
        ("!Ref Stage", only.to_owned()),
        ("{Fn::Equals: [a, a], b: c}", only.to_owned()),
        ("!Contains [[a], a]", only.to_owned()),
        ("!Not [maybe]", only.to_owned()),
        ("!And [!Equals [a, a]]", each("Fn::And")),
        ("!Or []", each("Fn::Or")),
        ("!Equals [a]", equals.to_owned()),
        ("!Not []", not.to_owned()),
        ("!Equals [!FindInMap [None, a, b], x]", map.to_owned()),
        (
            "{Condition: [a]}",
            "Template format error: Every Condition member must be a string.".to_owned(),
        ),
    ];
    for (condition, wanted) in cases {
        let told = evaluated(&format!("Conditions: {{C: {condition}}}")).unwrap_err();
        assert_eq!(told.to_string(), wanted, "{condition}");
    }
}

#[test]
fn rules_refuse_parameters_in_their_own_words() {
    let cases = [
        ("!Contains [[dev, prod], !Ref Stage]", None),
        ("!Not [!Contains [['1', '2'], !Ref Stage]]", None),
        ("!Contains [[prod], !Ref Stage]", Some("as it is told")),
        ("!EachMemberIn [!Ref Zones, [a, b, c]]", None),
        ("!EachMemberIn [!Ref Zones, [a, c]]", Some("as it is told")),
        ("!EachMemberEquals [[x, x], x]", None),
        ("!EachMemberEquals [!Ref Zones, a]", Some("as it is told")),
        (
            "!ValueOf [Stage, x]",
            Some(
                "Template format error: Conditions can only be boolean operations on parameters and other conditions",
            ),
        ),
        (
            "!Contains [a, b]",
            Some("Template error: every Fn::Contains object requires two parameters."),
        ),
    ];
    for (assert, wanted) in cases {
        let rule = |condition: &str| {
            format!(
                "Rules: {{R: {{{condition}Assertions: [{{Assert: {assert}, AssertDescription: as it is told}}]}}}}"
            )
        };
        let told = evaluated(&rule("")).err().map(|why| why.to_string());
        assert_eq!(told.as_deref(), wanted, "{assert}");
        let idle = rule("RuleCondition: !Equals [!Ref Stage, prod], ");
        assert!(evaluated(&idle).is_ok(), "{assert}");
    }
}
