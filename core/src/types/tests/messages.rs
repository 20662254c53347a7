//! The JSON form of enums, oneofs and messages.

use serde_json::{from_value, json, to_value};

use super::{expect_error, reads};
use crate::api::clients::Client;
use crate::api::connected_accounts::OauthToken;
use crate::api::connections::{Connection, ConnectionProvider, ConnectionSettings};
use crate::api::domains::{CreateDomain, DomainType};
use crate::api::raw::organizations::{
    Feature, GetOrganizationRequest, GetOrganizationRequestIdentities,
};
use crate::api::raw::passwordless::{
    VerifyPasswordLessRequest, VerifyPasswordLessRequestAuthCredential,
};

#[test]
fn enums_accept_names_and_numbers_and_preserve_unknown_values() {
    reads(json!("ORGANIZATION_DOMAIN"), DomainType::OrganizationDomain);
    reads(json!(2), DomainType::OrganizationDomain);
    reads(json!("UNSPECIFIED"), Feature::Unspecified);
    assert_eq!(
        to_value(Feature::Unspecified).unwrap(),
        json!("FEATURE_UNSPECIFIED")
    );
    for later in [json!("LATER"), json!(99), json!(-1)] {
        let value: DomainType = from_value(later.clone()).unwrap();
        assert_eq!(to_value(value).unwrap(), later);
    }
    assert_eq!(DomainType::from(99), DomainType::Unknown(99));
    assert_eq!(DomainType::from("LATER").to_string(), "LATER");
    assert_eq!(DomainType::Unknown(99).to_string(), "99");
    assert_eq!("DOMAIN_TYPE_UNSPECIFIED".parse(), Ok(DomainType::default()));
    for bad in [json!(1.5), json!(true), json!(4294967296_u64)] {
        expect_error::<DomainType>(bad);
    }
}

#[test]
fn snake_case_and_camel_case_are_accepted_and_unknown_fields_are_skipped() {
    let domain = CreateDomain {
        domain: "acme.com".into(),
        domain_type: DomainType::OrganizationDomain,
    };
    reads(
        json!({"domain": "acme.com", "domainType": 2, "later": {"a": [1]}}),
        domain.clone(),
    );
    let written = json!({"domain": "acme.com", "domain_type": "ORGANIZATION_DOMAIN"});
    assert_eq!(to_value(&domain).unwrap(), written);
    reads(written, domain);
    // A field whose name in the schema is not snake_case.
    let client = Client {
        key_id: "k".into(),
        ..Default::default()
    };
    assert_eq!(to_value(&client).unwrap(), json!({"keyId": "k"}));
}

#[test]
fn a_oneof_has_one_field() {
    let request = GetOrganizationRequest {
        identities: Some(GetOrganizationRequestIdentities::ExternalId("acme".into())),
    };
    reads(
        json!({"externalId": "acme", "id": null, "later": 1}),
        request.clone(),
    );
    assert_eq!(to_value(&request).unwrap(), json!({"external_id": "acme"}));
    assert_eq!(
        to_value(GetOrganizationRequest::default()).unwrap(),
        json!({})
    );

    let error =
        expect_error::<GetOrganizationRequest>(json!({"external_id": "acme", "id": "org_1"}));
    assert!(error.contains("`identities`"), "{error}");
    expect_error::<GetOrganizationRequest>(json!({"id": 5}));
}

#[test]
fn a_malformed_message_in_a_oneof_is_an_error() {
    let connection: Connection =
        from_value(json!({"provider": "OKTA", "oidc_config": {"issuer": "https://acme.okta.com"}}))
            .unwrap();
    assert_eq!(connection.provider, ConnectionProvider::Okta);
    let Some(ConnectionSettings::OidcConfig(config)) = &connection.settings else {
        panic!("{connection:?}")
    };
    assert_eq!(config.issuer.as_deref(), Some("https://acme.okta.com"));
    assert_eq!(
        from_value::<Connection>(to_value(&connection).unwrap()).unwrap(),
        connection
    );
    expect_error::<Connection>(json!({"oidc_config": {"issuer": 5}}));
}

#[test]
fn debug_hides_secrets() {
    let token = OauthToken {
        access_token: "hush".into(),
        ..Default::default()
    };
    let text = format!("{token:?}");
    assert!(
        text.contains("access_token: [redacted]") && text.contains("refresh_token: [unset]"),
        "{text}"
    );
    let request = VerifyPasswordLessRequest {
        auth_credential: Some(VerifyPasswordLessRequestAuthCredential::Code("hush".into())),
        ..Default::default()
    };
    let text = format!("{request:?}");
    assert!(
        text.contains("Code([redacted])") && !text.contains("hush"),
        "{text}"
    );
}
