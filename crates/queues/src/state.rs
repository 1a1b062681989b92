//! One queue, as a plain state machine: which messages there are, who may see them and when. Times are
//! arguments, in milliseconds since 1970; nothing here waits, or touches a disk.
//!
//! A message is ready, delayed, in flight (somebody received it, and has so long to delete it) or leaving (it
//! is being removed from the journal). Of a FIFO queue's group nobody receives another message while one
//! is in flight or leaving.

mod shelf;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use fika_journal::EntryId;

use crate::message::Head;
use shelf::Shelf;

/// How long a repeated attempt to receive, or to send, is known for, milliseconds.
pub(crate) const REPEAT_MS: u64 = 5 * 60 * 1_000;
/// Dead letters that one receiver sets aside at most, so that it does not for long.
const DEAD: usize = 100;

/// Where a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// May be received, since then.
    Ready(u64),
    /// Not before then.
    Delayed(u64),
    /// Somebody has it, until then.
    InFlight(u64),
    /// On its way out.
    Leaving,
}

#[derive(Debug)]
struct Message {
    head: Head,
    place: Place,
}

/// What somebody asks for who receives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    pub(crate) max: usize,
    pub(crate) visibility_ms: u64,
    /// How old a message may become.
    pub(crate) retention_ms: u64,
    /// How often a message may be received before it is for the dead letters; none without them.
    pub(crate) receives: Option<u32>,
    /// Of a FIFO queue, an attempt that may be repeated.
    pub(crate) attempt: Option<String>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// For who asked, with their counts as they are now.
    pub(crate) given: Vec<(EntryId, Head)>,
    /// For the dead letters. They are leaving.
    pub(crate) dead: Vec<(EntryId, Head)>,
    /// Too old. They are leaving.
    pub(crate) old: Vec<EntryId>,
}

/// How many messages are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) ready: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
}

/// Why the time that a message is hidden cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotHeld {
    /// It is not there any more.
    Gone,
    /// It is there, and nobody has it, or somebody else.
    NotInFlight,
}

/// What was sent under an id for deduplication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) message: uuid::Uuid,
    pub(crate) sequence: EntryId,
}

/// A group, where the scope is the group, and the id.
pub(crate) type RepeatKey = (Option<Arc<str>>, String);

#[derive(Debug)]
pub(crate) struct State {
    messages: HashMap<EntryId, Message>,
    shelf: Shelf,
    /// When what is delayed or in flight is ready.
    timers: BTreeSet<(u64, EntryId)>,
    /// By when they were sent.
    ages: BTreeSet<(u64, EntryId)>,
    counts: Counts,
    attempts: HashMap<String, (u64, Vec<EntryId>)>,
    repeats: HashMap<RepeatKey, (u64, Sent)>,
    /// When each of them was sent, and its entry in the journal.
    repeated: VecDeque<(u64, RepeatKey, EntryId)>,
    closed: bool,
}

impl State {
    pub(crate) fn new(fifo: bool) -> Self {
        Self {
            messages: HashMap::new(),
            shelf: Shelf::new(fifo),
            timers: BTreeSet::new(),
            ages: BTreeSet::new(),
            counts: Counts::default(),
            attempts: HashMap::new(),
            repeats: HashMap::new(),
            repeated: VecDeque::new(),
            closed: false,
        }
    }

    /// Takes in a message that the journal has. Not when the queue is closed.
    pub(crate) fn insert(&mut self, now: u64, id: EntryId, head: Head) -> bool {
        if self.closed {
            return false;
        }
        let place = match head.visible > now {
            true => Place::Delayed(head.visible),
            false => Place::Ready(head.visible.max(head.sent)),
        };
        self.ages.insert((head.sent, id));
        self.shelf.add(id, head.group.as_ref());
        self.messages.insert(id, Message { head, place: Place::Leaving });
        self.enter(id, place);
        true
    }

    /// No message comes in any more.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Gives messages to somebody, and sets aside those that are not for anybody any more.
    pub(crate) fn receive(&mut self, now: u64, ask: &Ask) -> Received {
        self.tick(now);
        let mut got = Received { old: self.expire(now, ask.retention_ms), ..Received::default() };
        if let Some(again) = self.again(now, ask) {
            got.given = again;
            return got;
        }
        let until = now.saturating_add(ask.visibility_ms);
        while got.given.len() < ask.max && got.dead.len() < DEAD {
            let messages = &self.messages;
            let next = self.shelf.next(ask.max - got.given.len(), |id| is_ready(messages, id));
            if next.is_empty() {
                break;
            }
            for id in next {
                self.hand_out(now, until, id, ask, &mut got);
            }
        }
        if let Some(attempt) = ask.attempt.clone().filter(|_| !got.given.is_empty()) {
            let ids = got.given.iter().map(|(id, _)| *id).collect();
            self.attempts.insert(attempt, (now, ids));
        }
        got
    }

