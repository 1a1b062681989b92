//! The store with hand-made kernels.

use std::cell::RefCell;

use super::*;
use crate::initramfs;
use crate::testing::{bzimage, deb, gzip, kernel, module};

const NEEDED: [&str; 5] =
    ["virtio_mmio", "virtio_blk", "virtio_net", "vmw_vsock_virtio_transport", "erofs"];

fn package(dir: &Path, release: &str) -> PathBuf {
    let image = bzimage(&gzip(&kernel(release)));
    let made = module(&[&format!("vermagic={release} SMP"), "depends="]);
    let names: Vec<String> =
        NEEDED.iter().map(|name| format!("./lib/modules/{release}/kernel/{name}.ko")).collect();
    let (boot, list) =
        (format!("./boot/vmlinuz-{release}"), format!("./lib/modules/{release}/modules.builtin"));
    let mut files: Vec<(&str, &[u8])> = vec![(&boot, &image), (&list, b"kernel/virtio_console.ko")];
    files.extend(names.iter().map(|name| (name.as_str(), made.as_slice())));
    let path = dir.join(format!("linux-{release}.deb"));
    fs::write(&path, deb(&files)).expect("room");
    path
}

fn silent(_: Step) {}

#[test]
fn a_kernel_is_found_as_it_was_added() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = KernelStore::open(dir.path().join("kernel"));
    assert_eq!(store.find(), None);
    let steps = RefCell::new(Vec::new());
    let note = |step| steps.borrow_mut().push(step);
    let added = store.add_from_debs(&[package(dir.path(), "6.12.1")], &note).expect("intact");
    assert_eq!(*steps.borrow(), [Step::Unpacking, Step::Assembling]);
    assert_eq!(store.find().as_ref(), Some(&added));
    assert_eq!((added.release.as_str(), added.pvh), ("6.12.1", true));
    assert_eq!(added.source, "linux-6.12.1.deb");
    assert_eq!(fs::read(&added.vmlinux).expect("there"), kernel("6.12.1"));
    let names: Vec<_> = added.modules.iter().filter_map(|path| path.file_name()).collect();
    assert_eq!(names.first().expect("some").to_str(), Some("00-virtio_mmio.ko"));
    assert_eq!(names.len(), NEEDED.len());
    assert!(!dir.path().join("kernel/new").exists(), "nothing is left of making it");
}

#[test]
fn the_kernel_before_stays_for_those_who_use_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = KernelStore::open(dir.path().join("kernel"));
    let [first, second, third] = ["6.12.1", "6.12.2", "6.12.3"].map(|release| {
        store.add_from_debs(&[package(dir.path(), release)], &silent).expect("intact")
    });
    assert_eq!(store.find().as_ref(), Some(&third));
    assert!(second.vmlinux.exists() && !first.vmlinux.exists());
    let again = store.add_from_debs(&[package(dir.path(), "6.12.3")], &silent).expect("intact");
    assert_eq!(again.digest, third.digest);
    assert!(second.vmlinux.exists(), "setting the same again changes nothing");
}

#[test]
fn what_cannot_be_used_leaves_the_kernel_that_was_set() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = KernelStore::open(dir.path().join("kernel"));
    let added = store.add_from_debs(&[package(dir.path(), "6.12.1")], &silent).expect("intact");
    let broken = dir.path().join("broken.deb");
    fs::write(&broken, b"text").expect("room");
    assert!(store.add_from_debs(&[broken], &silent).is_err());
    assert_eq!(store.find(), Some(added));
    assert!(!dir.path().join("kernel/new").exists());
}

#[test]
fn a_kernel_with_all_built_in_needs_no_modules() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("vmlinux");
    fs::write(&file, kernel("6.12.1")).expect("room");
    let store = KernelStore::open(dir.path().join("kernel"));
    let added = store.add_from_files(&file, None, &silent).expect("intact");
    assert_eq!((added.modules.len(), added.source.as_str()), (0, "vmlinux"));
}

#[test]
fn a_kernel_is_gone_once_it_is_removed_or_not_whole() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = KernelStore::open(dir.path().join("kernel"));
    assert!(!store.remove().expect("nothing to remove"));
    let added = store.add_from_debs(&[package(dir.path(), "6.12.1")], &silent).expect("intact");
    fs::remove_file(&added.modules[0]).expect("there");
    assert_eq!(store.find(), None, "a module is missing");
    let again = store.add_from_debs(&[package(dir.path(), "6.12.1")], &silent).expect("intact");
    assert_eq!(again, added, "adding it mends it");
    assert!(store.remove().expect("removable"));
    assert_eq!((store.find(), added.vmlinux.exists()), (None, false));
}

#[test]
fn an_initramfs_holds_init_filter_and_modules() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = KernelStore::open(dir.path().join("kernel"));
    let kernel = store.add_from_debs(&[package(dir.path(), "6.12.1")], &silent).expect("intact");
    let archive = initramfs(b"program", b"filter", &kernel).expect("readable");
    assert_eq!(archive, initramfs(b"program", b"filter", &kernel).expect("readable"));
    let text = String::from_utf8_lossy(&archive);
    let at = |name: &str| text.find(name).unwrap_or_else(|| panic!("no {name}"));
    assert!(at("modules/00-virtio_mmio.ko\0") < at("modules/04-erofs.ko\0"));
    assert!(at("init\0") < at("program") && at("filter\0") < at("TRAILER!!!"));
    fs::remove_file(&kernel.modules[0]).expect("there");
    assert!(matches!(initramfs(b"", b"", &kernel), Err(KernelError::Io { .. })));
}
