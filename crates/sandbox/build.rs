//! Builds `fika-init`, `fika-jailer` and `fika-netkeeper` as small static programs, for the crate to embed.
//!
//! They run where no library of the host can be found, so they are built apart from the rest,
//! with their own flags and in their own target directory.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What an outer cargo, clippy or test runner sets, and what would mislead the inner one.
const MISLEADING: [&str; 8] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_TARGET_DIR",
    "CARGO_MAKEFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_ARGS",
    "CLIPPY_CONF_DIR",
];

/// Small, and without unwinding: a panic of process 1 ends the sandbox either way.
const PROFILE: [(&str, &str); 6] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
];

fn main() {
    let crates = Path::new(&variable("CARGO_MANIFEST_DIR")).join("..");
    for part in ["init", "jailer", "model", "netlink", "network"] {
        for of_it in ["src", "Cargo.toml"] {
            println!("cargo::rerun-if-changed={}", crates.join(part).join(of_it).display());
        }
    }
    println!("cargo::rerun-if-changed=build.rs");

    let target = format!("{}-unknown-linux-gnu", variable("CARGO_CFG_TARGET_ARCH"));
    let into = PathBuf::from(variable("OUT_DIR")).join("wall");
    build(&crates, &target, &into);
    for (name, program) in [
        ("FIKA_INIT", "fika-init"),
        ("FIKA_JAILER", "fika-jailer"),
        ("FIKA_NETKEEPER", "fika-netkeeper"),
    ] {
        let path = into.join(&target).join("release").join(program);
        println!("cargo::rustc-env={name}={}", path.display());
    }
}

fn build(crates: &Path, target: &str, into: &Path) {
    let mut cargo = Command::new(variable("CARGO"));
    cargo
        .args(["build", "--release", "--package", "fika-init", "--package", "fika-jailer"])
        .args(["--package", "fika-network"])
        .args(["--bins", "--target", target, "--target-dir"])
        .arg(into)
        .current_dir(crates)
        .envs(PROFILE)
        .env("RUSTFLAGS", "-C target-feature=+crt-static");
    for name in MISLEADING {
        cargo.env_remove(name);
    }
    let status = cargo.status().expect("cargo runs");
    assert!(status.success(), "building the static init and jailer failed: see above");
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