    fn hand_out(&mut self, now: u64, until: u64, id: EntryId, ask: &Ask, got: &mut Received) {
        let Some(message) = self.messages.get_mut(&id) else { return };
        if ask.receives.is_some_and(|most| message.head.received >= most) {
            let head = message.head.clone();
            self.enter(id, Place::Leaving);
            return got.dead.push((id, head));
        }
        message.head.received = message.head.received.saturating_add(1);
        message.head.first.get_or_insert(now);
        let head = message.head.clone();
        self.enter(id, Place::InFlight(until));
        got.given.push((id, head));
    }

    /// The messages of an attempt that is repeated, if nothing became of them.
    fn again(&mut self, now: u64, ask: &Ask) -> Option<Vec<(EntryId, Head)>> {
        self.attempts.retain(|_, (at, _)| *at + REPEAT_MS > now);
        let (_, ids) = self.attempts.get(ask.attempt.as_ref()?)?.clone();
        let held =
            |id: &EntryId| matches!(self.messages.get(id)?.place, Place::InFlight(_)).then_some(());
        if !ids.iter().all(|id| held(id).is_some()) {
            return None;
        }
        for id in &ids {
            self.enter(*id, Place::InFlight(now.saturating_add(ask.visibility_ms)));
        }
        let head = |id| self.messages.get(&id).map(|message| (id, message.head.clone()));
        Some(ids.into_iter().filter_map(head).collect())
    }

    /// Hides a message for so long from now, for who has received it as the `received`th; 0 is not at all.
    pub(crate) fn hide(
        &mut self,
        now: u64,
        id: EntryId,
        received: u32,
        ms: u64,
    ) -> Result<(), NotHeld> {
        self.tick(now);
        let message = self.messages.get(&id).ok_or(NotHeld::Gone)?;
        let until = match message.place {
            Place::InFlight(_) if message.head.received == received => now.saturating_add(ms),
            Place::Leaving => return Err(NotHeld::Gone),
            _ => return Err(NotHeld::NotInFlight),
        };
        self.enter(id, if ms > 0 { Place::InFlight(until) } else { Place::Ready(now) });
        Ok(())
    }

    /// Whether the one who received it as the `received`th still has it.
    pub(crate) fn holds(&mut self, now: u64, id: EntryId, received: u32) -> bool {
        self.tick(now);
        self.messages.get(&id).is_some_and(|message| {
            matches!(message.place, Place::InFlight(_)) && message.head.received == received
        })
    }

    /// The message of that number and id, if it is there and not leaving.
    pub(crate) fn find(&self, id: EntryId, message: uuid::Uuid) -> Option<&Head> {
        let found = self.messages.get(&id)?;
        (found.place != Place::Leaving && found.head.id == message).then_some(&found.head)
    }

    /// Begins the end of a message: nobody receives it any more. Then it has left, or is back.
    pub(crate) fn leave(&mut self, id: EntryId) -> bool {
        let there = self.messages.get(&id).is_some_and(|m| m.place != Place::Leaving);
        if there {
            self.enter(id, Place::Leaving);
        }
        there
    }

    /// The same for all there are, with their heads, those that were sent first in front.
    pub(crate) fn leave_all(&mut self) -> Vec<(EntryId, Head)> {
        self.leave_some(usize::MAX, |place| place != Place::Leaving)
    }

    /// The same for so many of those that are ready.
    pub(crate) fn leave_ready(&mut self, now: u64, most: usize) -> Vec<(EntryId, Head)> {
        self.tick(now);
        self.leave_some(most, |place| matches!(place, Place::Ready(_)))
    }

    fn leave_some(&mut self, most: usize, wanted: fn(Place) -> bool) -> Vec<(EntryId, Head)> {
        let found = |id: &EntryId| {
            let message = self.messages.get(id).filter(|message| wanted(message.place))?;
            Some((*id, message.head.clone()))
        };
        let gone: Vec<_> = self.ages.iter().filter_map(|(_, id)| found(id)).take(most).collect();
        gone.iter().for_each(|(id, _)| self.enter(*id, Place::Leaving));
        gone
    }

    /// The journal has it no more.
    pub(crate) fn left(&mut self, id: EntryId) {
        self.enter(id, Place::Leaving);
        if let Some(message) = self.messages.remove(&id) {
            self.ages.remove(&(message.head.sent, id));
            let messages = &self.messages;
            self.shelf.drop(id, message.head.group.as_ref(), |id| is_ready(messages, id));
        }
    }

