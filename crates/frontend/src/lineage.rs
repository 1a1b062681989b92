//! Loops of functions that call one another, found by the lineage of a chain of calls.
//!
//! The trace header has it as AWS writes it: `Lineage=3:a87bd80c:1|68fd508a:0`, the number of
//! calls of the chain, then for each function a hash of its name and how often it was called
//! *again*. A function finds the header in `_X_AMZN_TRACE_ID`, and every AWS SDK sends it on with
//! what the function calls. Who drops it leaves the chain, as on AWS.

use std::fmt::Write as _;

use fika_model::{FunctionArn, Scope};

/// How often a function may be called in one chain (AWS documents about 16).
pub(crate) const CALLS: u32 = 16;

/// The most functions one chain tells apart. Those beyond are not counted.
const FUNCTIONS: usize = 64;
const MEMBER: &str = "Lineage=";

/// One more call of a chain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The trace header to hand on.
    pub(crate) trace_id: String,
    /// How often the function was called in this chain before.
    pub(crate) before: u32,
}

/// Adds a call of a function to the chain that a trace header tells of.
pub(crate) fn step(mut trace_id: String, function: &FunctionArn) -> Step {
    let own = hash(function);
    let Some((others, lineage)) = split(&trace_id) else {
        let join = if trace_id.is_empty() { "" } else { ";" };
        // Writing to a text cannot fail; nor can it below.
        let _ = write!(trace_id, "{join}{MEMBER}1:{own:08x}:0");
        return Step { trace_id, before: 0 };
    };
    let Lineage { calls, mut functions } = Lineage::read(lineage).unwrap_or_default();
    let before = match functions.iter_mut().find(|(function, _)| *function == own) {
        Some((_, again)) => {
            *again = again.saturating_add(1);
            *again
        }
        None => {
            functions.push((own, 0));
            0
        }
    };
    functions.truncate(FUNCTIONS);
    let mut trace_id = others;
    let _ = write!(trace_id, "{MEMBER}{}", calls.saturating_add(1));
    for (n, (function, again)) in functions.iter().enumerate() {
        let join = if n == 0 { ':' } else { '|' };
        let _ = write!(trace_id, "{join}{function:08x}:{again}");
    }
    Step { trace_id, before }
}

/// The other members of a header, each with its semicolon, and its lineage where it has one.
fn split(trace_id: &str) -> Option<(String, &str)> {
    let is_lineage = |member: &&str| member.trim_start().starts_with(MEMBER);
    let lineage = trace_id.split(';').find(is_lineage)?;
    let others = trace_id.split(';').filter(|member| !is_lineage(member));
    let others = others.flat_map(|member| [member, ";"]).collect();
    Some((others, &lineage.trim_start()[MEMBER.len()..]))
}

#[derive(Debug, Default)]
struct Lineage {
    calls: u32,
    /// Hash of each function, and how often it was called again.
    functions: Vec<(u32, u32)>,
}

impl Lineage {
    /// None where the text is of no such form.
    fn read(text: &str) -> Option<Self> {
        // Python's SDK sends the header on percent-encoded, but for `=`, `;` and `:`.
        let text = text.trim_end().replace("%7C", "|");
        let (calls, functions) = text.split_once(':')?;
        let function = |part: &str| {
            let (function, again) = part.split_once(':')?;
            Some((u32::from_str_radix(function, 16).ok()?, again.parse().ok()?))
        };
        let functions = functions.split('|').take(FUNCTIONS).map(function);
        Some(Self { calls: calls.parse().ok()?, functions: functions.collect::<Option<_>>()? })
    }
}

/// FNV-1a of a function's name, the same in every fika.
fn hash(FunctionArn { scope: Scope { account, region }, name, .. }: &FunctionArn) -> u32 {
    let parts = [region.as_str(), account.as_str(), name];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use fika_model::{AccountId, Region};

    use super::*;

    fn function(name: &str) -> FunctionArn {
        let account = AccountId::new("123456789012").unwrap();
        let region = Region::new("us-east-1").unwrap();
        FunctionArn { scope: Scope { account, region }, name: name.into(), qualifier: None }
    }

    #[test]
    fn a_chain_counts_each_function() {
        let (a, b) = (function("a"), function("b"));
        let (x, y) = (hash(&a), hash(&b));
        let first = step("Root=1-2-3;Sampled=0".into(), &a);
        assert_eq!(first.trace_id, format!("Root=1-2-3;Sampled=0;Lineage=1:{x:08x}:0"));
        assert_eq!(first.before, 0);
        let second = step(first.trace_id, &b);
        assert_eq!(second.before, 0);
        let third = step(second.trace_id, &a);
        let lineage = format!("Lineage=3:{x:08x}:1|{y:08x}:0");
        assert_eq!(third.trace_id, format!("Root=1-2-3;Sampled=0;{lineage}"));
        assert_eq!(third.before, 1);
    }

    #[test]
    fn a_chain_goes_on_through_an_sdk_that_encodes_it() {
        let (a, b) = (function("a"), function("b"));
        let both = step(step(String::new(), &a).trace_id, &b).trace_id;
        assert_eq!(step(both.replace('|', "%7C"), &a).before, 1, "{both}");
    }

    #[test]
    fn a_loop_is_seen_after_sixteen_calls() {
        let mut trace_id = "Root=1-2-3".to_owned();
        let again = function("again");
        for call in 0..=CALLS {
            let one = step(step(trace_id, &function(&format!("other{call}"))).trace_id, &again);
            assert_eq!(one.before, call);
            trace_id = one.trace_id;
        }
    }

    #[test]
    fn what_is_no_lineage_begins_anew() {
        let a = function("a");
        let fresh = format!("Lineage=1:{:08x}:0", hash(&a));
        for text in ["", "x", "1", "1:", "1:zz:0", "1:0:0|", "-1:0:0", "1:0:99999999999"] {
            let one = step(format!("Lineage={text};Root=1-2-3"), &a);
            assert_eq!(one, Step { trace_id: format!("Root=1-2-3;{fresh}"), before: 0 }, "{text}");
        }
    }

    #[test]
    fn a_chain_stays_short() {
        let mut trace_id = String::new();
        for n in 0..200 {
            trace_id = step(trace_id, &function(&n.to_string())).trace_id;
        }
        assert!(trace_id.len() < 1_000, "{}", trace_id.len());
        let many = format!("Lineage=1:{}0:0", "00000001:4294967295|".repeat(10_000));
        assert!(step(many, &function("a")).trace_id.len() < 1_500);
    }
}
