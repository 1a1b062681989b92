//! Who may call: `serve --auth`, `fika env`, `fika account`.

use clap::{Args, Subcommand, ValueEnum};

use super::{DataArgs, ServerArgs};

/// Whether clients must sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Authentication {
    /// They must.
    On,
    /// Who does not, or with a key nobody knows, is the root account.
    Off,
}

/// `fika env`
#[derive(Debug, Args)]
#[command(after_help = ENV_EXAMPLES)]
pub struct EnvArgs {
    /// The region [default: $AWS_REGION, else $AWS_DEFAULT_REGION, else us-east-1].
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    #[command(flatten)]
    pub data: DataArgs,
}

const ENV_EXAMPLES: &str = "\
Examples:
  eval \"$(fika env)\" && aws lambda list-functions
  fika env --output json";

/// `fika account`
#[derive(Debug, Args)]
#[command(after_help = ACCOUNT_EXAMPLES)]
pub struct AccountArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: AccountAction,
}

const ACCOUNT_EXAMPLES: &str = "\
Accounts share nothing: neither sees the other's functions, logs or tags, unless a policy says
so. Only the root of the server's own account may look after them. Users and roles are made with
the aws CLI and the SDKs, by each account for itself: eval \"$(fika env)\" && aws iam create-user.

Examples:
  fika account create
  fika account create 210987654321 --output json
  fika account list
  fika account key create 210987654321
  fika account delete 210987654321";

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountAction {
    /// Make an account, and a key for its root
    #[command(after_help = "Examples:\n  fika account create\n  fika account create 210987654321")]
    Create {
        /// Twelve digits [default: random ones].
        id: Option<String>,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// List accounts, and the keys of their roots
    #[command(after_help = "Example:\n  fika account list --output json")]
    List {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Delete an account that has no functions, with its users, roles and keys
    #[command(after_help = "Example:\n  fika account delete 210987654321")]
    Delete {
        /// Twelve digits.
        id: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Make, list or delete keys of an account's root
    Key(KeyArgs),
}

/// `fika account key`
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: KeyAction,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// Make another key; its secret is shown this once
    #[command(after_help = "Example:\n  eval \"$(fika account key create 210987654321)\"")]
    Create {
        /// The account.
        account: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// List keys, the oldest first
    #[command(after_help = "Example:\n  fika account key list 210987654321")]
    List {
        /// The account.
        account: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Delete a key
    #[command(after_help = "Example:\n  fika account key delete 210987654321 AKIAIOSFODNN7EXAMPLE")]
    Delete {
        /// The account.
        account: String,
        /// The key's public half.
        id: String,
        #[command(flatten)]
        server: ServerArgs,
    },
}
