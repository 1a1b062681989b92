//! What is done with a fuzzer's bytes where they are a CloudFormation template: all that is done before a stack is made of it.

use std::collections::BTreeMap;

use fika_template::{
    Known, Pseudo, Scope, Template, extend, parameters, read, resolve, transforms,
};
use serde_json::{Value, json};

/// Knows the names that it is asked for, but for those that begin with an `N`.
struct Echo;

impl Known for Echo {
    fn reference(&self, logical: &str) -> Option<Value> {
        (!logical.starts_with('N')).then(|| logical.into())
    }

    fn attribute(&self, logical: &str, name: &str) -> Option<Value> {
        (!logical.starts_with('N')).then(|| json!([logical, name]))
    }

    fn import(&self, export: &str) -> Option<Value> {
        self.reference(export)
    }

    fn dynamic(&self, reference: &str) -> Option<Value> {
        fika_template::Dynamic::read(reference).map(|_| reference.into())
    }
}

pub fn template(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(whole) = read(text) else { return };
    let _ = transforms(&whole);
    let _ = fika_template::dynamic_references(&whole);
    let Ok(declared) = Template::parameters(&whole) else { return };
    // Every parameter without a default is given one.
    let given: BTreeMap<String, String> = declared
        .iter()
        .filter(|(_, parameter)| parameter.default.is_none())
        .map(|(name, _)| (name.clone(), "1".to_owned()))
        .collect();
    let stored =
        fika_template::ssm_names(&declared, &given).into_iter().map(|name| (name, "a,b".into()));
    let Ok(values) = parameters(&declared, &given, &stored.collect()) else { return };
    let extended = extend(whole.clone(), &values, &pseudo());
    for whole in std::iter::once(whole).chain(extended) {
        let Ok(template) = Template::of(&whole) else { continue };
        let pseudo = pseudo();
        let Ok(scope) = Scope::new(&template, &values, &pseudo) else { continue };
        let _ = template.dependencies(&scope);
        let _ = template.imports(&scope);
        let _ = template.attributes(&scope);
        for resource in template.resources.values() {
            settled(&Value::Object(resource.properties.clone()), &scope);
        }
        for output in template.outputs.values() {
            settled(&output.value, &scope);
        }
    }
}

/// What was resolved stays as it is.
fn settled(value: &Value, scope: &Scope<'_>) {
    let Ok(made) = resolve(value, scope, &Echo) else { return };
    // Objects that call something may come of data that calls nothing: a key and its value apart.
    if let Ok(again) = resolve(&made, scope, &Echo) {
        assert_eq!(again, made, "resolved twice, it is something else");
    }
}

fn pseudo() -> Pseudo {
    Pseudo {
        account: "123456789012".to_owned(),
        region: "eu-west-1".to_owned(),
        partition: "aws".to_owned(),
        url_suffix: "amazonaws.com".to_owned(),
        stack_id: "arn:aws:cloudformation:eu-west-1:123456789012:stack/stack/1".to_owned(),
        stack_name: "stack".to_owned(),
        notification_arns: Vec::new(),
    }
}
