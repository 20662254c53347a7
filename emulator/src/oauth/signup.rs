//! Who is new: what they say about themselves, and what becomes of it.

use std::collections::BTreeMap;

use scalekit::api::commons::{Role, UserProfile};
use scalekit::api::organizations::Organization;
use scalekit::api::users::User;

use crate::state::{Ctx, State};

/// Variables of the mail's template, where the answers wait until the address is shown to be the user's.
pub(super) const GIVEN_NAME: &str = "given_name";
pub(super) const FAMILY_NAME: &str = "family_name";
pub(super) const ORGANIZATION: &str = "organization_name";

/// Makes the organization that a new user begins.
///
/// # Errors
/// Why there is none, in words.
pub(super) fn found(
    state: &mut State,
    ctx: &Ctx<'_>,
    about: &BTreeMap<String, String>,
) -> Result<String, String> {
    let organization = Organization {
        display_name: about.get(ORGANIZATION).cloned().unwrap_or_default(),
        ..Organization::default()
    };
    let made = state.create_organization(ctx, organization);
    made.map(|organization| organization.id)
        .map_err(|error| error.message)
}

/// Makes the user, without memberships.
pub(super) fn user(
    state: &mut State,
    ctx: &Ctx<'_>,
    email: &str,
    about: &BTreeMap<String, String>,
) -> String {
    let text = |name: &str| about.get(name).cloned().unwrap_or_default();
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

/// The roles of who creates an organization, if the environment has one for that.
pub(super) fn creator_roles(state: &State) -> Option<Vec<Role>> {
    let mut roles = state.roles.by("organization", "");
    let role = roles.find(|row| row.role.default_creator)?;
    Some(vec![role.as_member_role()])
}
