//! Tests of an application with the emulator instead of Scalekit. The emulator runs in the test
//! process.

use scalekit::Client;
use scalekit::api::organizations::CreateOrganization;
use scalekit_emulator::{Emulator, Seed};
use serde_json::json;

/// The application under test. It has an organization for each customer.
async fn sign_up(client: &Client, name: &str) -> scalekit::Result<String> {
    let new = CreateOrganization::new(name);
    let organization = client.organizations().create(new).await?;
    Ok(organization.id)
}

#[tokio::test]
async fn a_customer_gets_an_organization() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let id = sign_up(&emulator.client()?, "Acme").await?;
    assert!(id.starts_with("org_"));
    Ok(())
}

#[tokio::test]
async fn an_emulator_can_start_with_seed_data() -> anyhow::Result<()> {
    let seven = json!({ "id": "org_7", "display_name": "Seven" });
    let seed = Seed::from_json(json!({ "organizations": [seven] }))?;
    let emulator = Emulator::builder().seed(seed).start().await?;
    let client = emulator.client()?;
    sign_up(&client, "Acme").await?;
    let all = client.organizations().list().all().await?;
    assert_eq!(all.len(), 2);
    Ok(())
}
