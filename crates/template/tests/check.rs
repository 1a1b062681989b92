//! What templates may not have, each in the service's words.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use fika_template::{DeletionPolicy, Invalid, Scope, Template, parameters, read};
use serde_json::{Value, json};

use support::{given, pseudo};

/// A section before the one resource that a template must have.
const ONE: &str = "Resources: {Q: {Type: AWS::SQS::Queue}}\n";

fn refused(text: &str) -> String {
    let read = read(text).unwrap_or_else(|why| panic!("{text}: {why}"));
    Template::of(&read).map(|_| text.to_owned()).unwrap_err().to_string()
}

const SECTIONS: [(&str, &str); 31] = [
    ("[]", "Template format error: unsupported structure."),
    ("''", "Template format error: unsupported structure."),
    (
        "Nonsense: 1\nMore: 2\nResources: {}",
        "Invalid template property or properties [Nonsense, More]",
    ),
    ("Description: x", "Template format error: At least one Resources member must be defined."),
    ("Resources: {}", "Template format error: At least one Resources member must be defined."),
    ("Resources:", "[/Resources] 'null' values are not allowed in templates"),
    ("Resources: []", "Template format error: Resources section must be an object."),
    (
        "AWSTemplateFormatVersion: 2012-10-17",
        "Template format error: unsupported value for AWSTemplateFormatVersion.",
    ),
    ("Description: [a]", "Template format error: Every Description member must be a string."),
    (
        "Resources: {A: {Type: AWS::S3::Bucket, Properties: {Name: }}}",
        "[/Resources/A/Properties/Name] 'null' values are not allowed in templates",
    ),
    (
        "Resources: {A: {Type: T, DependsOn: [~]}}",
        "[/Resources/A/DependsOn/0] 'null' values are not allowed in templates",
    ),
    ("Resources: {A: b}", "Template format error: [/Resources/A] resource definition is malformed"),
    (
        "Resources: {Fn::ForEach::A: []}",
        "Template format error: [/Resources/Fn::ForEach::A] resource definition is malformed",
    ),
    (
        "Resources: {A: {}}",
        "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
    ),
    (
        "Resources: {A: {Type: [x]}}",
        "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
    ),
    (
        "Resources: {a-b: {Type: T}}",
        "Template format error: Resource name a-b is non alphanumeric.",
    ),
    ("Resources: {A: {Type: T, Depends: B}}", "Invalid template resource property 'Depends'"),
    (
        "Resources: {A: {Type: T, Properties: [a]}}",
        "Template format error: [/Resources/A] Every Properties member must be an object.",
    ),
    (
        "Resources: {A: {Type: T, DependsOn: {Ref: B}}}",
        "Template format error: DependsOn must be a string or list of strings.",
    ),
    (
        "Resources: {A: {Type: T, DependsOn: [[B]]}}",
        "Template format error: Every DependsOn value must be a string.",
    ),
    (
        "Resources: {A: {Type: T, Condition: !If [a, b, c]}}",
        "Template format error: Every Condition member must be a string.",
    ),
    (
        "Resources: {A: {Type: T, DeletionPolicy: !Ref P}}",
        "Template format error: Every DeletionPolicy member must be a string.",
    ),
    (
        "Resources: {A: {Type: T, DeletionPolicy: retain}}",
        "Template format error: Unrecognized DeletionPolicy retain for resource A",
    ),
    (
        "Resources: {A: {Type: T, UpdateReplacePolicy: RetainExceptOnCreate}}",
        "Template format error: Unrecognized UpdateReplacePolicy RetainExceptOnCreate for resource A",
    ),
    (
        "Resources: {A: {Type: T, UpdateReplacePolicy: []}}",
        "Template format error: Every UpdateReplacePolicy member must be a string.",
    ),
    (
        "Resources: {A: {Type: T}}\nOutputs: {a.b: {Value: x}}",
        "Template format error: Output name a.b is non alphanumeric.",
    ),
    ("Resources: {A: {Type: T}}\nOutputs: {B: x}", "Template format error: Output B is malformed"),
    (
        "Resources: {A: {Type: T}}\nOutputs: {B: {}}",
        "Template format error: Every Outputs member must contain a Value object",
    ),
    (
        "Resources: {A: {Type: T}}\nOutputs: {B: {Value: x, Export: y}}",
        "Template format error: Output B is malformed",
    ),
    (
        "Resources: {A: {Type: T}}\nOutputs: {B: {Value: x, Name: y}}",
        "Invalid template output property 'Name'",
    ),
    (
        "Resources: {A: {Type: T}}\nRules: {R: {Assertions: []}}",
        "Template format error: Rule R is malformed",
    ),
];

