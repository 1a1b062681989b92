//! `FunctionUrlConfig`: a function's address, and for one without authorization who may call it.

use super::Target;
use crate::error::{Result, resource};
use crate::intrinsics::is_function;
use crate::made::Made;
use crate::shape;
use crate::tree::Node;

pub(super) fn of(function: &str, target: &Target, config: &Node) -> Result<Vec<Made>> {
    if !is_function(config) {
        check_type(function, config)?;
        check_cors(function, config)?;
    }
    let made =
        |suffix: &str, kind| Made::new(format!("{function}{suffix}"), kind, &target.attributes);
    let part = |name: &str| config.get(name).cloned().unwrap_or_default();
    let mut url = made("Url", "AWS::Lambda::Url");
    if part("Cors").is_truthy() {
        url.set("Cors", part("Cors"));
    }
    url.set("AuthType", part("AuthType"));
    url.set("TargetFunctionArn", target.name.clone());
    url.set("InvokeMode", part("InvokeMode"));
    if &part("AuthType") != "NONE" || is_function(config) {
        return Ok(vec![url]);
    }
    let mut call = made("UrlPublicPermissions", "AWS::Lambda::Permission");
    call.set("Action", "lambda:InvokeFunctionUrl");
    call.set("FunctionName", target.name.clone());
    call.set("Principal", "*");
    call.set("FunctionUrlAuthType", "NONE");
    let mut invoke = made("URLInvokeAllowPublicAccess", "AWS::Lambda::Permission");
    invoke.set("Action", "lambda:InvokeFunction");
    invoke.set("FunctionName", target.name.clone());
    invoke.set("Principal", "*");
    invoke.set("InvokedViaFunctionUrl", true);
    Ok(vec![url, call, invoke])
}

fn check_type(function: &str, config: &Node) -> Result<()> {
    let known = config
        .get("AuthType")
        .is_some_and(|kind| is_function(kind) || kind == "AWS_IAM" || kind == "NONE");
    if known {
        return Ok(());
    }
    let message = "AuthType is required to configure function property `FunctionUrlConfig`. Please provide \
                   either AWS_IAM or NONE.";
    Err(resource(function, message))
}

fn check_cors(function: &str, config: &Node) -> Result<()> {
    let Some(cors) = config.get("Cors").filter(|cors| cors.is_truthy() && !is_function(cors))
    else {
        return Ok(());
    };
    for (name, value) in shape::map(cors, function, "FunctionUrlConfig.Cors")?.iter() {
        let (fits, kind) = match &**name {
            "AllowOrigins" | "AllowMethods" | "AllowHeaders" | "ExposeHeaders" => {
                (shape::Shape::List.fits(value), "list")
            }
            "AllowCredentials" => (shape::Shape::Bool.fits(value), "bool"),
            "MaxAge" => (shape::Shape::Int.fits(value), "int"),
            other => {
                let message = format!("{other} is not a valid property for configuring Cors.");
                return Err(resource(function, message));
            }
        };
        if !fits && !is_function(value) {
            return Err(resource(function, format!("{} must be of type {kind}.", name.text)));
        }
    }
    Ok(())
}
