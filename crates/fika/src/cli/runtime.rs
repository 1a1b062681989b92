//! What functions run on: `fika runtime`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DataArgs;

/// `fika runtime`
#[derive(Debug, Args)]
pub struct RuntimeArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: RuntimeAction,
}

/// What to do with runtimes.
#[derive(Debug, Subcommand)]
pub enum RuntimeAction {
    /// List the runtimes that are ready
    #[command(after_help = "Example:\n  fika runtime list --output json")]
    List(DataArgs),
    /// Make a runtime ready ahead of its first function
    #[command(
        after_help = "Examples:\n  fika runtime add nodejs22.x\n  fika runtime add python3.11 --sdk"
    )]
    Add {
        /// The runtime, such as nodejs22.x.
        id: String,
        /// With the AWS SDK that Lambda's own runtimes bring, for functions that bring none: by npm, boto3 by pip. A
        /// running server takes it up at its next start
        #[arg(long)]
        sdk: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Show, set or remove the kernel that microVMs boot
    Kernel(KernelArgs),
}

/// `fika runtime kernel`
#[derive(Debug, Args)]
pub struct KernelArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: KernelAction,
}

/// What to do with the kernel.
#[derive(Debug, Subcommand)]
pub enum KernelAction {
    /// Set the kernel: the distribution's, fetched through apt, unless files are named
    #[command(after_help = KERNEL_EXAMPLES)]
    Add {
        #[command(flatten)]
        source: KernelSource,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Show the kernel that is set
    #[command(after_help = "Example:\n  fika runtime kernel show --output json")]
    Show(DataArgs),
    /// Remove the kernel that is set
    #[command(after_help = "Example:\n  fika runtime kernel remove")]
    Remove(DataArgs),
}

/// Where a kernel comes from.
#[derive(Debug, Args)]
pub struct KernelSource {
    /// A Debian package of a kernel; once for each, where its modules have their own.
    #[arg(long, value_name = "FILE", conflicts_with = "vmlinux")]
    pub deb: Vec<PathBuf>,
    /// A kernel: vmlinux or bzImage.
    #[arg(long, value_name = "FILE")]
    pub vmlinux: Option<PathBuf>,
    /// Its modules, such as /lib/modules/RELEASE [default: all that is needed is built in].
    #[arg(long, value_name = "DIR", requires = "vmlinux")]
    pub modules: Option<PathBuf>,
}

const KERNEL_EXAMPLES: &str = "\
A server uses the kernel that was set when it started.

Examples:
  fika runtime kernel add
  fika runtime kernel add --deb linux-image-6.12.117+deb12-cloud-amd64_6.12.117-1_amd64.deb
  fika runtime kernel add --vmlinux /boot/vmlinuz-6.12.0 --modules /lib/modules/6.12.0";