    /// The journal still has it: it stays.
    pub(crate) fn back(&mut self, now: u64, id: EntryId) {
        self.enter(id, Place::Ready(now));
    }

    /// Begins the end of all that are too old, and of no one in flight.
    pub(crate) fn expire(&mut self, now: u64, retention_ms: u64) -> Vec<EntryId> {
        let old = |sent: u64| sent.saturating_add(retention_ms) <= now;
        let ids: Vec<EntryId> =
            self.ages.iter().take_while(|(sent, _)| old(*sent)).map(|(_, id)| *id).collect();
        let waits = |id: &EntryId| {
            let place = self.messages.get(id).map(|message| message.place);
            matches!(place, Some(Place::Ready(_) | Place::Delayed(_)))
        };
        let ids: Vec<EntryId> = ids.into_iter().filter(waits).collect();
        ids.iter().for_each(|id| self.enter(*id, Place::Leaving));
        ids
    }

    /// What becomes ready by itself does so.
    fn tick(&mut self, now: u64) {
        while let Some((at, id)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.enter(id, Place::Ready(at));
        }
    }

    /// When something becomes ready by itself.
    pub(crate) fn next(&self) -> Option<u64> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Whether somebody who asks now gets something.
    pub(crate) fn has_ready(&self) -> bool {
        self.shelf.has_next()
    }

    pub(crate) fn counts(&mut self, now: u64) -> Counts {
        self.tick(now);
        self.counts
    }

    /// When the oldest message was sent.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.ages.first().map(|(sent, _)| *sent)
    }

    /// The queues that messages came from as dead letters.
    pub(crate) fn sources(&self) -> BTreeSet<String> {
        self.messages.values().filter_map(|message| message.head.source.clone()).collect()
    }

    /// What was sent under that id within the last five minutes.
    pub(crate) fn repeat(&self, now: u64, key: &RepeatKey) -> Option<&Sent> {
        let (at, sent) = self.repeats.get(key)?;
        (*at + REPEAT_MS > now).then_some(sent)
    }

    /// Remembers what was sent under an id; `entry` is where the journal does.
    pub(crate) fn remember(&mut self, at: u64, key: RepeatKey, sent: Sent, entry: EntryId) {
        self.repeats.insert(key.clone(), (at, sent));
        self.repeated.push_back((at, key, entry));
    }

    /// Forgets what was sent too long ago, and tells where the journal remembers it.
    pub(crate) fn forget(&mut self, now: u64) -> Vec<EntryId> {
        let mut gone = Vec::new();
        while self.repeated.front().is_some_and(|(at, _, _)| *at + REPEAT_MS <= now) {
            let Some((at, key, entry)) = self.repeated.pop_front() else { break };
            if self.repeats.get(&key).is_some_and(|(last, _)| *last == at) {
                self.repeats.remove(&key);
            }
            gone.push(entry);
        }
        gone
    }

    /// Moves a message from where it is to there: the one place that keeps the books.
    fn enter(&mut self, id: EntryId, place: Place) {
        let Some(message) = self.messages.get_mut(&id) else { return };
        let was = std::mem::replace(&mut message.place, place);
        let group = message.head.group.clone();
        let counts = &mut self.counts;
        match was {
            Place::Ready(since) => {
                counts.ready -= 1;
                self.shelf.unready(since, id);
            }
            Place::Delayed(at) => {
                counts.delayed -= 1;
                self.timers.remove(&(at, id));
            }
            Place::InFlight(at) => {
                counts.in_flight -= 1;
                self.timers.remove(&(at, id));
            }
            Place::Leaving => {}
        }
        match place {
            Place::Ready(since) => {
                counts.ready += 1;
                self.shelf.ready(since, id);
            }
            Place::Delayed(at) => {
                counts.delayed += 1;
                self.timers.insert((at, id));
            }
            Place::InFlight(at) => {
                counts.in_flight += 1;
                self.timers.insert((at, id));
            }
            Place::Leaving => {}
        }
        let held = matches!(place, Place::InFlight(_) | Place::Leaving);
        let messages = &self.messages;
        self.shelf.hold(id, group.as_ref(), held, |id| is_ready(messages, id));
    }
}

fn is_ready(messages: &HashMap<EntryId, Message>, id: EntryId) -> bool {
    messages.get(&id).is_some_and(|message| matches!(message.place, Place::Ready(_)))
}

#[cfg(test)]
mod tests;
