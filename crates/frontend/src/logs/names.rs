//! What groups and streams are called.

use fika_model::Scope;
use fika_store::{LogGroup, LogKey};

use super::{Call, Refused, bad, broken, invalid};

/// The longest name of a group or a stream, bytes.
const NAME_BYTES: usize = 512;
const LENGTH: &str = "Member must have length less than or equal to 512";
const NOT_EMPTY: &str = "Member must have length greater than or equal to 1";

/// The name of a group that is given as such.
pub(super) fn group_name(given: Option<&str>, member: &str) -> Result<String, Refused> {
    let name = given.ok_or_else(|| missing(member))?;
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
    match name {
        "" => Err(broken(name, member, NOT_EMPTY)),
        name if name.len() > NAME_BYTES => Err(broken(name, member, LENGTH)),
        name if name.chars().all(fits) => Ok(name.into()),
        name => Err(broken(
            name,
            member,
            r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+",
        )),
    }
}

/// The name of a stream.
pub(super) fn stream_name(given: Option<&str>, member: &str) -> Result<String, Refused> {
    let name = given.ok_or_else(|| missing(member))?;
    match name {
        "" => Err(broken(name, member, NOT_EMPTY)),
        name if name.len() > NAME_BYTES => Err(broken(name, member, LENGTH)),
        name if name.contains([':', '*']) => {
            Err(broken(name, member, "Member must satisfy regular expression pattern: [^:*]*"))
        }
        name => Ok(name.into()),
    }
}

fn missing(member: &str) -> Refused {
    broken("null", member, "Member must not be null").unquoted_null()
}

impl Refused {
    /// What is not there is named without quotes.
    fn unquoted_null(self) -> Self {
        Self { message: self.message.replacen("Value 'null'", "Value null", 1), ..self }
    }
}

/// A group that is given by its name or by an identifier, which is its name or its ARN.
pub(super) fn either(
    scope: &Scope,
    name: Option<&str>,
    identifier: Option<&str>,
) -> Result<LogKey, Refused> {
    match (name, identifier) {
        (Some(_), Some(_)) => {
            Err(invalid("LogGroup name and LogGroup identifier are mutually exclusive parameters."))
        }
        (None, Some(identifier)) => by_identifier(scope, identifier, "logGroupIdentifier"),
        (name, None) => Ok(LogKey::new(scope, group_name(name, "logGroupName")?)),
    }
}

/// A group by its name or its ARN. One of another account is as if it did not exist.
pub(super) fn by_identifier(
    scope: &Scope,
    identifier: &str,
    member: &str,
) -> Result<LogKey, Refused> {
    if !identifier.starts_with("arn:") {
        return Ok(LogKey::new(scope, group_name(Some(identifier), member)?));
    }
    let parts: Vec<&str> = identifier.splitn(7, ':').collect();
    let ["arn", "aws", "logs", region, account, "log-group", name] = parts.as_slice() else {
        return Err(invalid(format!("The specified resource ARN is invalid: {identifier}")));
    };
    if *account != scope.account.as_str() || *region != scope.region.as_str() {
        return Err(no_group());
    }
    let name = name.strip_suffix(":*").unwrap_or(name);
    Ok(LogKey::new(scope, group_name(Some(name), member)?))
}

/// A group's ARN, without the `:*` that stands for its streams.
pub(super) fn arn(scope: &Scope, group: &str) -> String {
    let Scope { account, region } = scope;
    format!("arn:aws:logs:{region}:{account}:log-group:{group}")
}

pub(super) fn no_group() -> Refused {
    bad("ResourceNotFoundException", "The specified log group does not exist.")
}

pub(super) fn no_stream() -> Refused {
    bad("ResourceNotFoundException", "The specified log stream does not exist.")
}

impl Call<'_> {
    /// What is known of a group that is to be there.
    pub(super) fn group(&self, key: &LogKey) -> Result<LogGroup, Refused> {
        self.store.group(key)?.ok_or_else(no_group)
    }
}
