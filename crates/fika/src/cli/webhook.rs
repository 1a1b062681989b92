//! `fika webhook`: where a foreign S3 posts what happened in its buckets.

use clap::{Args, Subcommand};

use super::ServerArgs;

/// `fika webhook`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct WebhookArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: WebhookAction,
}

const EXAMPLES: &str = "\
A function, a queue or a topic of the account is told, with the event that S3 sends. MinIO takes what
`create` prints as its environment; then `mc event add` names the buckets and the events.

Examples:
  fika webhook create thumbnail
  fika webhook create arn:aws:sqs:us-east-1:123456789012:changes --output json
  fika webhook list
  fika webhook delete 0123456789abcdef0123456789abcdef";

/// What to do with webhooks.
#[derive(Debug, Subcommand)]
pub enum WebhookAction {
    /// Make a webhook, and its token, which is not shown again
    #[command(after_help = "Examples:\n  fika webhook create thumbnail:live\n  fika webhook \
                            create arn:aws:sqs:us-east-1:123456789012:changes")]
    Create {
        /// Who is told: the ARN of a function, a queue or a topic, or a function's name.
        target: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// List the webhooks of the account
    #[command(after_help = "Example:\n  fika webhook list --output json")]
    List {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Delete a webhook: nothing more is taken at its address
    #[command(after_help = "Example:\n  fika webhook delete 0123456789abcdef0123456789abcdef")]
    Delete {
        /// Its id.
        id: String,
        #[command(flatten)]
        server: ServerArgs,
    },
}
