//! Random stacks, changed at random by random failures and crashes: never stuck, nothing orphaned, and after a
//! rollback as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fika_resources::{Made, OnChange};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Guides, Outcome, Planned, Rules, Target, advance, done, roll_back, settle};
use crate::record::{Actor, Doing, Head, OnFailure, Output, Phase, Resource, Wish, Work};
use crate::state::{At, State};
use crate::status::{Policy, StackStatus as S};

/// What a template says of a resource: two properties, one of which cannot change in place, and what it needs.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    fixed: u8,
    loose: u8,
    needs: BTreeSet<u8>,
}

type Items = BTreeMap<u8, Item>;

struct Template {
    items: Items,
    planned: BTreeMap<String, Planned>,
}

fn name(number: u8) -> String {
    format!("R{number}")
}

impl Template {
    fn of(items: Items) -> Self {
        let planned = items.iter().map(|(number, item)| {
            let planned = Planned {
                kind: "T".into(),
                depends: item.needs.iter().copied().map(name).collect(),
                deletion: Policy::Delete,
                replacement: Policy::Delete,
            };
            (name(*number), planned)
        });
        let planned = planned.collect();
        Self { items, planned }
    }
}

impl Target for Template {
    fn resources(&self) -> &BTreeMap<String, Planned> {
        &self.planned
    }

    fn properties(
        &self,
        logical: &str,
        stand: &BTreeMap<String, Arc<Resource>>,
    ) -> Result<Map<String, Value>, String> {
        let number: u8 = logical[1..].parse().map_err(|_| "no number")?;
        let item = &self.items[&number];
        let mut properties = Map::new();
        properties.insert("Fixed".into(), item.fixed.into());
        properties.insert("Loose".into(), item.loose.into());
        for need in &item.needs {
            let standing = stand.get(&name(*need)).and_then(|resource| resource.now.as_ref());
            let standing = standing.ok_or_else(|| format!("{logical} before {need}"))?;
            properties.insert(name(*need), standing.made.id.clone().into());
        }
        Ok(properties)
    }

    fn outputs(
        &self,
        _: &BTreeMap<String, Arc<Resource>>,
    ) -> Result<(Vec<Output>, BTreeSet<String>), String> {
        Ok(<_>::default())
    }
}

struct Types;

impl Rules for Types {
    fn change(
        &self,
        _: &str,
        from: &Map<String, Value>,
        to: &Map<String, Value>,
    ) -> Option<OnChange> {
        if from.get("Fixed") != to.get("Fixed") {
            Some(OnChange::Replace)
        } else {
            (from != to).then_some(OnChange::InPlace)
        }
    }
}

/// The services: what there really is, by physical id, with its properties.
#[derive(Debug, Clone, Default, PartialEq)]
struct World {
    things: BTreeMap<String, Map<String, Value>>,
}

/// What happens at a step, by what the dice say.
#[derive(Debug, Clone, Copy)]
enum Luck {
    Well,
    Fails,
    /// It is done, and the server dies before it hears of it.
    DiesAfter,
    /// The server dies before it is asked.
    DiesBefore,
}

fn luck(dice: u8, failures: bool) -> Luck {
    match dice % 16 {
        0 | 1 if failures => Luck::Fails,
        2 => Luck::DiesAfter,
        3 => Luck::DiesBefore,
        _ => Luck::Well,
    }
}

impl World {
    /// Does what a resource's record says; asked twice it does no more than once.
    fn act(&mut self, resource: &Resource) -> Outcome {
        match resource.doing.as_ref().expect("something to be done") {
            Doing::Create(wanted) => {
                // Names are made of the token, so a second time finds what the first made.
                let id = resource.token.clone();
                for need in wanted.depends.iter().filter_map(|need| wanted.properties.get(need)) {
                    let need = need.as_str().expect("an id");
                    assert!(self.things.contains_key(need), "{id} is made without {need}");
                }
                self.things.insert(id.clone(), wanted.properties.clone());
                Outcome::Made(Made::new(id))
            }
            Doing::Update(wanted) => {
                let id = resource.now.as_ref().expect("it stands").made.id.clone();
                let thing = self.things.get_mut(&id).expect("it is there");
                thing.clone_from(&wanted.properties);
                Outcome::Made(Made::new(id))
            }
            Doing::Revert => {
                let before = resource.before.as_ref().expect("it stood");
                let thing = self.things.get_mut(&before.made.id).expect("it is there");
                thing.clone_from(&before.properties);
                Outcome::Made(before.made.clone())
            }
            Doing::Delete => self.remove(&resource.now.as_ref().expect("it stands").made.id),
            Doing::DeleteBefore => {
                self.remove(&resource.before.as_ref().expect("it stood").made.id)
            }
            Doing::DeleteOld => self.remove(&resource.old.first().expect("it stood").made.id),
        }
    }

