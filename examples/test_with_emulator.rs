//! Tests of an application, with the emulator in Scalekit's place, inside the test's own process.

use scalekit::Client;
use scalekit::api::organizations::{CreateOrganization, CreateOrganizationRequest, ListOrganizationsRequest};
use scalekit_emulator::{Emulator, Seed};
use serde_json::json;

/// The application: it keeps an organization for each of its customers.
async fn sign_up(client: &Client, name: &str) -> Result<String, scalekit::Error> {
    let organization = CreateOrganization {
        display_name: name.into(),
        ..Default::default()
    };
    let request = CreateOrganizationRequest {
        organization: Some(organization),
    };
    let created = client.organizations().create_organization(request).await?;
    Ok(created.organization.unwrap_or_default().id)
}

#[tokio::test]
async fn a_customer_gets_an_organization() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let id = sign_up(&emulator.client()?, "Acme").await?;
    assert!(id.starts_with("org_"));
    Ok(())
}

#[tokio::test]
async fn customers_of_old_are_there() -> anyhow::Result<()> {
    let seed = Seed::from_json(json!({ "organizations": [{ "id": "org_7", "display_name": "Seven" }] }))?;
    let emulator = Emulator::builder().seed(seed).start().await?;
    let client = emulator.client()?;
    sign_up(&client, "Acme").await?;
    let all = client
        .organizations()
        .list_organization(ListOrganizationsRequest::default())
        .await?;
    assert_eq!(all.total_size, 2);
    Ok(())
}
