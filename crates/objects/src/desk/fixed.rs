//! What tools ask of every bucket and what is the same of all: fika has no ACLs, logs, websites, replicas
//! or locks, and answers as S3 does of a bucket without them.

use s3s::dto::{
    GetBucketAccelerateConfigurationOutput, GetBucketAclInput, GetBucketAclOutput,
    GetBucketLoggingOutput, GetBucketRequestPaymentOutput, Grant, Grantee, Payer, Permission, Type,
};
use s3s::{S3Error, S3ErrorCode, S3Response, S3Result};

use super::Desk;
use crate::owner::{canonical_id, owner};

impl Desk {
    /// The owner may do everything, and nobody else anything: an ACL as S3 makes it.
    pub(super) fn acl(
        &self,
        input: &GetBucketAclInput,
    ) -> S3Result<S3Response<GetBucketAclOutput>> {
        let account = self.shelf(&input.bucket)?.bucket().scope.account.clone();
        let grantee = Grantee {
            display_name: None,
            email_address: None,
            id: Some(canonical_id(&account)),
            type_: Type::from_static(Type::CANONICAL_USER),
            uri: None,
        };
        let permission = Some(Permission::from_static(Permission::FULL_CONTROL));
        let grants = Some(vec![Grant { grantee: Some(grantee), permission }]);
        Ok(S3Response::new(GetBucketAclOutput { grants, owner: Some(owner(&account)) }))
    }
}

/// Nothing is logged.
pub(super) fn logging() -> S3Response<GetBucketLoggingOutput> {
    S3Response::new(GetBucketLoggingOutput::default())
}

/// The owner pays.
pub(super) fn payment() -> S3Response<GetBucketRequestPaymentOutput> {
    let payer = Some(Payer::from_static(Payer::BUCKET_OWNER));
    S3Response::new(GetBucketRequestPaymentOutput { payer })
}

/// Nothing was ever accelerated.
pub(super) fn acceleration() -> S3Response<GetBucketAccelerateConfigurationOutput> {
    S3Response::new(GetBucketAccelerateConfigurationOutput::default())
}

/// What a bucket does not have.
pub(super) fn none<T>(code: S3ErrorCode, text: &'static str) -> S3Result<S3Response<T>> {
    Err(S3Error::with_message(code, text))
}