    fn remove(&mut self, id: &str) -> Outcome {
        let needed = self.things.iter().find(|(other, thing)| {
            *other != id && thing.values().any(|value| value.as_str() == Some(id))
        });
        assert!(needed.is_none(), "{id} goes while {needed:?} needs it");
        self.things.remove(id);
        Outcome::Gone
    }
}

fn head() -> Head {
    Head {
        id: "arn:aws:cloudformation:us-east-1:000000000000:stack/s/1".into(),
        name: "s".into(),
        status: S::CreateInProgress,
        reason: None,
        created: 0,
        updated: None,
        deleted: None,
        wish: Wish::default(),
        outputs: Vec::new(),
        imports: BTreeSet::new(),
        actor: Actor::Root,
        protected: false,
        parent: None,
        root: None,
        change_set: None,
        work: None,
    }
}

fn work(phase: Phase) -> Work {
    Work {
        phase,
        token: None,
        wish: Some(Wish::default()),
        failed: None,
        on_failure: OnFailure::Rollback,
        skip: BTreeSet::new(),
        stuck: BTreeSet::new(),
        then_delete: false,
        deadline: None,
        imports: BTreeSet::new(),
    }
}

/// Drives a stack to the end of its work. Failures are only of what goes forward unless `hostile`.
fn drive(
    state: &mut State,
    world: &mut World,
    target: &Template,
    dice: &mut impl Iterator<Item = u8>,
    tokens: &mut u32,
    failures: bool,
) {
    let guides = Guides { target: Some(target), rules: &Types };
    for _ in 0..10_000 {
        let mut fresh = || {
            *tokens += 1;
            format!("t{tokens}")
        };
        let mut at = At { now: 0, fresh: &mut fresh };
        if advance(state, guides, &mut at).over {
            return;
        }
        let under_way = state.resources.iter().filter(|(_, resource)| resource.doing.is_some());
        let under_way: Vec<String> = under_way.map(|(logical, _)| logical.clone()).collect();
        let throw = dice.next().unwrap_or(15);
        let logical = &under_way[usize::from(throw) % under_way.len()];
        let resource = state.resources[logical].clone();
        let forward = matches!(resource.doing, Some(Doing::Create(_) | Doing::Update(_)));
        match luck(dice.next().unwrap_or(15), failures && forward) {
            Luck::Well => {
                let outcome = world.act(&resource);
                done(state, logical, outcome, &mut at);
            }
            Luck::Fails => {
                // A type says what it finds of an attempt whose answer nobody heard.
                let made = world.things.contains_key(&resource.token);
                let made = made.then(|| Made::new(resource.token.clone()));
                done(state, logical, Outcome::Failed("no".into(), made), &mut at);
            }
            // What a start finds is the record; the world stays as it is.
            Luck::DiesAfter => drop(world.act(&resource)),
            Luck::DiesBefore => {}
        }
    }
    panic!("it never ends: {state:?}");
}

/// What stands of a stack is all there is, and is as its record says.
fn agrees(state: &State, world: &World) {
    let stands: BTreeMap<String, Map<String, Value>> = state
        .resources
        .values()
        .flat_map(|resource| resource.standing())
        .map(|standing| (standing.made.id.clone(), standing.properties.clone()))
        .collect();
    let unsure: BTreeSet<&String> = state
        .resources
        .values()
        .flat_map(|resource| resource.standing())
        .filter(|standing| standing.unsure)
        .map(|standing| &standing.made.id)
        .collect();
    assert_eq!(stands.keys().collect::<Vec<_>>(), world.things.keys().collect::<Vec<_>>());
    for (id, properties) in stands.iter().filter(|(id, _)| !unsure.contains(id)) {
        assert_eq!(properties, &world.things[id]);
    }
}

