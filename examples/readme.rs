//! The Rust snippet of the README. A test checks that both are equal.
#![allow(clippy::print_stdout)]

use scalekit::Client;
use scalekit::api::organizations::CreateOrganization;

#[tokio::main]
async fn main() -> scalekit::Result<()> {
    let client = Client::from_env()?;
    let new = CreateOrganization::new("Acme");
    let organization = client.organizations().create(new).await?;
    println!("created {}", organization.id);

    let mut organizations = client.organizations().list();
    while let Some(organization) = organizations.try_next().await? {
        println!("{}", organization.display_name);
    }
    Ok(())
}
