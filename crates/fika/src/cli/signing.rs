//! Who has signed what functions run: `fika signing`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DataArgs;

/// `fika signing`
#[derive(Debug, Args)]
pub struct SigningArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: SigningAction,
}

/// What to do about signatures.
#[derive(Debug, Subcommand)]
pub enum SigningAction {
    /// Make a key for signing (ECDSA, P-384, PKCS#8)
    Key {
        /// The file to write; it must not be there yet.
        file: PathBuf,
    },
    /// Sign the zip of a function or a layer
    Sign(SignArgs),
    /// Trust the signatures of a signing profile's version by a key, on this server
    Trust {
        /// Such as arn:aws:signer:us-east-1:123456789012:/signing-profiles/team/1.
        profile: String,
        /// The file with the key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Trust a signing profile's version no more
    Distrust {
        /// Its ARN.
        profile: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List the signing profiles that are trusted
    List(DataArgs),
}

/// `fika signing sign`
#[derive(Debug, Args)]
pub struct SignArgs {
    /// The zip.
    pub zip: PathBuf,
    /// The ARN of the signing profile's version.
    #[arg(long, value_name = "ARN")]
    pub profile: String,
    /// The file with the key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Where the signed zip goes.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// How many days it is good for [default: for ever].
    #[arg(long, value_name = "DAYS")]
    pub days: Option<u32>,
}
