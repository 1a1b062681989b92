//! The kernel, and erofs-utils, find in an image what was in the tree.

#![allow(clippy::unwrap_used)]

mod common;

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use fika_disk::build;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

/// A tree to be made. Owners may read all of it, since these tests also run as ordinary users.
#[derive(Debug, Clone)]
enum Plan {
    Directory(u32, Vec<(OsString, Plan)>),
    File(u32, usize, u8),
    Symlink(OsString),
}

impl Plan {
    fn make(&self, path: &Path) {
        match self {
            Self::Directory(mode, children) => {
                fs::create_dir_all(path).unwrap();
                children.iter().for_each(|(name, child)| child.make(&path.join(name)));
                set_mode(path, mode | 0o700);
            }
            Self::File(mode, bytes, seed) => {
                fs::write(path, content(*bytes, *seed)).unwrap();
                set_mode(path, mode | 0o400);
            }
            Self::Symlink(target) => symlink(target, path).unwrap(),
        }
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// No two blocks of it are the same, so that a block in a wrong place is seen.
fn content(bytes: usize, seed: u8) -> Vec<u8> {
    let mut state = u32::from(seed) | 1;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..bytes).map(next).collect()
}

fn a_name() -> impl Strategy<Value = OsString> {
    let byte = (1_u8..=255).prop_map(|byte| if byte == b'/' { b'.' } else { byte });
    let length = prop_oneof![8 => 1..20_usize, 1 => 250..256_usize];
    let names = length.prop_flat_map(move |length| vec(byte.clone(), length));
    names.prop_filter("a name", |it| it != b"." && it != b"..").prop_map(OsString::from_vec)
}

fn a_target() -> impl Strategy<Value = OsString> {
    let length = prop_oneof![8 => 1..60_usize, 1 => select(vec![4063, 4064, 4065, 4095])];
    length.prop_flat_map(|length| vec(1_u8..=255, length)).prop_map(OsString::from_vec)
}

/// Around the sizes where the layout changes, and any.
fn a_size() -> impl Strategy<Value = usize> {
    let edges = vec![0, 1, 31, 32, 33, 4063, 4064, 4065, 4095, 4096, 4097, 8192, 12_288];
    prop_oneof![select(edges), 0..20_000_usize]
}

fn a_tree() -> impl Strategy<Value = Plan> {
    let file = (0..0o1000_u32, a_size(), any::<u8>()).prop_map(|(m, n, s)| Plan::File(m, n, s));
    let leaf = prop_oneof![4 => file, 1 => a_target().prop_map(Plan::Symlink)];
    let tree = leaf.prop_recursive(5, 60, 12, |inner| a_directory(inner, 0..12));
    a_directory(tree, 0..30)
}

fn a_directory(
    inner: impl Strategy<Value = Plan>,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Plan> {
    let children = btree_map(a_name(), inner, count);
    (0..0o1000_u32, children).prop_map(|(m, all)| Plan::Directory(m, all.into_iter().collect()))
}

fn round_trip(plan: &Plan) {
    let dir = tempfile::tempdir().unwrap();
    let (tree, image) = (dir.path().join("tree"), dir.path().join("image"));
    plan.make(&tree);
    let facts = build(&tree, &image).unwrap();
    let expected = common::contents(&tree);
    assert_eq!(facts.bytes, fs::metadata(&image).unwrap().len());
    assert_eq!(facts.bytes % 4096, 0);
    assert_eq!(facts.inodes, expected.len() as u64);
    common::check(&image, &expected);
}

fn file(bytes: usize) -> Plan {
    Plan::File(0o644, bytes, 1)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_tree(plan in a_tree()) {
        round_trip(&plan);
    }
}

#[test]
fn an_empty_tree() {
    round_trip(&Plan::Directory(0o755, Vec::new()));
}

#[test]
fn a_directory_of_thousands() {
    // Names of all lengths, some of which sort before `.` and `..`.
    let name = |n: usize| {
        OsString::from(format!("{}{n:05}{}", ["!", "m", "~"][n % 3], "x".repeat(n % 249)))
    };
    round_trip(&Plan::Directory(0o755, (0..5000).map(|n| (name(n), file(n % 7))).collect()));
}

#[test]
fn directories_by_the_thousand() {
    let empty = || Plan::Directory(0o755, Vec::new());
    round_trip(&Plan::Directory(
        0o755,
        (0..3000).map(|n| (n.to_string().into(), empty())).collect(),
    ));
}

#[test]
fn a_directory_that_fills_its_blocks() {
    // `.`, `..` and fifteen names take 3,927 bytes of 4,096, and each entry 12 beside its name.
    for last in [156, 157, 158] {
        let mut names: Vec<_> = (0..14).map(|n| format!("{n:0255}")).collect();
        names.extend(["w".repeat(150), "x".repeat(last)]);
        round_trip(&Plan::Directory(
            0o755,
            names.into_iter().map(|n| (n.into(), file(3))).collect(),
        ));
    }
}

#[test]
fn a_deep_tree() {
    let deeper = |inner, n: usize| Plan::Directory(0o755, vec![(format!("d{n}").into(), inner)]);
    round_trip(&(0..400).fold(file(5000), deeper));
}

#[test]
fn a_file_of_many_chunks() {
    let sizes = [262_143, 262_144, 262_145, 5_000_000].map(|n| (n.to_string().into(), file(n)));
    round_trip(&Plan::Directory(0o755, sizes.into()));
}

#[test]
fn what_hangs_behind_the_image_does_no_harm() {
    // The microVM's driver makes every image the same, large size.
    let dir = tempfile::tempdir().unwrap();
    let (tree, image) = (dir.path().join("tree"), dir.path().join("image"));
    Plan::Directory(0o755, vec![("a".into(), file(9000))]).make(&tree);
    build(&tree, &image).unwrap();
    fs::OpenOptions::new().write(true).open(&image).unwrap().set_len(1 << 30).unwrap();
    common::check(&image, &common::contents(&tree));
}
