//! Rules of servers that were killed and have not come back.
//!
//! A server that starts again replaces its own. One whose data directory is gone never does, and every packet
//! of the machine, those of loopback as well, goes through what it left: a hundred such tables make each
//! request several times as dear.

use std::io;

use serde::Deserialize;

use crate::rules::TABLE;
use crate::{host, nft};

/// What `nft -j list tables` says, as far as it matters.
#[derive(Deserialize)]
struct Listed {
    nftables: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    table: Option<Table>,
}

/// A table. Its handle is never another's, not even when its name is.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Table {
    family: String,
    name: String,
    handle: u64,
}

/// Removes the rules of every server whose link is gone, for that went with its process.
///
/// A server makes its link before its rules: so whoever is listed here and has no link is dead. One that starts
/// again between the two looks has rules of another handle, which stay.
pub fn remove() -> io::Result<()> {
    for Table { name, handle, .. } in ours(&nft::list_json(&["tables"])?)? {
        let instance = name.strip_prefix(TABLE).unwrap_or_default();
        if !host::is_linked(instance)? {
            nft::apply(&format!("delete table inet handle {handle}\n"))?;
            tracing::info!(instance, "removed the network rules of a server that was killed");
        }
    }
    Ok(())
}

/// Those of fika's servers.
fn ours(json: &str) -> io::Result<Vec<Table>> {
    let Listed { nftables } = serde_json::from_str(json)?;
    let is_ours = |table: &Table| {
        let instance = table.name.strip_prefix(TABLE).unwrap_or_default();
        let is_instance = instance.len() == 8 && u32::from_str_radix(instance, 16).is_ok();
        table.family == "inet" && is_instance
    };
    Ok(nftables.into_iter().filter_map(|object| object.table).filter(is_ours).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_others_are_not_ours() {
        let json = r#"{"nftables": [
            {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
            {"table": {"family": "ip", "name": "fika_0badcafe", "handle": 1}},
            {"table": {"family": "inet", "name": "fika", "handle": 2}},
            {"table": {"family": "inet", "name": "fika_mine", "handle": 3}},
            {"table": {"family": "inet", "name": "docker", "handle": 4}},
            {"table": {"family": "inet", "name": "fika_0badcafe", "handle": 5}}
        ]}"#;
        let ours = ours(json).unwrap();
        assert_eq!(ours.iter().map(|table| table.handle).collect::<Vec<_>>(), [5]);
    }
}
