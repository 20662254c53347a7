//! `OrganizationService`: settings, session policy and user management.

use scalekit::api::events::ObjectType;
use scalekit::api::organizations::{
    GetOrganizationResponse, GetOrganizationSessionPolicyRequest, GetOrganizationSessionPolicyResponse,
    GetOrganizationUserManagementSettingsRequest, GetOrganizationUserManagementSettingsResponse,
    OrganizationSessionPolicySettings, OrganizationUserManagementSettings, SessionPolicyType,
    UpdateOrganizationSessionPolicyRequest, UpdateOrganizationSessionPolicyResponse,
    UpdateOrganizationSettingsRequest, UpsertUserManagementSettingsRequest,
    UpsertUserManagementSettingsResponse,
};

use super::{Entry, read, write};
use crate::engine::ApiError;
use crate::state::{Ctx, State};

pub(super) static OPERATIONS: &[Entry] = &[
    (
        "OrganizationService.GetOrganizationSessionPolicy",
        read!(get_session_policy),
    ),
    (
        "OrganizationService.GetOrganizationUserManagementSetting",
        read!(get_user_management),
    ),
    (
        "OrganizationService.UpdateOrganizationSessionPolicy",
        write!(update_session_policy),
    ),
    (
        "OrganizationService.UpdateOrganizationSettings",
        write!(update_settings),
    ),
    (
        "OrganizationService.UpsertUserManagementSettings",
        write!(upsert_user_management),
    ),
];

/// Switches the named features; those left out stay as they are.
fn update_settings(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateOrganizationSettingsRequest,
) -> Result<GetOrganizationResponse, ApiError> {
    let organization = &mut state.organizations.require_mut(&request.id)?.organization;
    let settings = organization.settings.get_or_insert_default();
    for feature in request.settings.unwrap_or_default().features {
        match settings
            .features
            .iter_mut()
            .find(|known| known.name == feature.name)
        {
            Some(known) => known.enabled = feature.enabled,
            None => settings.features.push(feature),
        }
    }
    organization.update_time = ctx.stamp();
    let organization = organization.clone();
    state.emit(
        ctx,
        "organization.updated",
        ObjectType::Organization,
        Some(&request.id),
        &organization,
    );
    Ok(GetOrganizationResponse {
        organization: Some(organization),
    })
}

fn get_session_policy(
    state: &State,
    _: &Ctx<'_>,
    request: GetOrganizationSessionPolicyRequest,
) -> Result<GetOrganizationSessionPolicyResponse, ApiError> {
    let own = state
        .organizations
        .require(&request.organization_id)?
        .session_policy
        .clone();
    Ok(GetOrganizationSessionPolicyResponse {
        policy: Some(own.unwrap_or_else(application_policy)),
    })
}

/// The policy of an organization that has none of its own.
fn application_policy() -> OrganizationSessionPolicySettings {
    OrganizationSessionPolicySettings {
        policy_source: SessionPolicyType::Application,
        ..OrganizationSessionPolicySettings::default()
    }
}

fn update_session_policy(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateOrganizationSessionPolicyRequest,
) -> Result<UpdateOrganizationSessionPolicyResponse, ApiError> {
    let row = state.organizations.require_mut(&request.organization_id)?;
    if request.policy_source == SessionPolicyType::Application {
        row.session_policy = None;
    } else {
        let policy = row.session_policy.get_or_insert_with(application_policy);
        policy.policy_source = SessionPolicyType::Custom;
        keep_or_set(
            &mut policy.absolute_session_timeout,
            request.absolute_session_timeout,
        );
        keep_or_set(
            &mut policy.absolute_session_timeout_unit,
            request.absolute_session_timeout_unit,
        );
        keep_or_set(
            &mut policy.idle_session_timeout_enabled,
            request.idle_session_timeout_enabled,
        );
        keep_or_set(&mut policy.idle_session_timeout, request.idle_session_timeout);
        keep_or_set(
            &mut policy.idle_session_timeout_unit,
            request.idle_session_timeout_unit,
        );
    }
    row.organization.update_time = ctx.stamp();
    let policy = row.session_policy.clone().unwrap_or_else(application_policy);
    Ok(UpdateOrganizationSessionPolicyResponse { policy: Some(policy) })
}

fn keep_or_set<T>(old: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *old = new;
    }
}

fn get_user_management(
    state: &State,
    _: &Ctx<'_>,
    request: GetOrganizationUserManagementSettingsRequest,
) -> Result<GetOrganizationUserManagementSettingsResponse, ApiError> {
    let max_allowed_users = state
        .organizations
        .require(&request.organization_id)?
        .max_allowed_users;
    let settings = OrganizationUserManagementSettings { max_allowed_users };
    Ok(GetOrganizationUserManagementSettingsResponse {
        settings: Some(settings),
    })
}

fn upsert_user_management(
    state: &mut State,
    _: &Ctx<'_>,
    request: UpsertUserManagementSettingsRequest,
) -> Result<UpsertUserManagementSettingsResponse, ApiError> {
    let row = state.organizations.require_mut(&request.organization_id)?;
    let settings = request.settings.unwrap_or_default();
    row.max_allowed_users = settings.max_allowed_users;
    Ok(UpsertUserManagementSettingsResponse {
        settings: Some(settings),
    })
}
