//! What of a stack nobody may see: the values of parameters that are `NoEcho`.

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
    for secret in wishes.flat_map(secrets).filter(|secret| secret.len() >= SHORTEST) {
        if reason.contains(&secret) {
            *reason = reason.replace(&secret, HIDDEN);
        }
    }
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
