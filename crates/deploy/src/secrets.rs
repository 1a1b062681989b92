//! What of a stack nobody may see: the values of parameters that are `NoEcho`, and what custom resources answer so.

use fika_template::Template;

use crate::machine::Outcome;
use crate::record::Wish;
use crate::state::State;

/// What is shown instead.
const HIDDEN: &str = "****";
/// A shorter value is found in too much by chance, characters.
const SHORTEST: usize = 4;

/// Takes secrets out of why something failed: services repeat what they were given.
pub(crate) fn hide(state: &State, outcome: &mut Outcome) {
    let Outcome::Failed(reason, _) = outcome else { return };
    let head = &state.head;
    let wishes = head.work.iter().flat_map(|work| &work.wish).chain([&head.wish]);
    let told = wishes.flat_map(secrets).chain(answered(state));
    for secret in told.filter(|secret| secret.len() >= SHORTEST) {
        if reason.contains(&secret) {
            *reason = reason.replace(&secret, HIDDEN);
        }
    }
}

/// What resources say of themselves that nobody may see.
fn answered(state: &State) -> impl Iterator<Item = String> {
    let standing = state.resources.values().filter_map(|resource| resource.now.as_ref());
    let hidden = standing.filter(|standing| standing.made.no_echo);
    let values = hidden.flat_map(|standing| standing.made.attributes.values());
    values.filter_map(|value| value.as_str().map(str::to_owned))
}

fn secrets(wish: &Wish) -> Vec<String> {
    let read = fika_template::read(&wish.template);
    let Ok(declared) = read.and_then(|read| Template::parameters(&read)) else { return Vec::new() };
    let hidden = declared.iter().filter(|(_, parameter)| parameter.no_echo);
    let given = |name: &String| wish.parameters.get(name).cloned();
    let stored = |value: &String| wish.stored.get(value).cloned();
    hidden
        .filter_map(|(name, parameter)| given(name).or_else(|| parameter.default.clone()))
        .flat_map(|value| [stored(&value), Some(value)])
        .flatten()
        .collect()
}
