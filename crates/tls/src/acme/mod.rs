//! A certificate that is ordered from an issuer (RFC 8555) and renewed before it ends.
//!
//! - `due`: when to ask the issuer, pure
//! - `kept`: what is kept on disk: the account, the certificate, and what became of the last trial
//! - `order`: from an account to a certificate, names proven by TLS-ALPN-01 (RFC 8737): the listener that
//!   clients come to is all it needs
//! - `validity`: how long a certificate is good
//! - `web`: HTTPS to the issuer

mod due;
mod kept;
mod order;
mod validity;
mod web;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Mutex;
use tokio::time::sleep;

use self::due::due;
use self::kept::{Folder, Kept};
use self::order::{OrderError, order};
use self::web::Web;
use crate::TlsError;
use crate::shown::Shown;

/// Let's Encrypt.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
/// How often the clock is looked at: somebody may set it.
const LOOK: Duration = Duration::from_secs(60);

/// From whom, and for what.
#[derive(Debug, Clone)]
pub struct AcmeOptions {
    /// The issuer's directory, an `https` URL.
    pub directory: String,
    /// The names the certificate is for, in lower case. Wildcards would need a proof that this server
    /// cannot give (DNS-01).
    pub domains: Vec<String>,
    /// Where the issuer may write to.
    pub email: Option<String>,
    /// Whose certificates the issuer is believed by (PEM) [default: the machine's].
    pub authorities: Option<PathBuf>,
    /// Where keys and certificates are kept, nobody else's to read.
    pub folder: PathBuf,
}

/// A certificate that is kept good. Whoever opens it has agreed to the issuer's terms.
pub struct Acme {
    options: AcmeOptions,
    web: Web,
    folder: Folder,
    kept: Mutex<Kept>,
    shown: Arc<Shown>,
}

impl Acme {
    /// With what is kept, even if it is for other names or has ended: it is better than nothing while another is
    /// ordered.
    ///
    /// # Errors
    /// Where the folder cannot be used, or what is in it.
    pub(crate) fn open(options: AcmeOptions) -> Result<Self, TlsError> {
        let web = Web::open(options.authorities.as_deref())?;
        let folder = Folder::open(&options.folder)?;
        let kept = folder.load()?;
        let shown = Arc::new(Shown::default());
        if let Some(issued) = &kept.issued {
            shown.show(issued.certificate()?);
        }
        Ok(Self { options, web, folder, kept: Mutex::new(kept), shown })
    }

    pub(crate) fn shown(&self) -> &Arc<Shown> {
        &self.shown
    }

    /// Orders and renews, for ever.
    pub(crate) async fn follow(&self) {
        let mut kept = self.kept.lock().await;
        loop {
            let now = now();
            let wait = due(&kept.facts(&self.options), now) - now;
            if wait > 0 {
                sleep(LOOK.min(Duration::from_secs(wait.unsigned_abs()))).await;
                continue;
            }
            match self.try_once(&mut kept).await {
                Ok(()) => {
                    tracing::info!(domains = ?self.options.domains, "a certificate was issued")
                }
                Err(error) => {
                    let again = due(&kept.facts(&self.options), now);
                    tracing::warn!(
                        error = fika_model::error::chain(&error),
                        seconds = again - now,
                        "no certificate was issued: see that port 443 of every --acme-domain leads to \
                         --tls-listen, and that --acme-directory answers; it is asked again in that time"
                    );
                }
            }
        }
    }

    async fn try_once(&self, kept: &mut Kept) -> Result<(), OrderError> {
        // Counted before: a server that dies over it must not ask again at once.
        kept.begin(&self.options, now());
        self.folder.save(kept)?;
        let issued = order(&self.web, &self.folder, &self.options, kept, &self.shown).await;
        self.shown.end_challenges();
        if issued.as_ref().is_err_and(OrderError::is_of_the_account) {
            kept.forget_account();
            self.folder.save(kept)?;
        }
        let issued = issued?;
        let certificate = issued.certificate()?;
        if !issued.validity.contains(now()) {
            return Err(OrderError::Clock);
        }
        kept.succeed(issued);
        self.folder.save(kept)?;
        self.shown.show(certificate);
        Ok(())
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
