//! Organizations.

use scalekit::api::raw::commons::MembershipStatus;
use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::organizations::{Organization, OrganizationSessionPolicySettings};
use serde::{Deserialize, Serialize};

use super::rows::{dated, keys};
use super::{Ctx, Key, Row, State};
use crate::api_error::ApiError;

/// An organization, with the settings that the API reads and writes separately.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OrganizationRow {
    #[serde(flatten)]
    pub(crate) organization: Organization,
    /// The organization's session policy. If it is missing, the environment's defaults apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_policy: Option<OrganizationSessionPolicySettings>,
    /// The maximum number of users in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_allowed_users: Option<i32>,
}

impl Row for OrganizationRow {
    const KIND: &'static str = "organization";
    const PREFIX: &'static str = "org";

    fn id(&self) -> &str {
        &self.organization.id
    }

    fn set_id(&mut self, id: String) {
        self.organization.id = id;
    }

    fn keys(&self) -> Vec<Key> {
        let Organization {
            external_id, slug, ..
        } = &self.organization;
        let names = [("external_id", external_id), ("slug", slug)];
        keys(names.map(|(index, value)| (index, value.as_deref())))
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        dated!(self.organization, ctx);
    }
}

/// How a request identifies an object: by its id or by its external id.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name<'a> {
    Id(&'a str),
    External(&'a str),
}

impl State {
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn organization(&self, name: Name<'_>) -> Result<&OrganizationRow, ApiError> {
        match name {
            Name::Id(id) => self.organizations.require(id),
            Name::External(id) => self
                .organizations
                .by("external_id", id)
                .next()
                .ok_or_else(|| ApiError::not_found(OrganizationRow::KIND, id)),
        }
    }

    /// Creates an organization.
    ///
    /// # Errors
    /// ALREADY_EXISTS if another organization has the same external id or slug.
    pub(crate) fn create_organization(
        &mut self,
        ctx: &Ctx<'_>,
        mut organization: Organization,
    ) -> Result<Organization, ApiError> {
        self.organization_names_are_free(
            "",
            organization.external_id.as_deref(),
            organization.slug.as_deref(),
        )?;
        organization.create_time = ctx.stamp();
        organization.update_time = ctx.stamp();
        let row = OrganizationRow {
            organization,
            ..OrganizationRow::default()
        };
        let organization = self
            .organizations
            .insert(&mut self.ids, row)
            .organization
            .clone();
        let id = organization.id.clone();
        self.emit(
            ctx,
            "organization.created",
            ObjectType::Organization,
            Some(&id),
            &organization,
        );
        Ok(organization)
    }

    /// Checks that no organization except `own` has the external id or the slug.
    ///
    /// # Errors
    /// ALREADY_EXISTS.
    pub(crate) fn organization_names_are_free(
        &self,
        own: &str,
        external_id: Option<&str>,
        slug: Option<&str>,
    ) -> Result<(), ApiError> {
        let taken = |field: &'static str, value: Option<&str>| {
            let Some(value) = value.filter(|value| !value.is_empty()) else {
                return Ok(());
            };
            let other = self
                .organizations
                .by(field, value)
                .find(|row| row.id() != own);
            other.map_or(Ok(()), |_| {
                let message = format!("an organization with the {field} {value:?} already exists");
                Err(ApiError::exists("RESOURCE_ALREADY_EXISTS", message)
                    .resource("organization", value))
            })
        };
        taken("external_id", external_id)?;
        taken("slug", slug)
    }

    /// Deletes an organization, its objects and its memberships. Its users are not deleted.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn delete_organization(&mut self, ctx: &Ctx<'_>, id: &str) -> Result<(), ApiError> {
        let row = self.organizations.remove(id)?;
        self.domains.remove_by("organization", id);
        self.connections.remove_by("organization", id);
        self.roles.remove_by("organization", id);
        self.machines.remove_by("organization", id);
        self.tokens.remove_by("organization", id);
        self.portal_links.remove_by("organization", id);
        self.delete_accounts_by(ctx, "organization", id);
        for directory in self.directories.remove_by("organization", id) {
            self.remove_directory_content(directory.id());
        }
        self.default_member_roles.remove(&id.to_owned());
        self.invites
            .retain(|(_, organization_id), _| organization_id != id);
        let members: Vec<String> = self
            .users
            .by("organization", id)
            .map(|user| user.id.clone())
            .collect();
        for user in members {
            self.remove_membership(ctx, &user, id)?;
        }
        self.emit(
            ctx,
            "organization.deleted",
            ObjectType::Organization,
            Some(id),
            &row.organization,
        );
        Ok(())
    }

    /// Returns the number of users that count toward the organization's user limit.
    pub(crate) fn member_count(&self, organization_id: &str) -> usize {
        let counts = |user: &&scalekit::api::raw::users::User| {
            user.memberships.iter().any(|membership| {
                membership.organization_id == organization_id
                    && membership.membership_status != MembershipStatus::Inactive
            })
        };
        self.users
            .by("organization", organization_id)
            .filter(counts)
            .count()
    }
}
