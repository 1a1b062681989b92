//! `fika signing`: keys, signed packages, and the signing profiles that a server trusts.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use fika_model::RequestId;
use fika_package::{Claim, SigningKey};
use serde_json::json;

use crate::cli::{SignArgs, SigningAction, SigningArgs};
use crate::failure::Failure;
use crate::node::SIGNERS;
use crate::ui::Ui;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Does what is asked.
///
/// # Errors
/// When a file cannot be read or written, or is not what it should be.
pub fn run(args: &SigningArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    match &args.action {
        SigningAction::Key { file } => make_key(file)?,
        SigningAction::Sign(args) => sign(args)?,
        SigningAction::Trust { profile, key, data } => {
            let key = read_key(key)?;
            let trusted =
                fika_control::trust(&data.dir()?.join(SIGNERS), profile, key.public_key());
            trusted.map_err(|why| Failure::config("have the profile trusted", why))?;
        }
        SigningAction::Distrust { profile, data } => {
            let done = fika_control::distrust(&data.dir()?.join(SIGNERS), profile);
            done.map_err(|why| Failure::no_input("name one that `fika signing list` shows", why))?;
        }
        SigningAction::List(data) => {
            let profiles = fika_control::trusted_profiles(&data.dir()?.join(SIGNERS));
            ui.answer(&json!(profiles), &profiles.join("\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// For its owner's eyes; one that is there is not overwritten.
fn make_key(file: &Path) -> Result<(), Failure> {
    let key = SigningKey::generate().map_err(|why| Failure::config("make a key", why))?;
    let new = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    new.and_then(|mut new| std::io::Write::write_all(&mut new, &key))
        .map_err(|why| Failure::io(format!("write a new file {}", file.display()), why))
}

fn read_key(file: &Path) -> Result<SigningKey, Failure> {
    let fix = || format!("read the key in {}", file.display());
    let key = fs::read(file).map_err(|why| Failure::no_input(fix(), why))?;
    SigningKey::read(&key).map_err(|why| Failure::no_input(fix(), why))
}

fn sign(args: &SignArgs) -> Result<(), Failure> {
    let fix = || format!("sign {}", args.zip.display());
    let zip = fs::read(&args.zip).map_err(|why| Failure::no_input(fix(), why))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let signed_at = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let claim = Claim {
        profile: args.profile.clone(),
        job: job(&args.profile),
        signed_at,
        expires_at: args.days.map(|days| signed_at + i64::from(days) * DAY),
    };
    let signed = read_key(&args.key)?.sign(&zip, claim);
    let signed = signed.map_err(|why| Failure::no_input(fix(), why.detail()))?;
    fs::write(&args.out, signed)
        .map_err(|why| Failure::io(format!("write {}", args.out.display()), why))
}

/// A job of the profile's account and region: `arn:aws:signer:REGION:ACCOUNT:/signing-jobs/ID`.
fn job(profile: &str) -> String {
    let place = profile.split_once("/signing-profiles/").map_or(profile, |(place, _)| place);
    format!("{place}/signing-jobs/{}", RequestId::random())
}