fn items() -> impl Strategy<Value = Items> {
    let item = (0..3_u8, 0..3_u8, prop::collection::btree_set(0..8_u8, 0..3));
    prop::collection::btree_map(0..8_u8, item, 0..8).prop_map(|all| {
        let there: BTreeSet<u8> = all.keys().copied().collect();
        let of = |(number, (fixed, loose, needs)): (u8, (u8, u8, BTreeSet<u8>))| {
            // Only what has a smaller number: no circles.
            let needs = needs.into_iter().filter(|need| *need < number && there.contains(need));
            (number, Item { fixed, loose, needs: needs.collect() })
        };
        all.into_iter().map(of).collect()
    })
}

fn shape(state: &State) -> BTreeMap<String, Value> {
    let standing = |(logical, resource): (&String, &Arc<Resource>)| {
        let standing = resource.now.as_ref()?;
        Some((logical.clone(), json!([standing.made.id, standing.properties])))
    };
    state.resources.iter().filter_map(standing).collect()
}

/// Makes and changes a stack, leaves it where it fails, and changes it again or takes it back.
fn changed_again_or_back(templates: Vec<(Items, bool)>, dice: Vec<u8>) {
    let (mut dice, mut tokens) = (dice.into_iter(), 0);
    let (mut state, mut world) = (State::new(head()), World::default());
    for (n, (items, back)) in templates.into_iter().enumerate() {
        let target = Template::of(items);
        let phase = if n == 0 { Phase::Create } else { Phase::Update };
        if state.head.status.is_left() {
            settle(&mut state);
        }
        let before = shape(&state);
        let left = OnFailure::Nothing;
        state.head_mut().work = Some(Work { on_failure: left, ..work(phase) });
        drive(&mut state, &mut world, &target, &mut dice, &mut tokens, true);
        if state.head.status.is_left() && back {
            let mut fresh = || {
                tokens += 1;
                format!("t{tokens}")
            };
            roll_back(&mut state, &mut At { now: 0, fresh: &mut fresh });
            drive(&mut state, &mut world, &target, &mut dice, &mut tokens, true);
            agrees(&state, &world);
            if state.head.status == S::RollbackComplete {
                return;
            }
            assert_eq!(state.head.status, S::UpdateRollbackComplete);
            assert_eq!(shape(&state), before);
        }
        if !state.head.status.is_left() {
            agrees(&state, &world);
        }
    }
    state.head_mut().work = Some(Work { wish: None, ..work(Phase::Delete) });
    let none = Template::of(Items::new());
    drive(&mut state, &mut world, &none, &mut dice, &mut tokens, false);
    assert_eq!(state.head.status, S::DeleteComplete);
    assert!(world.things.is_empty(), "{:?}", world.things);
}

fn item(fixed: u8, needs: &[u8]) -> Item {
    Item { fixed, loose: 0, needs: needs.iter().copied().collect() }
}

