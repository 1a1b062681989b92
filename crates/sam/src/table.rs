//! `AWS::Serverless::SimpleTable`: a DynamoDB table with one key.

use crate::error::{Result, resource};
use crate::kinds::TABLE;
use crate::made::{Given, Made, tag_list};
use crate::read::check_id;
use crate::shape;
use crate::tree::{Dict, Node, dict, list};

pub(crate) fn expand(id: &str, given: &Dict) -> Result<Vec<Made>> {
    check_id(id)?;
    let table = Given::new(id, given);
    shape::check(id, "AWS::Serverless::SimpleTable", &table.properties, TABLE)?;
    let mut made = Made::new(id, "AWS::DynamoDB::Table", &table.kept);
    made.depends_on = table.depends_on.clone();
    let (name, kind) = key(&table)?;
    made.set(
        "AttributeDefinitions",
        list![dict! { "AttributeName" => &name, "AttributeType" => kind }],
    );
    made.set("KeySchema", list![dict! { "AttributeName" => &name, "KeyType" => "HASH" }]);
    for name in ["PointInTimeRecoverySpecification", "SSESpecification", "TableName"] {
        made.set(name, table.truthy(name).cloned().unwrap_or_default());
    }
    match table.truthy("ProvisionedThroughput") {
        Some(throughput) => made.set("ProvisionedThroughput", throughput),
        None => made.set("BillingMode", "PAY_PER_REQUEST"),
    }
    if let Some(Node::Dict(tags)) = table.truthy("Tags") {
        made.set("Tags", tag_list(tags));
    }
    Ok(vec![made])
}

/// The key's name and the letter of its type.
fn key(table: &Given) -> Result<(Node, &'static str)> {
    let Some(key) = table.truthy("PrimaryKey") else { return Ok(("id".into(), "S")) };
    let part = |name: &str| {
        let value = key.get(name).filter(|value| !value.is_null());
        value.ok_or_else(|| {
            resource(&table.id, format!("Property 'PrimaryKey.{name}' is required."))
        })
    };
    let name = part("Name")?.clone();
    let kind = part("Type")?;
    match kind.as_str() {
        Some("String") => Ok((name, "S")),
        Some("Number") => Ok((name, "N")),
        Some("Binary") => Ok((name, "B")),
        _ => {
            let kind = crate::globals::python_text(kind);
            Err(resource(&table.id, format!("Invalid 'Type' \"{kind}\".")))
        }
    }
}
