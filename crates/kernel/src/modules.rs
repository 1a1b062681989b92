//! Which modules a guest needs, and in which order they go in: each after those it stands on.
//!
//! What a module stands on is what it says itself (`depends=` in `.modinfo`), which is also what
//! `depmod` writes its `modules.dep` from; a package that was never installed has no such file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::elf::Elf;
use crate::{KernelError, decode};

/// What a guest cannot do without: its bus, its disks, its network, its stream to the host, and
/// the file system of its images.
const NEEDED: [&str; 6] = [
    "virtio_mmio",
    "virtio_blk",
    "virtio_net",
    "virtio_console",
    "vmw_vsock_virtio_transport",
    "erofs",
];
/// What is good to have: entropy from the host.
const WELCOME: [&str; 1] = ["virtio_rng"];
/// The largest module, bytes uncompressed. The largest in the list above has 330 kB.
const LARGEST: usize = 32 << 20;
/// How many modules a directory may have. Debian's largest kernel has about 4,500.
const MOST: usize = 20_000;
/// How many modules a guest may need. With Debian's kernels it is about a dozen.
const MOST_PICKED: usize = 64;
/// How deep below a directory modules may be.
const DEEPEST: usize = 16;

/// A module, uncompressed.
#[derive(Debug)]
pub(crate) struct Module {
    /// With underscores, as the kernel has it.
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
}

/// The modules a directory has, and those that its kernel has built in.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    files: BTreeMap<String, PathBuf>,
    builtin: BTreeSet<String>,
}

impl Shelf {
    /// Looks through a directory such as `/lib/modules/RELEASE`. Follows no links.
    pub(crate) fn of(dir: &Path) -> Result<Self, KernelError> {
        let mut shelf = Self::default();
        shelf.walk(dir, 0)?;
        Ok(shelf)
    }

    fn walk(&mut self, dir: &Path, depth: usize) -> Result<(), KernelError> {
        for entry in fs::read_dir(dir).map_err(KernelError::io(dir))? {
            let entry = entry.map_err(KernelError::io(dir))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(KernelError::io(dir))?);
            let file = entry.file_name();
            let file = file.to_string_lossy();
            if kind.is_dir() && depth < DEEPEST {
                self.walk(&path, depth + 1)?;
            } else if file == "modules.builtin" && kind.is_file() {
                let list = fs::read_to_string(&path).map_err(KernelError::io(&path))?;
                self.builtin.extend(list.lines().filter_map(name_of));
            } else if let Some(name) = name_of(&file).filter(|_| kind.is_file()) {
                self.files.entry(name).or_insert(path);
            }
        }
        let many = || KernelError::unusable(dir.display().to_string(), "it has too many modules");
        (self.files.len() <= MOST).then_some(()).ok_or_else(many)
    }

    /// What a guest with this kernel needs, in the order in which it goes in.
    pub(crate) fn pick(&self, release: &str) -> Result<Vec<Module>, KernelError> {
        let mut picked = Picked { shelf: self, release, seen: BTreeSet::new(), order: Vec::new() };
        for name in NEEDED {
            picked.add(name)?;
        }
        for name in WELCOME {
            picked.add_if_there(name)?;
        }
        Ok(picked.order)
    }
}

/// A walk through what stands on what.
struct Picked<'a> {
    shelf: &'a Shelf,
    release: &'a str,
    seen: BTreeSet<String>,
    order: Vec<Module>,
}

impl Picked<'_> {
    fn add(&mut self, name: &str) -> Result<(), KernelError> {
        // Two modules that stand on each other cannot be, but a file may say so.
        if self.shelf.builtin.contains(name) || !self.seen.insert(name.to_owned()) {
            return Ok(());
        }
        let missing =
            || KernelError::MissingModule { name: name.into(), release: self.release.into() };
        let path = self.shelf.files.get(name).ok_or_else(missing)?;
        if self.seen.len() > MOST_PICKED {
            return Err(KernelError::unusable(format!("module {name}"), "it is one of too many"));
        }
        let content = read(path)?;
        let wants = Wants::of(&content, name, self.release)?;
        for name in &wants.first {
            self.add_if_there(name)?;
        }
        for name in &wants.must {
            self.add(name)?;
        }
        self.order.push(Module { name: name.into(), content });
        Ok(())
    }

    fn add_if_there(&mut self, name: &str) -> Result<(), KernelError> {
        if self.shelf.files.contains_key(name) { self.add(name) } else { Ok(()) }
    }
}

