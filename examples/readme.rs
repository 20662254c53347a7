//! The Rust snippet of the README. A test checks that both are equal.
#![allow(clippy::print_stdout)]

use scalekit::Client;
use scalekit::api::organizations::{CreateOrganization, CreateOrganizationRequest};

#[tokio::main]
async fn main() -> Result<(), scalekit::Error> {
    let client = Client::from_env()?;
    let organization = CreateOrganization {
        display_name: "Acme".into(),
        ..Default::default()
    };
    let request = CreateOrganizationRequest {
        organization: Some(organization),
    };
    let response = client.organizations().create_organization(request).await?;
    println!("created {}", response.organization.unwrap_or_default().id);
    Ok(())
}
