//! `OrganizationService`: settings, session policy and user management.

use scalekit::api::raw::commons::TimeUnit;
use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::organizations::{
    GetOrganizationResponse, GetOrganizationSessionPolicyRequest,
    GetOrganizationSessionPolicyResponse, GetOrganizationUserManagementSettingsRequest,
    GetOrganizationUserManagementSettingsResponse, OrganizationSessionPolicySettings,
    OrganizationUserManagementSettings, SessionPolicyType, UpdateOrganizationSessionPolicyRequest,
    UpdateOrganizationSessionPolicyResponse, UpdateOrganizationSettingsRequest,
    UpsertUserManagementSettingsRequest, UpsertUserManagementSettingsResponse,
};

use super::{Entry, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, OrganizationRow, State};

pub(super) static OPERATIONS: &[Entry] = &[
    (
        "OrganizationService.GetOrganizationSessionPolicy",
        reads!(get_session_policy),
    ),
    (
        "OrganizationService.GetOrganizationUserManagementSetting",
        reads!(get_user_management),
    ),
    (
        "OrganizationService.UpdateOrganizationSessionPolicy",
        writes!(update_session_policy),
    ),
    (
        "OrganizationService.UpdateOrganizationSettings",
        writes!(update_settings),
    ),
    (
        "OrganizationService.UpsertUserManagementSettings",
        writes!(upsert_user_management),
    ),
];

/// Enables or disables the given features. Other features are unchanged.
fn update_settings(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateOrganizationSettingsRequest,
) -> Result<GetOrganizationResponse, ApiError> {
    let switched = |row: &mut OrganizationRow| {
        let features = &mut row.organization.settings.get_or_insert_default().features;
        for feature in request.settings.unwrap_or_default().features {
            match features
                .iter_mut()
                .find(|existing| existing.name == feature.name)
            {
                Some(existing) => existing.enabled = feature.enabled,
                None => features.push(feature),
            }
        }
        row.organization.update_time = ctx.stamp();
    };
    let row = state.organizations.change(&request.id, switched)?;
    let organization = row.organization.clone();
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
    let row = state.organizations.require(&request.organization_id)?;
    Ok(GetOrganizationSessionPolicyResponse {
        policy: Some(shown_policy(row.session_policy.clone())),
    })
}

/// Returns the effective policy as the API shows it: the organization's own policy, or the
/// application's. A missing unit means minutes.
fn shown_policy(
    own: Option<OrganizationSessionPolicySettings>,
) -> OrganizationSessionPolicySettings {
    let mut policy = own.unwrap_or_else(|| OrganizationSessionPolicySettings {
        policy_source: SessionPolicyType::Application,
        ..OrganizationSessionPolicySettings::default()
    });
    for unit in [
        &mut policy.absolute_session_timeout_unit,
        &mut policy.idle_session_timeout_unit,
    ] {
        let specified = unit.take().filter(|unit| *unit != TimeUnit::default());
        *unit = specified.or(Some(TimeUnit::Minutes));
    }
    policy
}

fn update_session_policy(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateOrganizationSessionPolicyRequest,
) -> Result<UpdateOrganizationSessionPolicyResponse, ApiError> {
    let organization_id = request.organization_id.clone();
    let row = state.organizations.change(&organization_id, |row| {
        row.session_policy = changed_policy(row.session_policy.take(), request);
        row.organization.update_time = ctx.stamp();
    })?;
    let (policy, organization) = (row.session_policy.clone(), row.organization.clone());
    let event = "organization.updated";
    state.emit(
        ctx,
        event,
        ObjectType::Organization,
        Some(&organization_id),
        &organization,
    );
    Ok(UpdateOrganizationSessionPolicyResponse {
        policy: Some(shown_policy(policy)),
    })
}

/// Returns the organization's policy after an update, or `None` if the application's policy
/// applies.
fn changed_policy(
    own: Option<OrganizationSessionPolicySettings>,
    new: UpdateOrganizationSessionPolicyRequest,
) -> Option<OrganizationSessionPolicySettings> {
    if new.policy_source == SessionPolicyType::Application {
        return None;
    }
    let mut policy = own.unwrap_or_default();
    policy.policy_source = SessionPolicyType::Custom;
    set_if_some(
        &mut policy.absolute_session_timeout,
        new.absolute_session_timeout,
    );
    set_if_some(
        &mut policy.absolute_session_timeout_unit,
        new.absolute_session_timeout_unit,
    );
    set_if_some(
        &mut policy.idle_session_timeout_enabled,
        new.idle_session_timeout_enabled,
    );
    set_if_some(&mut policy.idle_session_timeout, new.idle_session_timeout);
    set_if_some(
        &mut policy.idle_session_timeout_unit,
        new.idle_session_timeout_unit,
    );
    Some(policy)
}

fn set_if_some<T>(old: &mut Option<T>, new: Option<T>) {
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
    ctx: &Ctx<'_>,
    request: UpsertUserManagementSettingsRequest,
) -> Result<UpsertUserManagementSettingsResponse, ApiError> {
    let settings = request.settings.unwrap_or_default();
    let limit = settings.max_allowed_users;
    let row = state
        .organizations
        .change(&request.organization_id, |row| {
            row.max_allowed_users = limit;
            row.organization.update_time = ctx.stamp();
        })?;
    let organization = row.organization.clone();
    let event = "organization.updated";
    let id = Some(request.organization_id.as_str());
    state.emit(ctx, event, ObjectType::Organization, id, &organization);
    Ok(UpsertUserManagementSettingsResponse {
        settings: Some(settings),
    })
}