/// What a module says of others.
struct Wants {
    /// Those whose symbols it uses.
    must: Vec<String>,
    /// Those that should be in before it. It may name an alias, such as `crc32c`, which a guest
    /// without `modprobe` has to know by the module's own name, `crc32c_generic`.
    first: Vec<String>,
}

impl Wants {
    fn of(content: &[u8], name: &str, release: &str) -> Result<Self, KernelError> {
        let broken =
            || KernelError::unusable(format!("module {name}"), "it is no module for x86-64");
        let elf = Elf::parse(content).ok_or_else(broken)?;
        let magic = elf.modinfo("vermagic");
        let found = magic.first().and_then(|text| text.split(' ').next()).ok_or_else(broken)?;
        if found != release {
            return Err(KernelError::ForeignModule {
                name: name.into(),
                found: found.into(),
                release: release.into(),
            });
        }
        let depends = elf.modinfo("depends").into_iter().flat_map(|list| list.split(','));
        let soft = elf.modinfo("softdep").into_iter().filter_map(|text| text.strip_prefix("pre:"));
        let before = |text: &'_ str| -> Vec<String> {
            let names = text.split_whitespace().take_while(|word| *word != "post:");
            names.flat_map(|name| [underscored(name), underscored(name) + "_generic"]).collect()
        };
        Ok(Self {
            must: depends.filter(|name| !name.is_empty()).map(underscored).collect(),
            first: soft.flat_map(before).collect(),
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, KernelError> {
    let packed = fs::read(path).map_err(KernelError::io(path))?;
    let broken = |e: io::Error| KernelError::unusable(path.display().to_string(), e.to_string());
    decode::all(&packed, LARGEST).map_err(broken)
}

/// The module a file is: `kernel/fs/erofs/erofs.ko.xz` is `erofs`.
pub(crate) fn name_of(path: &str) -> Option<String> {
    let file = path.rsplit('/').next()?;
    let (name, packing) = file.split_once(".ko")?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let fits = ["", ".gz", ".xz", ".zst"].contains(&packing);
    (fits && !name.is_empty() && name.bytes().all(plain)).then(|| underscored(name))
}

fn underscored(name: &str) -> String {
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::testing::{gzip, module};

    const RELEASE: &str = "6.12.1";

    /// A directory with the modules given, each with those it depends on.
    fn shelf(modules: &[(&str, &str)], builtin: &str) -> (TempDir, Shelf) {
        let dir = tempfile::tempdir().expect("a directory");
        let below = dir.path().join("kernel/drivers");
        fs::create_dir_all(&below).expect("room");
        for (name, says) in modules {
            let content = module(&[&format!("vermagic={RELEASE} SMP"), says]);
            fs::write(below.join(format!("{name}.ko.gz")), gzip(&content)).expect("room");
        }
        fs::write(dir.path().join("modules.builtin"), builtin).expect("room");
        let shelf = Shelf::of(dir.path()).expect("readable");
        (dir, shelf)
    }

    fn needed() -> Vec<(&'static str, &'static str)> {
        vec![
            ("virtio_mmio", "depends=virtio,virtio_ring"),
            ("virtio", "depends=virtio_ring"),
            ("virtio_ring", "depends="),
            ("virtio_blk", "depends=virtio"),
            ("virtio_net", "depends=net-failover"),
            ("net_failover", "depends=failover"),
            ("failover", "depends="),
            ("vmw_vsock_virtio_transport", "depends=vsock"),
            ("vsock", "depends="),
            ("erofs", "depends=libcrc32c"),
            ("libcrc32c", "softdep=pre: crc32c"),
            ("crc32c_generic", "depends="),
            ("unrelated", "depends="),
        ]
    }

    fn names(picked: &[Module]) -> Vec<&str> {
        picked.iter().map(|module| module.name.as_str()).collect()
    }

    #[test]
    fn each_goes_in_after_those_it_stands_on() {
        let (_dir, shelf) = shelf(&needed(), "kernel/drivers/char/virtio_console.ko\n");
        let picked = shelf.pick(RELEASE).expect("all there");
        let expected = [
            "virtio_ring",
            "virtio",
            "virtio_mmio",
            "virtio_blk",
            "failover",
            "net_failover",
            "virtio_net",
            "vsock",
            "vmw_vsock_virtio_transport",
            "crc32c_generic",
            "libcrc32c",
            "erofs",
        ];
        assert_eq!(names(&picked), expected);
        assert!(picked.iter().all(|module| module.content.starts_with(b"\x7fELF")));
    }

    #[test]
    fn what_is_built_in_is_not_inserted() {
        let builtin = "kernel/virtio_console.ko\nkernel/drivers/virtio/virtio.ko\n\
                       kernel/lib/libcrc32c.ko\n";
        let (_dir, shelf) = shelf(&needed(), builtin);
        let picked = shelf.pick(RELEASE).expect("all there");
        assert!(!names(&picked).iter().any(|name| ["virtio", "libcrc32c"].contains(name)));
    }

    #[test]
    fn entropy_is_welcome_where_it_is_there() {
        let with_rng = [needed(), vec![("virtio-rng", "depends=virtio")]].concat();
        let (_dir, shelf) = shelf(&with_rng, "kernel/virtio_console.ko\n");
        let picked = shelf.pick(RELEASE).expect("all there");
        assert_eq!(names(&picked).last(), Some(&"virtio_rng"));
    }

    #[test]
    fn a_guest_is_not_made_without_what_it_needs() {
        for gone in ["erofs", "failover", "virtio_ring"] {
            let rest: Vec<_> = needed().into_iter().filter(|(name, _)| *name != gone).collect();
            let (_dir, shelf) = shelf(&rest, "kernel/virtio_console.ko\n");
            let error = shelf.pick(RELEASE).expect_err("one is missing");
            let named = matches!(&error, KernelError::MissingModule { name, .. } if name == gone);
            assert!(named, "{error}");
        }
    }

    #[test]
    fn modules_of_another_kernel_are_refused() {
        let (_dir, shelf) = shelf(&needed(), "kernel/virtio_console.ko\n");
        let error = shelf.pick("6.12.2").expect_err("another release");
        assert!(matches!(error, KernelError::ForeignModule { .. }), "{error}");
    }

    #[test]
    fn modules_that_stand_on_each_other_or_on_too_many_end_the_walk() {
        let circle = [needed(), vec![("virtio_console", "depends=virtio_console2")]].concat();
        let circle = [circle, vec![("virtio_console2", "depends=virtio_console")]].concat();
        let (_dir, circle) = shelf(&circle, "");
        assert_eq!(circle.pick(RELEASE).expect("every one once").len(), needed().len() + 1);

        let names: Vec<(String, String)> =
            (0..100).map(|n| (format!("m{n}"), format!("depends=m{}", n + 1))).collect();
        let mut chain: Vec<(&str, &str)> =
            names.iter().map(|(name, says)| (name.as_str(), says.as_str())).collect();
        chain.push(("virtio_mmio", "depends=m0"));
        let (_dir, chain) = shelf(&chain, "");
        assert!(matches!(chain.pick(RELEASE), Err(KernelError::Unusable { .. })));
    }

    #[test]
    fn links_are_not_followed() {
        let (dir, _) = shelf(&[], "");
        std::os::unix::fs::symlink("/", dir.path().join("build")).expect("room");
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("x.ko")).expect("room");
        assert!(Shelf::of(dir.path()).expect("readable").files.is_empty());
    }

    #[test]
    fn a_file_is_a_module_by_its_name() {
        for (path, expected) in [
            ("kernel/fs/erofs/erofs.ko.xz", Some("erofs")),
            ("virtio-rng.ko", Some("virtio_rng")),
            ("a.ko.zst", Some("a")),
            (".ko", None),
            ("a.ko.exe", None),
            ("a b.ko", None),
            ("modules.order", None),
        ] {
            assert_eq!(name_of(path).as_deref(), expected, "{path}");
        }
    }
}
