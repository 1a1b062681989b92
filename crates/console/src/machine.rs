//! How everything stands at one moment, gathered once for all who look.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use fika_assignment::{Assigner, Cell, Shown, State};
use fika_counting::Counter;
use fika_events::Events;
use fika_frontend::{Course, Courses};
use fika_model::AccountId;
use fika_placement::Placer;
use fika_queues::Queues;
use fika_worker::Worker;
use serde_json::{Value, json};

/// Sandboxes that are shown one by one; of more, these are some.
const CELLS: usize = 4_000;
/// Pools that are shown.
const POOLS: usize = 500;
/// Lanes of events, and queues, that are shown.
const LINES: usize = 100;

/// The rooms that are looked into.
#[derive(Clone)]
pub struct Machine {
    /// The Assignment Service.
    pub assignment: Assigner<Placer, Worker>,
    /// The Counting Service.
    pub counting: Counter,
    /// The Placement Service.
    pub placement: Placer,
    /// The worker.
    pub worker: Worker,
    /// What waits.
    pub events: Events,
    /// The queues.
    pub queues: Queues,
    /// The courses of single invocations.
    pub courses: Courses,
    /// How many threads carry requests.
    pub lanes: u16,
}

/// Who looks.
#[derive(Debug, Clone, Copy)]
pub enum Eye<'a> {
    /// The server's own account: it sees all.
    All,
    /// Another one: it sees what is its own.
    Of(&'a AccountId),
}

impl Eye<'_> {
    fn sees(self, account: &AccountId) -> bool {
        match self {
            Self::All => true,
            Self::Of(own) => own == account,
        }
    }
}

/// A moment of the machine.
pub struct Picture {
    machine: Machine,
    at: u64,
    pools: Vec<(Shown, Vec<char>)>,
}

impl Machine {
    /// How it stands now.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let mut pools = self.assignment.look(CELLS);
        pools.sort_by_cached_key(|one| (one.version.arn.to_string(), one.version.version.clone()));
        let letters = |shown: &Shown| shown.cells.iter().map(|cell| self.letter(cell)).collect();
        let pools = pools.into_iter().map(|shown| {
            let letters = letters(&shown);
            (shown, letters)
        });
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        Picture { machine: self.clone(), at, pools: pools.collect() }
    }

    fn letter(&self, cell: &Cell) -> char {
        match cell.state {
            State::Starting => 's',
            State::Idle if self.worker.is_frozen(cell.sandbox) => 'f',
            State::Idle => 'i',
            State::Busy => 'b',
            State::Dead => 'e',
        }
    }
}

impl Picture {
    /// What of it is shown to somebody, with the courses that came after that number.
    #[must_use]
    pub fn shown(&self, eye: Eye<'_>, after: u64) -> (Value, u64) {
        let courses = self.machine.courses.after(after);
        let last = courses.last().map_or(after, |course| course.number);
        let mine = courses.iter().filter(|one| eye.sees(&one.version.arn.scope.account));
        let mut all = json!({
            "at": self.at,
            "pools": self.pools(eye),
            "accounts": self.accounts(eye),
            "events": self.events(eye),
            "queues": self.queues(eye),
            "courses": mine.map(course_of).collect::<Vec<_>>(),
        });
        // How full the machine is tells of others.
        if let Eye::All = eye {
            let machines = self.machine.placement.machines();
            let one = |(worker, capacity, reserved): &(fika_model::WorkerId, u64, u64)| json!({ "worker": worker.0, "capacity_mb": capacity, "reserved_mb": reserved });
            all["workers"] = machines.iter().map(one).collect();
            let stock = self.machine.worker.stock_facts();
            all["stock"] = json!({
                "hits": stock.hits, "misses": stock.misses, "exhausted": stock.exhausted,
            });
            all["lanes"] = self.machine.lanes.into();
        }
        (all, last)
    }

    fn pools(&self, eye: Eye<'_>) -> Vec<Value> {
        let seen = self.pools.iter().filter(|(one, _)| eye.sees(&one.version.arn.scope.account));
        let one = |(shown, letters): &(Shown, Vec<char>)| {
            let (version, counts) = (&shown.version, shown.counts);
            let frozen = letters.iter().filter(|&&letter| letter == 'f').count();
            let cells = shown.cells.iter().zip(letters);
            let cells = cells.map(|(cell, letter)| {
                let worker = cell.worker.map(|worker| worker.0);
                json!([cell.sandbox.0, letter, worker, u8::from(cell.ahead)])
            });
            json!({
                "name": version.arn.name, "account": version.arn.scope.account,
                "region": version.arn.scope.region, "version": version.version,
                "memory": version.memory_mb,
                "starting": counts.starting, "idle": counts.idle.saturating_sub(frozen),
                "frozen": frozen, "busy": counts.busy, "ending": counts.dead,
                "waiting": counts.waiters, "cells": cells.collect::<Vec<_>>(),
            })
        };
        seen.take(POOLS).map(one).collect()
    }

    fn accounts(&self, eye: Eye<'_>) -> Vec<Value> {
        let all = self.machine.counting.snapshots();
        let seen = all.iter().filter(|(scope, _)| eye.sees(&scope.account));
        let one = |(scope, s): &(fika_model::Scope, fika_counting::AccountSnapshot)| {
            json!({
                "account": scope.account, "region": scope.region, "running": s.running,
                "limit": s.limit, "reserved": s.reserved, "provisioned": s.provisioned,
            })
        };
        seen.take(LINES).map(one).collect()
    }

    fn events(&self, eye: Eye<'_>) -> Vec<Value> {
        let all = self.machine.events.lanes();
        let seen = all.iter().filter(|lane| eye.sees(&lane.account));
        let one = |lane: &fika_events::LaneState| json!({ "target": lane.target, "waiting": lane.waiting, "running": lane.running });
        seen.take(LINES).map(one).collect()
    }

    fn queues(&self, eye: Eye<'_>) -> Vec<Value> {
        let all = self.machine.queues.all_facts();
        let seen = all.iter().filter(|(scope, ..)| eye.sees(&scope.account));
        let one = |(_, name, facts): &(fika_model::Scope, String, fika_queues::QueueFacts)| json!({ "name": name, "ready": facts.ready, "in_flight": facts.in_flight });
        seen.take(LINES).map(one).collect()
    }
}

fn course_of(course: &Arc<Course>) -> Value {
    let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let came = course.came.duration_since(UNIX_EPOCH).unwrap_or_default();
    let steps = course.steps.iter();
    json!({
        "id": course.request_id, "name": course.version.arn.name,
        "version": course.version.version, "account": course.version.arn.scope.account,
        "came": u64::try_from(came.as_millis()).unwrap_or(u64::MAX),
        "whole": micros(course.whole), "cold": course.cold, "failed": course.failed,
        "steps": steps.map(|s| json!([s.name, micros(s.from), micros(s.took)])).collect::<Vec<_>>(),
    })
}