#[test]
fn sections_have_what_the_service_takes() {
    for (text, wanted) in SECTIONS {
        assert_eq!(refused(text), wanted, "{text}");
    }
}

const OTHERS: [(&str, &str); 31] = [
    (
        "Parameters: {P: {}}",
        "Template format error: Every Parameters object must contain a Type member.",
    ),
    ("Parameters: {P: {Type: Strin}}", "Template format error: Unrecognized parameter type: Strin"),
    (
        "Parameters: {P: {Type: List<Thing>}}",
        "Template format error: Unrecognized parameter type: List<Thing>",
    ),
    (
        "Parameters: {P-Q: {Type: String}}",
        "Template format error: Parameter name P-Q is non alphanumeric.",
    ),
    (
        "Parameters: {P: {Type: String, Defaults: x}}",
        "Invalid template parameter property 'Defaults'",
    ),
    (
        "Parameters: {P: {Type: String, Default: [x]}}",
        "Template format error: Every Default member must be a string.",
    ),
    (
        "Parameters: {P: {Type: String, AllowedValues: x}}",
        "Template format error: Every AllowedValues member must be a list.",
    ),
    (
        "Parameters: {P: {Type: String, AllowedValues: [[x]]}}",
        "Template format error: Every AllowedValues value must be a string.",
    ),
    (
        "Parameters: {P: {Type: String, MinLength: x}}",
        "Template format error: Every MinLength member must be a number.",
    ),
    (
        "Parameters: {P: {Type: String, NoEcho: x}}",
        "Template format error: Every NoEcho member must be a boolean.",
    ),
    (
        "Mappings: {M-N: {a: {b: c}}}",
        "Template format error: Mappings name M-N is non alphanumeric.",
    ),
    ("Mappings: {M: a}", "Template format error: Every Mappings member M must be a map"),
    ("Mappings: {M: {a: b}}", "Template format error: Every Mappings attribute M.a must be a map"),
    (
        "Mappings: {M: {a: {b: {c: d}}}}",
        "Template format error: Every Mappings attribute must be a String or a List.",
    ),
    (
        "Mappings: {M: {a: {b: !Ref Q}}}",
        "Template format error: Every Mappings attribute must be a String or a List.",
    ),
    (
        "Conditions: {C: !Equals [!Ref Q, x]}",
        "Template format error: Unresolved dependencies [Q]. Cannot reference resources in the Conditions block of the template",
    ),
    (
        "Conditions: {C: !Equals [!GetAtt Q.Arn, !Ref None]}",
        "Template format error: Unresolved dependencies [Q, None]. Cannot reference resources in the Conditions block of the template",
    ),
    (
        "Conditions: {C: !Equals [!ImportValue x, y]}",
        "Template error: Cannot use Fn::ImportValue in Conditions",
    ),
    (
        "Conditions: {C: !Not [!Condition D]}",
        "Template error: unresolved condition dependency D in Condition",
    ),
    (
        "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}",
        "Template format error: Circular dependency between conditions: [A, B]",
    ),
    (
        "Conditions: {A: !Not [!Condition A], B: !Not [!Condition A]}",
        "Template format error: Circular dependency between conditions: [A]",
    ),
    (
        "Outputs: {O: {Value: !Ref Nope}}",
        "Template format error: Unresolved resource dependencies [Nope] in the Outputs block of the template",
    ),
    (
        "Outputs: {O: {Value: x, Export: {Name: !Sub '${Nope}'}}}",
        "Template format error: Unresolved resource dependencies [Nope] in the Outputs block of the template",
    ),
    (
        "Outputs: {O: {Value: x, Condition: Nope}}",
        "Template format error: Unresolved condition dependency Nope in the Outputs block of the template",
    ),
    (
        "Outputs: {O: {Value: !GetAtt Nope.Arn}}",
        "Template error: instance of Fn::GetAtt references undefined resource Nope",
    ),
    (
        "Outputs: {O: {Value: !Sub '${Nope.Arn}'}}",
        "Template error: instance of Fn::Sub references invalid resource attribute Nope.Arn",
    ),
    (
        "Outputs: {O: {Value: !If [Nope, a, b]}}",
        "Template error: unresolved condition dependency Nope in Fn::If",
    ),
    (
        "Outputs: {O: {Value: !Ref [a]}}",
        "Template error: every Ref object must have a single String value.",
    ),
    (
        "Outputs: {O: {Value: !GetAtt Q}}",
        "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
    ),
    (
        "Outputs: {O: {Value: !If [a]}}",
        "Template error: Fn::If requires a list argument with three elements, the first of them the name of a condition",
    ),
    (
        "Outputs: {O: {Value: !Sub '${a b}'}}",
        "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons",
    ),
];

