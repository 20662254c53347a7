//! Users and memberships: logic that several services share.

use scalekit::api::raw::commons::{MembershipStatus, OrganizationMembership, Role, UserProfile};
use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::users::User;

use super::{Ctx, ENVIRONMENT, Mail, Name, RoleRow, State};
use crate::api_error::ApiError;

impl State {
    /// Returns the user with this email address, ignoring case.
    pub(crate) fn user_by_email(&self, email: &str) -> Option<&User> {
        self.users.by("email", &email.to_ascii_lowercase()).next()
    }

    /// Returns the user as the API shows it. The names, roles, permissions and statuses of its
    /// memberships are computed on read.
    pub(crate) fn show_user(&self, ctx: &Ctx<'_>, user: &User) -> User {
        let mut user = user.clone();
        for membership in &mut user.memberships {
            let organization = self.organizations.get(&membership.organization_id);
            let name = organization.map(|row| row.organization.display_name.clone());
            let roles = self.member_roles(membership);
            let permissions = self.member_permissions(&roles).into_iter();
            membership.permissions = permissions
                .map(|permission| permission.name.clone())
                .collect();
            membership.roles = roles.into_iter().map(RoleRow::as_member_role).collect();
            membership.display_name.clone_from(&name);
            membership.name = name;
            if membership.membership_status == MembershipStatus::Active {
                membership.expires_at = None;
            }
            let pending = membership.membership_status == MembershipStatus::PendingInvite;
            if pending
                && membership
                    .expires_at
                    .is_some_and(|end| Some(end) <= ctx.stamp())
            {
                membership.membership_status = MembershipStatus::InviteExpired;
            }
        }
        user
    }

    /// Creates a user without memberships. The caller must check that the email address and the
    /// external id are not in use.
    pub(crate) fn create_user(&mut self, ctx: &Ctx<'_>, mut user: User) -> User {
        user.environment_id = ENVIRONMENT.to_owned();
        user.create_time = ctx.stamp();
        user.update_time = ctx.stamp();
        let mut user = self.users.insert(&mut self.ids, user).clone();
        let profile_id = self.ids.next("usp");
        let profile: &mut UserProfile = user.user_profile.get_or_insert_default();
        profile.id = profile_id;
        if profile.name.is_empty() {
            profile.name = [profile.given_name.as_str(), profile.family_name.as_str()]
                .join(" ")
                .trim()
                .to_owned();
        }
        self.users.insert(&mut self.ids, user.clone());
        self.emit(ctx, "user.created", ObjectType::User, None, &user);
        user
    }

    /// Adds a user to an organization. The caller must check that the user exists and is not yet a
    /// member.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn add_membership(
        &mut self,
        ctx: &Ctx<'_>,
        user_id: &str,
        mut membership: OrganizationMembership,
    ) -> Result<User, ApiError> {
        self.organizations.require(&membership.organization_id)?;
        membership.created_at = ctx.stamp();
        if membership.membership_status == MembershipStatus::Active {
            membership.join_time = ctx.stamp();
            membership.accepted_at = ctx.stamp();
        }
        let organization_id = membership.organization_id.clone();
        let invited = membership.membership_status == MembershipStatus::PendingInvite;
        let joined = |user: &mut User| {
            user.memberships.push(membership);
            user.update_time = ctx.stamp();
        };
        let user = self.users.change(user_id, joined)?.clone();
        let user = self.show_user(ctx, &user);
        if invited {
            let event = "user.organization_invitation";
            self.emit(ctx, event, ObjectType::User, Some(&organization_id), &user);
            self.send_invitation(ctx, &user, &organization_id);
        }
        self.emit(
            ctx,
            "user.organization_membership_created",
            ObjectType::User,
            Some(&organization_id),
            &user,
        );
        Ok(user)
    }

    /// Sends the invitation email for an organization.
    pub(crate) fn send_invitation(&mut self, ctx: &Ctx<'_>, user: &User, organization_id: &str) {
        let organization = self.organizations.get(organization_id);
        let name = organization.map_or("", |row| row.organization.display_name.as_str());
        let mail = Mail {
            to: user.email.clone(),
            kind: "invitation".to_owned(),
            subject: format!("Invitation to {name}"),
            ..Mail::default()
        };
        self.send_mail(ctx, mail);
    }

    /// Removes a user from an organization. The user is not deleted.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn remove_membership(
        &mut self,
        ctx: &Ctx<'_>,
        user_id: &str,
        organization_id: &str,
    ) -> Result<(), ApiError> {
        self.membership(user_id, organization_id)?;
        let left = |user: &mut User| {
            user.memberships
                .retain(|membership| membership.organization_id != organization_id);
            user.update_time = ctx.stamp();
        };
        let user = self.users.change(user_id, left)?.clone();
        let user = self.show_user(ctx, &user);
        self.invites
            .remove(&(user_id.to_owned(), organization_id.to_owned()));
        self.revoke_sessions_of(ctx, user_id, Some(organization_id));
        self.leave_organization(user_id, organization_id);
        self.revoke_tokens_of(user_id, Some(organization_id));
        self.emit(
            ctx,
            "user.organization_membership_deleted",
            ObjectType::User,
            Some(organization_id),
            &user,
        );
        Ok(())
    }

    /// Returns the membership of a user in an organization.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn membership(
        &self,
        user_id: &str,
        organization_id: &str,
    ) -> Result<&OrganizationMembership, ApiError> {
        let user = self.users.require(user_id)?;
        user.memberships
            .iter()
            .find(|membership| membership.organization_id == organization_id)
            .ok_or_else(|| ApiError::not_found("membership", user_id))
    }

    /// Returns `true` if the user is an active member of the organization.
    pub(crate) fn is_active_member(&self, user_id: &str, organization_id: &str) -> bool {
        self.membership(user_id, organization_id)
            .is_ok_and(|membership| membership.membership_status == MembershipStatus::Active)
    }

    /// Changes a membership and returns the stored user.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn change_membership(
        &mut self,
        user_id: &str,
        organization_id: &str,
        change: impl FnOnce(&mut OrganizationMembership),
    ) -> Result<User, ApiError> {
        self.membership(user_id, organization_id)?;
        let changed = self.users.change(user_id, |user| {
            let mut memberships = user.memberships.iter_mut();
            if let Some(membership) = memberships.find(|one| one.organization_id == organization_id)
            {
                change(membership);
            }
        });
        changed.cloned()
    }

    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn user(&self, name: Name<'_>) -> Result<&User, ApiError> {
        match name {
            Name::Id(id) => self.users.require(id),
            Name::External(id) => self
                .users
                .by("external_id", id)
                .next()
                .ok_or_else(|| ApiError::not_found("user", id)),
        }
    }

    /// Deletes a user with all memberships, sessions and tokens.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn delete_user(&mut self, ctx: &Ctx<'_>, id: &str) -> Result<(), ApiError> {
        let user = self.users.remove(id)?;
        let user = self.show_user(ctx, &user);
        self.revoke_sessions_of(ctx, id, None);
        self.revoke_tokens_of(id, None);
        self.credentials.remove_by("user", id);
        self.delete_accounts_by(ctx, "user", id);
        self.invites.retain(|(user_id, _), _| user_id != id);
        self.emit(ctx, "user.deleted", ObjectType::User, None, &user);
        Ok(())
    }

    /// Returns the roles of a new member if the request does not specify any.
    pub(crate) fn default_member_roles(&self, organization_id: &str) -> Vec<Role> {
        self.default_member_role(organization_id)
            .map(RoleRow::as_member_role)
            .into_iter()
            .collect()
    }
}
