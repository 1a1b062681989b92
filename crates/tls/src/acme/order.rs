//! One order of a certificate, from the account to the chain.

use std::time::Duration;

use instant_acme::{
    AuthorizationHandle, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder,
    Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use thiserror::Error;
use tokio::time::timeout;

use super::AcmeOptions;
use super::kept::{Account, Folder, Issued, Kept};
use super::web::Web;
use crate::TlsError;
use crate::shown::Shown;

/// How long an order may take in all.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How the issuer is asked whether it is done.
const POLLING: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(120));

/// Why there is no certificate.
#[derive(Debug, Error)]
pub(super) enum OrderError {
    /// The issuer refused, or was not there.
    #[error("the issuer cannot be asked, or refuses")]
    Issuer(#[from] instant_acme::Error),
    /// It did not come to an end.
    #[error("the order did not come to an end in {} s", PATIENCE.as_secs())]
    Slow,
    /// It does not believe that a name is ours.
    #[error("the issuer does not believe that {0} is this server's: {1}")]
    Name(String, String),
    /// It knows only other proofs.
    #[error("the issuer does not take TLS-ALPN-01 as a proof that {0} is this server's")]
    NoProof(String),
    /// It was refused at the end.
    #[error("the issuer does not fulfil the order, which is {0:?}")]
    Refused(OrderStatus),
    /// A request or a challenge that cannot be made.
    #[error("what the issuer is sent cannot be made")]
    Make(#[from] rcgen::Error),
    /// What it sent is no certificate.
    #[error("what the issuer sent is no certificate")]
    Odd,
    /// It is not good now.
    #[error("the certificate is not good at this time: see that the machine's clock is right")]
    Clock,
    /// What it sent is of no use, or cannot be kept.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl OrderError {
    /// Whether the issuer does not know our account.
    pub(super) fn is_of_the_account(&self) -> bool {
        const GONE: &str = "urn:ietf:params:acme:error:accountDoesNotExist";
        let Self::Issuer(instant_acme::Error::Api(problem)) = self else { return false };
        problem.r#type.as_deref() == Some(GONE)
    }
}

/// Orders a certificate. The account is made where there is none, and kept at once.
pub(super) async fn order(
    web: &Web,
    folder: &Folder,
    options: &AcmeOptions,
    kept: &mut Kept,
    shown: &Shown,
) -> Result<Issued, OrderError> {
    let work = async {
        let account = account(web, folder, options, kept).await?;
        let names: Vec<_> = options.domains.iter().cloned().map(Identifier::Dns).collect();
        let order = account.new_order(&NewOrder::new(&names)).await?;
        fulfil(order, options, shown).await
    };
    timeout(PATIENCE, work).await.unwrap_or(Err(OrderError::Slow))
}

/// The account there is, or a new one.
async fn account(
    web: &Web,
    folder: &Folder,
    options: &AcmeOptions,
    kept: &mut Kept,
) -> Result<instant_acme::Account, OrderError> {
    let builder = || instant_acme::Account::builder_with_http(Box::new(web.clone()));
    let known = kept.account.as_ref().filter(|known| known.directory == options.directory);
    if let Some(known) = known {
        return Ok(builder().from_credentials(known.credentials().map_err(odd)?).await?);
    }
    let contact = options.email.iter().map(|email| format!("mailto:{email}")).collect::<Vec<_>>();
    let contact = contact.iter().map(String::as_str).collect::<Vec<_>>();
    let new = NewAccount {
        contact: &contact,
        // The server does not start with ACME unless its operator has said so.
        terms_of_service_agreed: true,
        only_return_existing: false,
    };
    let directory = options.directory.clone();
    let (account, credentials) = builder().create(&new, directory.clone(), None).await?;
    kept.account = Some(Account::new(directory, &credentials).map_err(odd)?);
    folder.save(kept)?;
    Ok(account)
}

fn odd(error: serde_json::Error) -> OrderError {
    OrderError::Issuer(error.into())
}

/// Proves the names, and takes the certificate.
async fn fulfil(
    mut order: Order,
    options: &AcmeOptions,
    shown: &Shown,
) -> Result<Issued, OrderError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        prove(authorization?, shown).await?;
    }
    match order.poll_ready(&POLLING).await? {
        OrderStatus::Ready => {}
        status => return Err(refused(&mut order).await.unwrap_or(OrderError::Refused(status))),
    }
    let key = KeyPair::generate()?;
    let request = CertificateParams::new(options.domains.clone())?.serialize_request(&key)?;
    order.finalize_csr(request.der()).await?;
    let chain = order.poll_certificate(&POLLING).await?;
    Issued::new(options, chain, key.serialized_der()).ok_or(OrderError::Odd)
}

/// Shows the issuer what it wants to see, and tells it to look.
async fn prove(mut name: AuthorizationHandle<'_>, shown: &Shown) -> Result<(), OrderError> {
    if name.status == AuthorizationStatus::Valid {
        return Ok(());
    }
    let said = name.identifier().to_string();
    let challenge = name.challenge(ChallengeType::TlsAlpn01);
    let mut challenge = challenge.ok_or_else(|| OrderError::NoProof(said.clone()))?;
    let proof = challenge.key_authorization().digest();
    shown.challenge(&said, answer(&said, proof.as_ref())?);
    Ok(challenge.set_ready().await?)
}

/// The certificate that proves a name (RFC 8737, 3).
fn answer(name: &str, proof: &[u8]) -> Result<CertifiedKey, OrderError> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.custom_extensions.push(CustomExtension::new_acme_identifier(proof));
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?.der().clone();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let key = ring::default_provider().key_provider.load_private_key(key);
    // Not held against its key: what proves the name is critical, and rustls reads no such certificate.
    Ok(CertifiedKey::new(vec![certificate], key.map_err(TlsError::from)?))
}

/// The name that was not believed, and why.
async fn refused(order: &mut Order) -> Option<OrderError> {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut name)) = authorizations.next().await {
        let _ = name.refresh().await;
        let why = name.challenges.iter().find_map(|challenge| challenge.error.as_ref());
        if let Some(why) = why {
            let why = why.detail.clone().unwrap_or_else(|| why.to_string());
            return Some(OrderError::Name(name.identifier().to_string(), why));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_of_a_name_can_be_shown() {
        let shown = answer("fn.example.com", &[7; 32]).expect("a certificate");
        // RFC 8737, 3: the extension 1.3.6.1.5.5.7.1.31, critical, with the digest in it.
        let mut wanted = vec![6, 8, 0x2b, 6, 1, 5, 5, 7, 1, 0x1f, 1, 1, 0xff, 4, 0x22, 4, 0x20];
        wanted.extend([7; 32]);
        let found = shown.cert[0].windows(wanted.len()).any(|part| part == wanted);
        assert!(found, "{:?}", shown.cert[0]);
    }
}
