//! Sign-up: creates the user and the organization.

use std::collections::BTreeMap;

use scalekit::api::raw::commons::{Role, UserProfile};
use scalekit::api::raw::organizations::Organization;
use scalekit::api::raw::users::User;

use crate::state::{Ctx, State};

// Sign-up fields. They are stored as template variables of the email until the address is verified.
pub(super) const GIVEN_NAME: &str = "given_name";
pub(super) const FAMILY_NAME: &str = "family_name";
pub(super) const ORGANIZATION: &str = "organization_name";

/// Creates the organization of a new user and returns its id.
///
/// # Errors
/// Returns the message for the user.
pub(super) fn create_organization(
    state: &mut State,
    ctx: &Ctx<'_>,
    fields: &BTreeMap<String, String>,
) -> Result<String, String> {
    let organization = Organization {
        display_name: fields.get(ORGANIZATION).cloned().unwrap_or_default(),
        ..Organization::default()
    };
    let created = state.create_organization(ctx, organization);
    created
        .map(|organization| organization.id)
        .map_err(|error| error.message)
}

/// Creates a user without memberships and returns its id.
pub(super) fn create_user(
    state: &mut State,
    ctx: &Ctx<'_>,
    email: &str,
    fields: &BTreeMap<String, String>,
) -> String {
    let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let profile = UserProfile {
        given_name: text(GIVEN_NAME),
        family_name: text(FAMILY_NAME),
        email_verified: true,
        ..UserProfile::default()
    };
    let user = User {
        email: email.to_owned(),
        user_profile: Some(profile),
        ..User::default()
    };
    state.create_user(ctx, user).id
}

/// Returns the default creator role of the environment, if there is one.
pub(super) fn creator_roles(state: &State) -> Option<Vec<Role>> {
    let mut roles = state.roles.by("organization", "");
    let role = roles.find(|row| row.role.default_creator)?;
    Some(vec![role.as_member_role()])
}
