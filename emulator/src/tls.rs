//! TLS of the emulator's listener.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use anyhow::{Context, Result};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// ALPN protocols in order of preference (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Source of the server certificate.
#[derive(Clone)]
pub(crate) enum Tls {
    /// A PEM certificate chain and its PEM private key.
    Given { certificates: Vec<u8>, key: Vec<u8> },
    /// A certificate issued by a new CA.
    NewCa,
}

/// The TLS acceptor of a listener.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    /// PEM certificate of the CA, with [`Tls::NewCa`].
    pub(crate) ca: Option<String>,
}

impl Tls {
    /// Creates the TLS acceptor. `host` is the address of the listener, and `name` the host of its
    /// URL.
    ///
    /// # Errors
    /// Returns an error if the certificate or the key is not valid PEM, or they do not match.
    pub(crate) fn identity(&self, host: IpAddr, name: Option<&str>) -> Result<Identity> {
        match self {
            Self::Given { certificates, key } => {
                let certificates = CertificateDer::pem_slice_iter(certificates)
                    .collect::<Result<Vec<_>, _>>()
                    .context("the TLS certificate is not valid PEM")?;
                let key = PrivateKeyDer::from_pem_slice(key)
                    .context("the TLS key is not a PEM private key")?;
                Ok(Identity {
                    acceptor: acceptor(certificates, key)?,
                    ca: None,
                })
            }
            Self::NewCa => issued(host, name).context("cannot create a TLS certificate"),
        }
    }
}

fn acceptor(
    certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .context("the TLS certificate and key are invalid or do not match")?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Issues a certificate with a new CA. It is valid for one year; macOS accepts at most 825 days.
fn issued(host: IpAddr, name: Option<&str>) -> Result<Identity> {
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    let midnight = |date: Date| {
        let part = |part: i8| part.unsigned_abs();
        date_time_ymd(date.year().into(), part(date.month()), part(date.day()))
    };
    let (from, to) = (midnight(today.yesterday()?), midnight(today + 1.year()));
    let params = |names: Vec<String>, common_name: &str| -> Result<CertificateParams> {
        let mut params = CertificateParams::new(names)?;
        params
            .distinguished_name
            .push(DnType::CommonName, common_name);
        (params.not_before, params.not_after) = (from, to);
        Ok(params)
    };

    let mut ca = params(Vec::new(), "scalekit-emulator CA")?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate()?;
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca, ca_key);

    let mut addresses = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into(), host];
    addresses.dedup();
    let mut names: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    names.push("localhost".to_owned());
    names.extend(name.map(|name| name.trim_matches(['[', ']']).to_owned()));
    let mut server = params(names, "scalekit-emulator")?;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
    Ok(Identity {
        acceptor: acceptor(vec![certificate.der().clone()], key)?,
        ca: Some(ca_pem),
    })
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given { .. } => "Given",
            Self::NewCa => "NewCa",
        })
    }
}
