//! How many stacks an account may have, and how much of them is kept in memory.

use fika_aws::shape::AwsError;
use fika_model::Scope;

use crate::record::Wish;
use crate::room::Stacks;
use crate::state::State;
use crate::status::StackStatus;

/// Stacks of an account in a region that are not deleted, at most.
const STACKS: usize = 2_000;
/// Stacks within one, and within those, at most: a template may name itself.
const NESTED: usize = 200;
/// Change sets of a stack, at most.
pub(crate) const SETS: usize = 100;
/// What an account's stacks and change sets may take altogether, bytes: their templates, what is known of their
/// resources, and their events.
const BYTES: usize = 256 << 20;
/// What an event takes, bytes: about.
const EVENT: usize = 512;

impl Stacks {
    /// Whether there may be another stack within that one.
    ///
    /// # Errors
    /// 400 `LimitExceededException`.
    pub(crate) fn room_in(&self, scope: &Scope, root: Option<&str>) -> Result<(), AwsError> {
        let within = |state: &&std::sync::Arc<State>| {
            state.head.status != StackStatus::DeleteComplete && state.head.root.as_deref() == root
        };
        if root.is_some() && self.list(scope).iter().filter(within).count() >= NESTED {
            return Err(exceeded(&format!("A stack has at most {NESTED} others within it")));
        }
        Ok(())
    }

    /// Whether an account may have another template, in a new stack or one that it has.
    ///
    /// # Errors
    /// 400 `LimitExceededException`.
    pub(crate) fn room_for(
        &self,
        scope: &Scope,
        wish: &Wish,
        is_new: bool,
    ) -> Result<(), AwsError> {
        let there = self.list(scope);
        let live =
            |state: &&std::sync::Arc<State>| state.head.status != StackStatus::DeleteComplete;
        if is_new && there.iter().filter(live).count() >= STACKS {
            return Err(exceeded("Limit for stack has been exceeded"));
        }
        let taken: usize = self.account(&scope.account).iter().map(|state| bytes(state)).sum();
        if taken + 2 * size(wish) > BYTES {
            return Err(exceeded(
                "The templates and events of this account take all the memory that fika gives them: delete stacks or \
                 change sets",
            ));
        }
        Ok(())
    }
}

fn exceeded(text: &str) -> AwsError {
    AwsError::new("LimitExceededException", 400, text)
}

fn size(wish: &Wish) -> usize {
    let given = wish.parameters.iter().chain(&wish.tags).chain(&wish.stored);
    wish.template.len() + given.map(|(key, value)| key.len() + value.len()).sum::<usize>()
}

/// What a stack takes, about: what is known of its resources is as long as the template they were made of.
fn bytes(state: &State) -> usize {
    let head = &state.head;
    let wanted = head.work.as_ref().and_then(|work| work.wish.as_ref());
    let sets = state.sets.values().map(|set| size(&set.wish));
    let wishes = 2 * size(&head.wish) + wanted.map_or(0, |wish| 2 * size(wish));
    wishes + sets.sum::<usize>() + EVENT * state.events.len()
}
