//! The states of stacks, of their resources and of change sets, as CloudFormation names them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An enum whose values are written as CloudFormation does.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) enum $name {
            $($(#[$of])* #[serde(rename = $text)] $value,)+
        }

        impl $name {
            /// As CloudFormation writes it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

named! {
    /// What a stack is doing, or how that ended.
    StackStatus {
        ReviewInProgress = "REVIEW_IN_PROGRESS",
        CreateInProgress = "CREATE_IN_PROGRESS",
        CreateComplete = "CREATE_COMPLETE",
        CreateFailed = "CREATE_FAILED",
        RollbackInProgress = "ROLLBACK_IN_PROGRESS",
        RollbackComplete = "ROLLBACK_COMPLETE",
        RollbackFailed = "ROLLBACK_FAILED",
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        UpdateCleanup = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        UpdateComplete = "UPDATE_COMPLETE",
        UpdateFailed = "UPDATE_FAILED",
        UpdateRollback = "UPDATE_ROLLBACK_IN_PROGRESS",
        UpdateRollbackCleanup = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE",
        UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED",
        DeleteInProgress = "DELETE_IN_PROGRESS",
        DeleteComplete = "DELETE_COMPLETE",
        DeleteFailed = "DELETE_FAILED",
    }
}

impl StackStatus {
    /// Whether something goes on.
    pub(crate) fn is_moving(self) -> bool {
        self.as_str().ends_with("_IN_PROGRESS") && self != Self::ReviewInProgress
    }

    /// Whether an update may begin.
    pub(crate) fn takes_updates(self) -> bool {
        use StackStatus as S;
        matches!(
            self,
            S::CreateComplete
                | S::UpdateComplete
                | S::UpdateRollbackComplete
                | S::UpdateFailed
                | S::CreateFailed
        )
    }
}

named! {
    /// What a resource is doing, or how that ended.
    ResourceStatus {
        CreateInProgress = "CREATE_IN_PROGRESS",
        CreateComplete = "CREATE_COMPLETE",
        CreateFailed = "CREATE_FAILED",
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        UpdateComplete = "UPDATE_COMPLETE",
        UpdateFailed = "UPDATE_FAILED",
        DeleteInProgress = "DELETE_IN_PROGRESS",
        DeleteComplete = "DELETE_COMPLETE",
        DeleteFailed = "DELETE_FAILED",
        DeleteSkipped = "DELETE_SKIPPED",
    }
}

impl StackStatus {
    /// Whether it failed and was left as it was then.
    pub(crate) fn is_left(self) -> bool {
        matches!(self, Self::CreateFailed | Self::UpdateFailed)
    }

    /// Whether it is being changed, or changed back: it cannot be deleted meanwhile.
    pub(crate) fn is_updating(self) -> bool {
        self.is_moving() && self.as_str().starts_with("UPDATE_")
    }
}

named! {
    /// What becomes of a change set.
    ChangeSetStatus {
        CreateComplete = "CREATE_COMPLETE",
        Failed = "FAILED",
    }
}

named! {
    /// Whether a change set can be executed.
    ExecutionStatus {
        Available = "AVAILABLE",
        Unavailable = "UNAVAILABLE",
        InProgress = "EXECUTE_IN_PROGRESS",
        Complete = "EXECUTE_COMPLETE",
        Failed = "EXECUTE_FAILED",
        Obsolete = "OBSOLETE",
    }
}

named! {
    /// What becomes of a resource whose stack, or whose template, is without it.
    Policy {
        Delete = "Delete",
        Retain = "Retain",
        RetainExceptOnCreate = "RetainExceptOnCreate",
        Snapshot = "Snapshot",
    }
}
