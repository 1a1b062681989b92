//! Circles.

use std::collections::{BTreeMap, BTreeSet};

/// What each depends on.
pub(crate) type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The nodes in such an order that each comes after what it depends on; or else those that are in circles, or
/// between two.
pub(crate) fn order<'a>(graph: &Graph<'a>) -> Result<Vec<&'a str>, Vec<&'a str>> {
    let done = peeled(graph);
    if done.len() == graph.len() {
        return Ok(done);
    }
    // What is left depends on a circle; that on which also a circle depends is what remains.
    let done: BTreeSet<&str> = done.into_iter().collect();
    let mut back: Graph<'a> = graph
        .keys()
        .filter(|node| !done.contains(*node))
        .map(|node| (*node, BTreeSet::new()))
        .collect();
    for (node, needs) in graph.iter().filter(|(node, _)| !done.contains(*node)) {
        for need in needs {
            back.entry(need).and_modify(|dependents| {
                dependents.insert(node);
            });
        }
    }
    let free: BTreeSet<&str> = peeled(&back).into_iter().collect();
    Err(back.into_keys().filter(|node| !free.contains(node)).collect())
}

/// Takes away what depends on nothing that is left, until there is no such node.
fn peeled<'a>(graph: &Graph<'a>) -> Vec<&'a str> {
    let mut dependents: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
    let mut waits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ready = Vec::new();
    for (node, needs) in graph {
        let needs: Vec<_> = needs.iter().filter(|need| graph.contains_key(*need)).collect();
        waits.insert(node, needs.len());
        if needs.is_empty() {
            ready.push(*node);
        }
        needs.into_iter().for_each(|need| dependents.entry(need).or_default().push(node));
    }
    let mut done = Vec::with_capacity(graph.len());
    while let Some(node) = ready.pop() {
        done.push(node);
        for dependent in dependents.remove(node).unwrap_or_default() {
            if let Some(left) = waits.get_mut(dependent) {
                *left -= 1;
                if *left == 0 {
                    ready.push(dependent);
                }
            }
        }
    }
    done
}