#[test]
fn the_other_sections_have_it_too() {
    for (text, wanted) in OTHERS {
        assert_eq!(refused(&format!("{ONE}{text}")), wanted, "{text}");
    }
}

const RESOURCES: [(&str, &str); 11] = [
    (
        "A: {Type: T, Properties: {x: !Ref B}}",
        "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
    ),
    (
        "A: {Type: T, DependsOn: [B, C, B]}",
        "Template format error: Unresolved resource dependencies [B, C] in the Resources block of the template",
    ),
    (
        "A: {Type: T, Metadata: {x: [!Sub '${B}-${C}']}}",
        "Template format error: Unresolved resource dependencies [B, C] in the Resources block of the template",
    ),
    (
        "A: {Type: T, Condition: C}",
        "Template format error: Unresolved condition dependency C in the Resources block of the template",
    ),
    ("A: {Type: T, DependsOn: A}", "Circular dependency between resources: [A]"),
    ("A: {Type: T, Properties: {x: !Ref A}}", "Circular dependency between resources: [A]"),
    (
        "A: {Type: T, DependsOn: B}\n  B: {Type: T, DependsOn: [A]}",
        "Circular dependency between resources: [A, B]",
    ),
    (
        "Z: {Type: T, DependsOn: A}\n  A: {Type: T, Properties: {x: !GetAtt B.Arn}}\n  B: {Type: T, Properties: {x: !Sub '${C.Arn}'}}\n  C: {Type: T, DependsOn: [A, D]}\n  D: {Type: T}",
        "Circular dependency between resources: [A, B, C]",
    ),
    (
        "A: {Type: T, Properties: {x: !If [C, !Ref A, b]}}",
        "Template error: unresolved condition dependency C in Fn::If",
    ),
    (
        "A: {Type: T, Properties: {Fn::Transform: {Name: AWS::Include}}}",
        "Template error: Properties of a resource can not be a function: Fn::Transform",
    ),
    (
        "A: {Type: T, UpdatePolicy: {x: !Ref B}}",
        "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
    ),
];

#[test]
fn resources_refer_to_what_is_there_and_not_in_circles() {
    for (text, wanted) in RESOURCES {
        assert_eq!(refused(&format!("Resources:\n  {text}\n")), wanted, "{text}");
    }
}

#[test]
fn there_are_so_many_of_each_and_no_more() {
    let many = |count: usize, value: &Value| -> Value {
        Value::Object((0..count).map(|index| (format!("N{index}"), value.clone())).collect())
    };
    let cases = [
        ("Resources", "resources", 500, json!({"Type": "T"})),
        ("Parameters", "parameters", 200, json!({"Type": "String"})),
        ("Outputs", "outputs", 200, json!({"Value": "x"})),
        ("Mappings", "mappings", 200, json!({"a": {"b": "c"}})),
    ];
    for (section, what, most, value) in cases {
        let mut template = json!({"Resources": {"A": {"Type": "T"}}});
        template[section] = many(most, &value);
        assert!(Template::of(&template).is_ok(), "{most} {what}");
        template[section] = many(most + 1, &value);
        let wanted = format!(
            "Template format error: Number of {what}, {}, is greater than maximum allowed, {most}",
            most + 1
        );
        assert_eq!(Template::of(&template).unwrap_err().to_string(), wanted);
    }
}

#[test]
fn values_that_were_made_elsewhere_may_not_be_deep_either() {
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let template = json!({"Resources": {"A": {"Type": "T", "Properties": {"x": deep}}}});
    let told = Template::of(&template).unwrap_err().to_string();
    assert_eq!(told, "Template format error: the template is nested deeper than 100 levels");
}

