use std::collections::BTreeMap;

use fika_model::{AccountId, Region, Scope};
use proptest::prelude::*;

use super::*;

fn name() -> Name {
    let account = AccountId::new("123456789012").expect("an account");
    let region = Region::new("us-east-1").expect("a region");
    Name { scope: Scope { account, region }, name: "/a".into() }
}

fn draft(value: &str) -> Draft {
    Draft {
        value: value.into(),
        kind: Some(Kind::String),
        tier: None,
        description: None,
        allowed_pattern: None,
        key_id: None,
        data_type: None,
        modified_ms: 0,
        modified_by: "arn:aws:iam::123456789012:root".into(),
    }
}

fn refused<T>(result: Result<T, AwsError>) -> Option<&'static str> {
    result.err().map(|error| error.name())
}

#[test]
fn what_is_not_given_stays_as_it_was() {
    let mut first = draft("12");
    first.description = Some("a number".into());
    first.allowed_pattern = Some("^[0-9]+$".into());
    let record = Record::first(first, BTreeMap::new()).expect("a parameter");
    let mut next = draft("13");
    next.kind = None;
    let record = record.next(&name(), next).expect("a version");
    let latest = record.latest().expect("a version");
    assert_eq!((latest.number, latest.kind), (2, Kind::String));
    assert_eq!(latest.description.as_deref(), Some("a number"));
    let mismatch = record.clone().next(&name(), draft("x"));
    assert_eq!(refused(mismatch), Some("ParameterPatternMismatchException"));
    let mut free = draft("x");
    free.allowed_pattern = Some(String::new());
    let record = record.next(&name(), free).expect("no pattern any more");
    assert_eq!(record.latest().expect("a version").allowed_pattern, None);
}

#[test]
fn a_type_is_needed_and_stays() {
    let mut untyped = draft("x");
    untyped.kind = None;
    assert_eq!(refused(Record::first(untyped, BTreeMap::new())), Some("ValidationException"));
    let record = Record::first(draft("x"), BTreeMap::new()).expect("a parameter");
    let mut secret = draft("x");
    secret.kind = Some(Kind::SecureString);
    assert_eq!(refused(record.next(&name(), secret)), Some("HierarchyTypeMismatchException"));
}

#[test]
fn a_key_is_only_of_what_is_secret() {
    let mut secret = draft("x");
    secret.kind = Some(Kind::SecureString);
    let record = Record::first(secret.clone(), BTreeMap::new()).expect("a parameter");
    assert_eq!(record.latest().expect("a version").key_id.as_deref(), Some(DEFAULT_KEY));
    secret.key_id = Some("alias/own".into());
    let record = record.next(&name(), secret).expect("a version");
    assert_eq!(record.latest().expect("a version").key_id.as_deref(), Some("alias/own"));
    let mut open = draft("x");
    open.key_id = Some("alias/own".into());
    let record = Record::first(open, BTreeMap::new()).expect("a parameter");
    assert_eq!(record.latest().expect("a version").key_id, None);
}

#[test]
fn patterns_are_checked_and_bounded() {
    for pattern in ["(", "(?:a{1000}){1000}"] {
        let mut draft = draft("x");
        draft.allowed_pattern = Some(pattern.into());
        let made = Record::first(draft, BTreeMap::new());
        assert_eq!(refused(made), Some("InvalidAllowedPatternException"), "{pattern}");
    }
}

#[test]
fn a_version_has_ten_labels_at_most() {
    let record = Record::first(draft("x"), BTreeMap::new()).expect("a parameter");
    let labels = |from: usize, to: usize| (from..to).map(|n| format!("l{n}")).collect();
    let (record, number) = record.label(&name(), None, &labels(0, 10)).expect("labels");
    assert_eq!(number, 1);
    let more = record.label(&name(), Some(1), &labels(10, 11));
    assert_eq!(refused(more), Some("ParameterVersionLabelLimitExceeded"));
}

/// What may be done with a parameter.
#[derive(Debug, Clone)]
enum Step {
    Put,
    Label(u64, BTreeSet<String>),
    Unlabel(u64, BTreeSet<String>),
}

fn step() -> impl Strategy<Value = Step> {
    let labels = || proptest::collection::btree_set("[a-c]", 1..3);
    prop_oneof![
        30 => Just(Step::Put),
        1 => (1_u64..150, labels()).prop_map(|(number, labels)| Step::Label(number, labels)),
        2 => (1_u64..150, labels()).prop_map(|(number, labels)| Step::Unlabel(number, labels)),
    ]
}

proptest! {
    /// Whatever is done: versions count up and are the newest hundred, a label is at one version, where it was
    /// put last, and a version with a label is never lost.
    #[test]
    fn versions_and_labels_hold(steps in proptest::collection::vec(step(), 1..260)) {
        let mut record = Record::first(draft("1"), BTreeMap::new()).expect("a parameter");
        let (mut newest, mut labelled) = (1_u64, BTreeMap::<String, u64>::new());
        for step in steps {
            let oldest = newest.saturating_sub(99).max(1);
            let there = |number: u64| (oldest..=newest).contains(&number);
            match step {
                Step::Put => {
                    let value = (newest + 1).to_string();
                    let done = record.clone().next(&name(), draft(&value));
                    let pinned = newest >= 100 && labelled.values().any(|at| *at == oldest);
                    prop_assert_eq!(done.is_err(), pinned);
                    if let Ok(done) = done {
                        (record, newest) = (done, newest + 1);
                    }
                }
                Step::Label(number, labels) => {
                    let done = record.clone().label(&name(), Some(number), &labels);
                    prop_assert_eq!(done.is_ok(), there(number));
                    if let Ok((done, at)) = done {
                        prop_assert_eq!(at, number);
                        labelled.extend(labels.into_iter().map(|label| (label, number)));
                        record = done;
                    }
                }
                Step::Unlabel(number, labels) => {
                    let done = record.clone().unlabel(&name(), number, &labels);
                    prop_assert_eq!(done.is_ok(), there(number));
                    if let Ok((done, gone)) = done {
                        for label in &labels {
                            let had = labelled.get(label) == Some(&number);
                            prop_assert_eq!(gone.contains(label), had);
                            if had {
                                labelled.remove(label);
                            }
                        }
                        record = done;
                    }
                }
            }
            let oldest = newest.saturating_sub(99).max(1);
            let numbers: Vec<u64> = record.versions.iter().map(|one| one.number).collect();
            prop_assert_eq!(numbers, (oldest..=newest).collect::<Vec<_>>());
            for version in &record.versions {
                prop_assert_eq!(version.value.expose(), version.number.to_string());
                let own = labelled.iter().filter(|(_, at)| **at == version.number);
                let own: BTreeSet<String> = own.map(|(label, _)| label.clone()).collect();
                prop_assert_eq!(&version.labels, &own);
            }
        }
        let stored = serde_json::to_vec(&record).expect("JSON");
        let read: Record = serde_json::from_slice(&stored).expect("a record");
        prop_assert_eq!(&read, &record);
    }
}
