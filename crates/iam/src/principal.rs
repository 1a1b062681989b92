//! Who a caller is, and what its own policies say.

use std::sync::Arc;

use fika_model::AccountId;
use fika_policy::{Context, Decision, Identity, Policy, Request, Side, Who, decide};

use crate::record::{Role, User};
use crate::sessions::Session;

/// Who a caller is.
#[derive(Debug, Clone)]
pub enum Principal {
    /// An account itself.
    Root(AccountId),
    /// A user of an account.
    User(AccountId, Arc<User>),
    /// A session of a role.
    Session(Box<Acting>),
    /// A service that acts for something of an account.
    Service(Box<ActingService>),
}

/// A service, and what it acts for.
#[derive(Debug, Clone)]
pub struct ActingService {
    /// As in `sns.amazonaws.com`.
    name: &'static str,
    /// The ARN of what it acts for.
    source: String,
    /// Whose that is.
    account: AccountId,
}

/// A session, and what it may do.
#[derive(Debug, Clone)]
pub struct Acting {
    pub(crate) session: Session,
    /// None where the role was never made.
    pub(crate) role: Option<Arc<Role>>,
    /// What the role's policies say; nothing without a role that lends them.
    pub(crate) own: Arc<[Arc<Policy>]>,
    /// What the session is narrowed to, where it is.
    pub(crate) narrowed: Option<Vec<Arc<Policy>>>,
}

impl Acting {
    /// Who has it.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Whether policies of its own narrow what the role may do.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.narrowed.is_some()
    }
}

impl Principal {
    /// Whose it is.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        match self {
            Self::Root(account) | Self::User(account, _) => account,
            Self::Session(acting) => &acting.session.account,
            Self::Service(service) => &service.account,
        }
    }

    /// A service that acts for the thing of that ARN, which is that account's.
    #[must_use]
    pub fn service(name: &'static str, source: &str, account: AccountId) -> Self {
        Self::Service(Box::new(ActingService { name, source: source.into(), account }))
    }

    /// Whether it is that account itself, so that nothing of it is refused.
    #[must_use]
    pub fn is_root_of(&self, account: &AccountId) -> bool {
        matches!(self, Self::Root(own) if own == account)
    }

    /// The session, if it is one.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        if let Self::Session(acting) = self { Some(&acting.session) } else { None }
    }

    /// The user, if it is one.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        if let Self::User(_, user) = self { Some(user) } else { None }
    }

    /// Its ARN, as it is named in refusals and by GetCallerIdentity.
    #[must_use]
    pub fn arn(&self) -> String {
        match self {
            Self::Root(account) => format!("arn:aws:iam::{account}:root"),
            Self::User(account, user) => user.arn(account),
            Self::Session(acting) => acting.session.arn(),
            Self::Service(service) => service.name.into(),
        }
    }

    /// `aws:userid`.
    #[must_use]
    pub fn user_id(&self) -> String {
        match self {
            Self::Root(account) => account.to_string(),
            Self::User(_, user) => user.entity.id.clone(),
            Self::Session(acting) => {
                let role = acting.role.as_ref().map_or("AROA", |role| &role.entity.id);
                format!("{role}:{}", acting.session.name)
            }
            Self::Service(service) => service.name.into(),
        }
    }

    /// Whether it may do this to something of that account, whose policy is `resource`. The
    /// request's own circumstances are in `context`; who asks is added to them.
    ///
    /// # Errors
    /// Which kind of policy denies it, or which fails to allow it.
    pub fn may(
        &self,
        action: &str,
        on: &str,
        resource: Option<&Policy>,
        side: Side,
        context: Context,
    ) -> Decision {
        let own = self.arn();
        let (second, context) = (self.second_arn(), self.described(&own, context));
        let arns = [own.as_str(), second.as_deref().unwrap_or(&own)];
        let who = match self {
            Self::Service(service) => Who { account: "", arns: &[], service: Some(service.name) },
            _ => Who { account: self.account().as_str(), arns: &arns, service: None },
        };
        let request = Request { action, resource: on, context: &context };
        decide(&request, &who, self.identity(), resource, side)
    }

    fn identity(&self) -> Identity<'_> {
        match self {
            Self::Root(_) => Identity::Root,
            Self::User(_, user) => Identity::Policies { own: &user.policies, session: None },
            Self::Session(acting) => {
                Identity::Policies { own: &acting.own, session: acting.narrowed.as_deref() }
            }
            Self::Service(_) => Identity::None,
        }
    }

    /// A session goes by its role's ARN, too.
    fn second_arn(&self) -> Option<String> {
        self.session().map(|session| session.role.clone())
    }

    fn described(&self, arn: &str, mut context: Context) -> Context {
        if let Self::Service(service) = self {
            context.add("aws:PrincipalIsAWSService", "true");
            context.add("aws:PrincipalServiceName", service.name);
            context.add("aws:SourceArn", service.source.as_str());
            context.add("aws:SourceAccount", service.account.as_str());
            return context;
        }
        context.add("aws:PrincipalAccount", self.account().as_str());
        context.add("aws:PrincipalIsAWSService", "false");
        context.add("aws:userid", self.user_id());
        let (kind, arn, tags) = match self {
            Self::Root(_) | Self::Service(_) => ("Account", arn, None),
            Self::User(_, user) => {
                context.add("aws:username", user.entity.name.as_str());
                ("User", arn, Some(&user.entity.tags))
            }
            Self::Session(acting) => {
                let role = acting.role.as_ref();
                ("AssumedRole", acting.session.role.as_str(), role.map(|role| &role.entity.tags))
            }
        };
        context.add("aws:PrincipalType", kind);
        context.add("aws:PrincipalArn", arn);
        let session = self.session().and_then(|session| session.grant.as_ref());
        let session = session.map(|grant| &grant.tags);
        let over = |key: &String| session.is_some_and(|tags| tags.contains_key(key));
        let tags = tags.into_iter().flatten().filter(|(key, _)| !over(key));
        for (key, value) in tags.chain(session.into_iter().flatten()) {
            context.add(&format!("aws:PrincipalTag/{key}"), value.as_str());
        }
        context
    }
}
