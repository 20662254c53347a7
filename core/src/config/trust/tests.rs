use std::path::Path;

use super::*;

fn options(variables: &[&str]) -> TrustOptions {
    TrustOptions {
        variables: variables.iter().map(ToString::to_string).collect(),
        ..TrustOptions::new()
    }
}

fn places(set: &[(&str, &str)]) -> Vec<String> {
    let value = |name: &str| set.iter().find(|(known, _)| *known == name);
    let variable = |name: &str| value(name).map(|(_, value)| OsString::from(value));
    let trust = options(&["EXTRA"]).read(variable).unwrap();
    trust.places.iter().map(ToString::to_string).collect()
}

#[test]
fn variables_that_are_set_name_files_and_directories() {
    assert_eq!(places(&[]), [""; 0]);
    assert_eq!(
        places(&[("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", "")]),
        [""; 0]
    );
    let list = std::env::join_paths(["/a", "", "/b"]).unwrap();
    let set = [
        ("EXTRA", "/extra.pem"),
        ("OTHER", "/other.pem"),
        ("SSL_CERT_FILE", "/file.pem"),
        ("SSL_CERT_DIR", list.to_str().unwrap()),
    ];
    assert_eq!(
        places(&set),
        [
            "EXTRA=/extra.pem",
            "SSL_CERT_FILE=/file.pem",
            "SSL_CERT_DIR=/a",
            "SSL_CERT_DIR=/b"
        ]
    );
}

#[test]
fn a_file_without_a_usable_certificate_is_named_with_the_reason() {
    let folder = std::env::temp_dir().join(format!("scalekit-trust-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("empty")).unwrap();
    std::fs::write(folder.join("text.pem"), "no certificate").unwrap();
    // PEM, but not X.509.
    let nonsense = "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n";
    std::fs::write(folder.join("nonsense.pem"), nonsense).unwrap();
    for (name, reason) in [
        ("missing.pem", "No such file"),
        ("text.pem", "it contains no PEM certificate"),
        ("nonsense.pem", "it contains no PEM certificate"),
        ("empty", "it contains no PEM certificate"),
    ] {
        let path = folder.join(name);
        let error = read(&path).unwrap_err();
        let start = format!("EXTRA={} is ignored: ", path.display());
        assert!(
            error.starts_with(&start) && error.contains(reason),
            "{error}"
        );
    }
    let good = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(
        folder.join("good.pem"),
        [nonsense, &good.cert.pem()].concat(),
    )
    .unwrap();
    for path in [folder.join("good.pem"), folder.clone()] {
        assert_eq!(read(&path).unwrap(), [good.cert.der().clone()]);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_is_in_its_directory_and_in_the_directory_of_a_link_to_it() {
    let folder = std::env::temp_dir().join(format!("scalekit-places-{}", std::process::id()));
    let (real, links) = (folder.join("real"), folder.join("links"));
    std::fs::create_dir_all(&real).unwrap();
    std::fs::create_dir_all(&links).unwrap();
    std::fs::write(real.join("ca.pem"), "").unwrap();
    let canonical = |path: &Path| path.canonicalize().unwrap();
    let known = |path: &Path| [canonical(path)];
    let file = place(&real.join("ca.pem"));
    assert!(file.is_in(&known(&real)) && file.is_in(&known(&real.join("ca.pem"))));
    assert!(!file.is_in(&known(&folder)) && !file.is_in(&known(&links)) && !file.is_in(&[]));
    assert!(place(&real).is_in(&known(&real)));
    assert!(!place(&real.join("missing.pem")).is_in(&known(&real)));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(real.join("ca.pem"), links.join("link.pem")).unwrap();
        let link = place(&links.join("link.pem"));
        assert!(link.is_in(&known(&real)) && link.is_in(&known(&links)));
    }
    std::fs::remove_dir_all(folder).unwrap();
}

fn place(path: &Path) -> Place {
    Place {
        variable: "EXTRA".to_owned(),
        path: path.to_owned(),
    }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    place(path).read()
}

#[test]
fn certificates_given_by_option_are_checked() {
    let good = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let nonsense = "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n";
    let check = |pem: &str| {
        let ca = Some(Ca::Pem(pem.into()));
        let trust = TrustOptions { ca, ..options(&[]) }.read(|_| None);
        trust.map(|trust| trust.certificates.len())
    };
    assert_eq!(check(&good.cert.pem().repeat(2)).unwrap(), 2);
    for (pem, reason) in [
        ("", "no PEM certificate found"),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
            "they are not valid PEM",
        ),
        (
            &*[good.cert.pem(), nonsense.to_owned()].concat(),
            "one of them is not a valid X.509 certificate",
        ),
    ] {
        let error = check(pem).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert_eq!(error.message(), format!("CA certificates: {reason}"));
    }
}
