//! Buckets.

use fika_model::{Region, Scope};
use s3s::dto::{
    Bucket as Shown, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput,
    DeleteBucketInput, DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput,
    HeadBucketInput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput,
};
use s3s::{S3Response, S3Result, s3_error};

use super::Desk;
use super::guards::ownership_named;
use crate::objects::NotChanged;
use crate::owner::owner;
use crate::record::{SELF_OWNED, at_ms};

/// The region that goes without saying.
const HOME: &str = "us-east-1";
/// How many buckets an account may have.
const MOST: usize = 10_000;

impl Desk {
    pub(super) async fn make(
        &self,
        input: CreateBucketInput,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let caller = self.caller()?;
        let wanted = input.create_bucket_configuration.and_then(|all| all.location_constraint);
        let region = match wanted.as_ref().map(BucketLocationConstraint::as_str) {
            None | Some("") if caller.scope.region.as_str() != HOME => {
                let text = "The unspecified location constraint is incompatible for the region \
                            specific endpoint this request was sent to.";
                return Err(s3_error!(IllegalLocationConstraintException, "{text}"));
            }
            None | Some("") => HOME,
            Some(region) => region,
        };
        let region = Region::new(region).map_err(|_| {
            s3_error!(InvalidLocationConstraint, "The specified location-constraint is not valid")
        })?;
        let scope = Scope { account: caller.scope.account.clone(), region };
        if self.objects.of(&scope.account).len() >= MOST {
            let text = "You have attempted to create more buckets than allowed";
            return Err(s3_error!(TooManyBuckets, "{text}"));
        }
        let ownership = input.object_ownership.as_ref().map_or(SELF_OWNED, |one| one.as_str());
        let ownership = ownership_named(ownership)?;
        let (desk, name) = (self.clone(), input.bucket.clone());
        let account = scope.account.clone();
        let made = self
            .to_the_end(async move {
                match desk.objects.make(&name, scope, ownership).await {
                    Err(NotChanged::Taken(own)) if own == account => Ok(Some(())),
                    made => made.map(|()| None).map_err(Into::into),
                }
            })
            .await?;
        // In its first region S3 says that all is well.
        if made.is_some() && caller.scope.region.as_str() != HOME {
            let text = "Your previous request to create the named bucket succeeded and you already \
                        own it.";
            return Err(s3_error!(BucketAlreadyOwnedByYou, "{text}"));
        }
        let location = Some(format!("/{}", input.bucket));
        Ok(S3Response::new(CreateBucketOutput { location }))
    }

    pub(super) async fn unmake(
        &self,
        input: DeleteBucketInput,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        let (desk, shelf) = (self.clone(), self.shelf(&input.bucket)?);
        self.to_the_end(async move { Ok(desk.objects.unmake(&shelf).await?) }).await?;
        Ok(S3Response::with_status(DeleteBucketOutput {}, http::StatusCode::NO_CONTENT))
    }

    pub(super) fn bucket(&self, input: &HeadBucketInput) -> S3Result<S3Response<HeadBucketOutput>> {
        let region = self.shelf(&input.bucket)?.bucket().scope.region.to_string();
        let bucket_region = Some(region);
        Ok(S3Response::new(HeadBucketOutput { bucket_region, ..HeadBucketOutput::default() }))
    }

    pub(super) fn location(
        &self,
        input: &GetBucketLocationInput,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        let region = self.shelf(&input.bucket)?.bucket().scope.region.to_string();
        // The first region has no name here.
        let location_constraint =
            Some(region).filter(|region| region != HOME).map(BucketLocationConstraint::from);
        Ok(S3Response::new(GetBucketLocationOutput { location_constraint }))
    }

    pub(super) fn buckets(
        &self,
        input: ListBucketsInput,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let account = &self.caller()?.scope.account;
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let after = input.continuation_token.as_deref().unwrap_or_default();
        let region = input.bucket_region.as_deref();
        let mut shelves = self.objects.of(account);
        shelves.retain(|shelf| {
            shelf.name.starts_with(prefix)
                && *shelf.name > *after
                && region.is_none_or(|region| shelf.bucket().scope.region.as_str() == region)
        });
        let most = input.max_buckets.and_then(|most| usize::try_from(most).ok()).unwrap_or(MOST);
        let more = shelves.len() > most;
        shelves.truncate(most);
        let buckets = shelves.iter().map(|shelf| Shown {
            bucket_region: Some(shelf.bucket().scope.region.to_string()),
            creation_date: Some(at_ms(shelf.bucket().created_ms)),
            name: Some(shelf.name.to_string()),
        });
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            continuation_token: shelves.last().filter(|_| more).map(|s| s.name.to_string()),
            owner: Some(owner(account)),
            prefix: input.prefix.clone(),
        }))
    }
}