#[test]
fn what_is_needed_of_an_earlier_replacement_does_not_hide_a_later_one() {
    let templates = [
        ([(2, item(0, &[])), (6, item(0, &[2]))], false),
        // 6 needs what is replaced here: it is to go, yet 3 fails before that.
        ([(2, item(1, &[])), (3, item(0, &[]))], false),
        // What this puts in place of 2 must go again, though 6 needs the first still.
        ([(2, item(2, &[])), (3, item(0, &[]))], true),
    ];
    let templates = templates.map(|(items, back)| (items.into(), back)).into();
    let (well, fails) = (15, 0);
    // Which of those under way, and how it goes.
    let dice = [[0, well], [0, well], [0, well], [0, fails], [0, well], [0, fails]];
    changed_again_or_back(templates, dice.concat());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_history_ends_with_all_of_it_or_none(
        templates in prop::collection::vec(items(), 1..5),
        dice in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let (mut dice, mut tokens) = (dice.into_iter(), 0);
        let (mut state, mut world) = (State::new(head()), World::default());
        for (n, items) in templates.into_iter().enumerate() {
            let target = Template::of(items);
            let before = shape(&state);
            let phase = if n == 0 { Phase::Create } else { Phase::Update };
            state.head_mut().work = Some(work(phase));
            drive(&mut state, &mut world, &target, &mut dice, &mut tokens, true);
            agrees(&state, &world);
            match state.head.status {
                S::CreateComplete | S::UpdateComplete => {
                    let names: BTreeSet<&String> = state.resources.keys().collect();
                    prop_assert_eq!(names, target.planned.keys().collect::<BTreeSet<_>>());
                }
                S::RollbackComplete => {
                    prop_assert!(world.things.is_empty());
                    return Ok(());
                }
                S::UpdateRollbackComplete => prop_assert_eq!(shape(&state), before),
                other => prop_assert!(false, "{other} is no end"),
            }
        }
        state.head_mut().work = Some(Work { wish: None, ..work(Phase::Delete) });
        let none = Template::of(Items::new());
        drive(&mut state, &mut world, &none, &mut dice, &mut tokens, false);
        prop_assert_eq!(state.head.status, S::DeleteComplete);
        prop_assert!(world.things.is_empty());
    }

    #[test]
    fn a_deletion_in_the_middle_of_anything_leaves_nothing(
        (first, second) in (items(), items()),
        dice in prop::collection::vec(any::<u8>(), 0..100),
        steps in 0..12_usize,
    ) {
        let (mut dice, mut tokens) = (dice.into_iter(), 0);
        let (mut state, mut world) = (State::new(head()), World::default());
        let target = Template::of(first);
        state.head_mut().work = Some(work(Phase::Create));
        drive(&mut state, &mut world, &target, &mut dice, &mut tokens, false);
        let target = Template::of(second);
        state.head_mut().work = Some(work(Phase::Update));
        let guides = Guides { target: Some(&target), rules: &Types };
        for _ in 0..steps {
            let mut fresh = || { tokens += 1; format!("t{tokens}") };
            let mut at = At { now: 0, fresh: &mut fresh };
            if advance(&mut state, guides, &mut at).over { break; }
            let under_way = state.resources.iter().find(|(_, one)| one.doing.is_some());
            let (logical, resource) = under_way.map(|(l, r)| (l.clone(), r.clone())).expect("one");
            let outcome = world.act(&resource);
            done(&mut state, &logical, outcome, &mut at);
        }
        match &mut state.head_mut().work {
            Some(work) => work.then_delete = true,
            none => *none = Some(Work { wish: None, ..work(Phase::Delete) }),
        }
        drive(&mut state, &mut world, &target, &mut dice, &mut tokens, false);
        prop_assert_eq!(state.head.status, S::DeleteComplete);
        prop_assert!(world.things.is_empty(), "{:?}", world.things);
    }

    #[test]
    fn what_is_left_after_failures_can_be_changed_again_or_goes_back(
        templates in prop::collection::vec((items(), any::<bool>()), 1..6),
        dice in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        changed_again_or_back(templates, dice);
    }

    #[test]
    fn a_stack_that_takes_too_long_goes(first in items()) {
        prop_assume!(!first.is_empty());
        let (mut state, target) = (State::new(head()), Template::of(first));
        state.head_mut().work = Some(Work { deadline: Some(60_000), ..work(Phase::Create) });
        let guides = Guides { target: Some(&target), rules: &Types };
        let mut tokens = 0;
        let mut fresh = || { tokens += 1; format!("t{tokens}") };
        let next = advance(&mut state, guides, &mut At { now: 59_999, fresh: &mut fresh });
        prop_assert!(!next.begun.is_empty());
        let mut at = At { now: 60_000, fresh: &mut fresh };
        for logical in next.begun {
            prop_assert!(!advance(&mut state, guides, &mut at).over);
            done(&mut state, &logical, Outcome::Failed("cancelled".into(), None), &mut at);
        }
        prop_assert!(advance(&mut state, guides, &mut at).over);
        prop_assert_eq!(state.head.status, S::RollbackComplete);
        let reason = "Stack creation time exceeded the specified timeout. Rollback requested by user.";
        prop_assert_eq!(state.head.reason.as_deref(), Some(reason));
    }
}