#[test]
fn policies_are_read() {
    let text = "Resources: {A: {Type: T, DeletionPolicy: RetainExceptOnCreate, UpdateReplacePolicy: Snapshot}, B: {Type: T}}";
    let template = Template::of(&read(text).unwrap()).unwrap();
    let (a, b) = (&template.resources["A"], &template.resources["B"]);
    assert_eq!(a.deletion_policy, Some(DeletionPolicy::RetainExceptOnCreate));
    assert_eq!(a.update_replace_policy, Some(DeletionPolicy::Snapshot));
    assert_eq!((b.deletion_policy, b.update_replace_policy), (None, None));
}

const CONDITIONAL: &str = "
Parameters: {Stage: {Type: String, Default: dev}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Dev: !Not [!Condition Prod]
Resources:
  A: {Type: T, Condition: Prod}
  B: {Type: T, Properties: {x: !If [Prod, !Ref A, !Ref AWS::NoValue], y: !Sub '${C.Arn}${AWS::Region}'}}
  C: {Type: T}
";

/// What the resources depend on in a stack with this stage, with a few lines more.
fn dependencies(more: &str, stage: &str) -> Result<Value, Invalid> {
    let template = Template::of(&read(&format!("{CONDITIONAL}{more}")).unwrap())?;
    let values = parameters(&template.parameters, &given(&[("Stage", stage)]), &given(&[]))?;
    let pseudo = pseudo();
    let scope = Scope::new(&template, &values, &pseudo)?;
    Ok(json!(template.dependencies(&scope)?))
}

#[test]
fn only_what_is_made_and_taken_is_depended_on() {
    assert_eq!(dependencies("", "prod"), Ok(json!({"A": [], "B": ["A", "C"], "C": []})));
    assert_eq!(dependencies("", "dev"), Ok(json!({"B": ["C"], "C": []})));
    // A circle, but never both halves of it.
    let halves = "  D: {Type: T, Properties: {x: !If [Prod, !Ref E, 1]}}\n  E: {Type: T, Properties: {x: !If [Dev, !Ref D, 1]}}\n";
    assert_eq!(dependencies(halves, "dev").unwrap()["E"], json!(["D"]));
    assert_eq!(dependencies(halves, "prod").unwrap()["D"], json!(["E"]));
}

#[test]
fn what_is_made_refers_to_nothing_that_is_not() {
    let block = |block: &str| {
        format!(
            "Template format error: Unresolved resource dependencies [A] in the {block} block of the template"
        )
    };
    let cases = [
        ("  D: {Type: T, Properties: {x: !Ref A}}\n", block("Resources")),
        ("  D: {Type: T, Properties: {x: !GetAtt A.Arn}}\n", block("Resources")),
        ("  D: {Type: T, DependsOn: A}\n", block("Resources")),
        ("Outputs: {O: {Value: !Ref A}}\n", block("Outputs")),
        (
            "  D: {Type: T, Properties: {x: !If [Dev, !Ref E, 1]}}\n  E: {Type: T, Properties: {x: !If [Dev, !Ref D, 1]}}\n",
            "Circular dependency between resources: [D, E]".to_owned(),
        ),
    ];
    for (more, wanted) in cases {
        assert_eq!(dependencies(more, "dev").unwrap_err().to_string(), wanted, "{more}");
    }
    assert!(dependencies("Outputs: {O: {Value: !Ref A, Condition: Prod}}\n", "dev").is_ok());
}

#[test]
fn what_a_template_asks_others_for_is_listed() {
    let text = format!(
        "{CONDITIONAL}Outputs: {{O: {{Value: !ImportValue {{Fn::Sub: '${{Stage}}-x'}}}}, P: {{Value: !GetAtt [A, Name], Condition: Prod}}}}"
    );
    let template = Template::of(&read(&text).unwrap()).unwrap();
    let values = parameters(&template.parameters, &given(&[]), &given(&[])).unwrap();
    let pseudo = pseudo();
    let scope = Scope::new(&template, &values, &pseudo).unwrap();
    assert_eq!(json!(template.imports(&scope).unwrap()), json!(["dev-x"]));
    assert_eq!(json!(template.attributes(&scope).unwrap()), json!([["C", "Arn"]]));
    let found = fika_template::dynamic_references(&json!({
        "a": ["x{{resolve:ssm:/a:1}}y{{resolve:secretsmanager:b}}", "{{resolve:ssm:${c}}}"]
    }));
    assert_eq!(json!(found), json!(["secretsmanager:b", "ssm:/a:1"]));
}
