//! The connection pool with its TLS settings.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use reqwest::redirect;
use rustls::pki_types::CertificateDer;

use super::transport::cause;
use crate::config::{API_VERSION, Config, Trust};
use crate::error::Error;

/// How long an idle connection stays open: less than a minute, after which many load balancers
/// close it.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// The maximum number of idle connections. A burst over HTTP/1.1 opens one for each call.
const POOL_SIZE: usize = 32;

/// The certificates to trust.
pub(super) struct Tls {
    /// `None` for connections to this machine without TLS. Reading the system's certificates takes
    /// longer than the first call.
    roots: Option<platform::Roots>,
    /// The reasons why files of environment variables are ignored.
    ignored: Arc<[String]>,
}

impl Tls {
    /// Reads the certificates.
    pub(super) fn new(config: &Config) -> Result<Self, Error> {
        let without_tls =
            config.proxy.is_none() && config.env_url.is_loopback() && config.env_url.is_plain();
        let mut ignored = Vec::new();
        let roots = if without_tls {
            None
        } else {
            let added = read(&config.trust, &mut ignored);
            Some(platform::roots(added).map_err(unusable)?)
        };
        Ok(Self {
            roots,
            ignored: ignored.into(),
        })
    }
}

/// A connection pool.
pub(super) struct Pool {
    pub(super) http: reqwest::Client,
    /// The reasons why files of environment variables are ignored.
    pub(super) ignored: Arc<[String]>,
}

impl Pool {
    /// Opens no connection.
    pub(super) fn new(config: &Config, tls: &Tls) -> Result<Self, Error> {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(header::USER_AGENT, config.user_agent.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(
            HeaderName::from_static("x-sdk-version"),
            config.sdk_version.clone(),
        );
        headers.insert(
            HeaderName::from_static("x-api-version"),
            HeaderValue::from_static(API_VERSION),
        );
        let mut builder = reqwest::Client::builder()
            .default_headers(headers)
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(config.connect_timeout)
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(POOL_SIZE)
            // Retries are decided in `retry`.
            .retry(reqwest::retry::never())
            .tcp_keepalive(config.keepalive.interval)
            .http2_keep_alive_interval(config.keepalive.interval)
            .http2_keep_alive_timeout(config.keepalive.timeout);
        if let Some(proxy) = &config.proxy {
            builder = builder.proxy(proxy.clone());
        } else if config.env_url.is_loopback() {
            builder = builder.no_proxy();
        }
        builder = match &tls.roots {
            Some(roots) => platform::trusting(builder, roots),
            None => builder.tls_certs_only([]),
        };
        Ok(Self {
            http: builder.build().map_err(unusable)?,
            ignored: Arc::clone(&tls.ignored),
        })
    }
}

/// Reads the certificates to trust in addition to the system's root certificates.
fn read(trust: &Trust, ignored: &mut Vec<String>) -> Vec<CertificateDer<'static>> {
    let mut added = trust.certificates.clone();
    // Several variables often contain the same file, or the system's own bundle, which takes
    // milliseconds to read.
    let mut seen = platform::directories();
    for place in &trust.places {
        if place.is_in(&seen) {
            continue;
        }
        seen.extend(place.path.canonicalize());
        match place.read() {
            Ok(certificates) => added.extend(certificates),
            Err(reason) => ignored.push(reason),
        }
    }
    added
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::config(format!(
        "the HTTP client cannot be set up: {}",
        cause(&error)
    ))
    .with_source(error)
}

/// Linux and BSD: the system's root certificates are files, which a small container may not have.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
mod platform {
    use std::path::PathBuf;
    use std::sync::Arc;

    use rustls::crypto::{CryptoProvider, aws_lc_rs};
    use rustls::pki_types::CertificateDer;
    use rustls::{ClientConfig, RootCertStore};

    use crate::config::{SSL_CERT_DIR, SSL_CERT_FILE};

    pub(super) type Roots = ClientConfig;

    pub(super) fn roots(added: Vec<CertificateDer<'static>>) -> Result<Roots, rustls::Error> {
        // The program may have installed a provider.
        let provider = CryptoProvider::get_default()
            .cloned()
            .unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(store(system(), added))
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(tls)
    }

    pub(super) fn trusting(
        builder: reqwest::ClientBuilder,
        roots: &Roots,
    ) -> reqwest::ClientBuilder {
        builder.tls_backend_preconfigured(roots.clone())
    }

    /// Returns the system's root certificates, or Mozilla's if the system has none, and `added`.
    fn store(
        system: Vec<CertificateDer<'static>>,
        added: Vec<CertificateDer<'static>>,
    ) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(system);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        roots.add_parsable_certificates(added);
        roots
    }

    /// The directories with the system's root certificates.
    pub(super) fn directories() -> Vec<PathBuf> {
        openssl_probe::candidate_cert_dirs()
            .filter_map(|folder| folder.canonicalize().ok())
            .collect()
    }

    fn system() -> Vec<CertificateDer<'static>> {
        let set = |name| std::env::var_os(name).is_some();
        if !set(SSL_CERT_FILE) && !set(SSL_CERT_DIR) {
            return rustls_native_certs::load_native_certs().certs;
        }
        // If one of these variables is set, `load_native_certs` reads nothing else.
        openssl_probe::candidate_cert_dirs()
            .flat_map(|folder| rustls_native_certs::load_certs_from_paths(None, Some(folder)).certs)
            .collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn certificate() -> CertificateDer<'static> {
            let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            signed.cert.der().clone()
        }

        #[test]
        fn the_built_in_roots_are_used_only_if_the_system_has_none() {
            let built_in = webpki_roots::TLS_SERVER_ROOTS.len();
            let broken = CertificateDer::from(vec![1, 2, 3]);
            assert!(built_in > 100);
            assert_eq!(store(vec![], vec![]).len(), built_in);
            assert_eq!(store(vec![broken], vec![certificate()]).len(), built_in + 1);
            assert_eq!(store(vec![certificate()], vec![]).len(), 1);
            assert_eq!(store(vec![certificate()], vec![certificate()]).len(), 2);
        }
    }
}

/// Other platforms: the operating system verifies certificates.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
mod platform {
    use std::path::PathBuf;

    use rustls::pki_types::CertificateDer;

    pub(super) fn directories() -> Vec<PathBuf> {
        Vec::new()
    }

    pub(super) type Roots = Vec<reqwest::Certificate>;

    pub(super) fn roots(added: Vec<CertificateDer<'static>>) -> Result<Roots, reqwest::Error> {
        added
            .iter()
            .map(|certificate| reqwest::Certificate::from_der(certificate))
            .collect()
    }

    pub(super) fn trusting(
        builder: reqwest::ClientBuilder,
        roots: &Roots,
    ) -> reqwest::ClientBuilder {
        builder.tls_certs_merge(roots.iter().cloned())
    }
}
