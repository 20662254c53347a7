//! `OrganizationService`.

use scalekit::api::raw::Empty;
use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::organizations::{
    CreateOrganizationRequest, CreateOrganizationResponse, DeleteOrganizationRequest,
    DeleteOrganizationRequestIdentities, Feature, GeneratePortalLinkRequest,
    GeneratePortalLinkResponse, GetOrganizationRequest, GetOrganizationRequestIdentities,
    GetOrganizationResponse, Link, ListOrganizationsRequest, ListOrganizationsResponse,
    Organization, SearchOrganizationsRequest, SearchOrganizationsResponse,
    UpdateOrganizationRequest, UpdateOrganizationRequestIdentities, UpdateOrganizationResponse,
};

use super::{Entry, Patch, contains, name, page_response, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, Name, Order, OrganizationRow, PORTAL, State};

pub(super) static OPERATIONS: &[Entry] = &[
    ("OrganizationService.CreateOrganization", writes!(create)),
    ("OrganizationService.DeleteOrganization", writes!(delete)),
    (
        "OrganizationService.GeneratePortalLink",
        writes!(generate_portal_link),
    ),
    ("OrganizationService.GetOrganization", reads!(get)),
    (
        "OrganizationService.GetOrganizationByExternalId",
        reads!(get),
    ),
    ("OrganizationService.ListOrganization", reads!(list)),
    ("OrganizationService.SearchOrganization", reads!(search)),
    ("OrganizationService.UpdateOrganization", writes!(update)),
];

fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateOrganizationRequest,
) -> Result<CreateOrganizationResponse, ApiError> {
    let new = request.organization.unwrap_or_default();
    check_logo(new.logo_url.as_deref())?;
    let organization = Organization {
        display_name: new.display_name,
        region_code: new.region_code,
        external_id: new.external_id.filter(|id| !id.is_empty()),
        metadata: new.metadata,
        slug: new.slug,
        logo_url: new.logo_url.filter(|url| !url.is_empty()),
        ..Organization::default()
    };
    let organization = state.create_organization(ctx, organization)?;
    Ok(CreateOrganizationResponse {
        organization: Some(organization),
    })
}

/// # Errors
/// INVALID_ARGUMENT if the URL is not empty and has no host.
fn check_logo(url: Option<&str>) -> Result<(), ApiError> {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return Ok(());
    };
    let has_host = url.parse().is_ok_and(|uri: http::Uri| {
        uri.scheme().is_some() && uri.host().is_some_and(|host| !host.is_empty())
    });
    if has_host {
        return Ok(());
    }
    let field = "organization.logo_url";
    Err(ApiError::field(
        field,
        "logo_url.uri",
        "must be a URI with a host",
    ))
}

fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetOrganizationRequest,
) -> Result<GetOrganizationResponse, ApiError> {
    let row = state.organization(name!(
        request.identities,
        GetOrganizationRequestIdentities::Id
    )?)?;
    Ok(GetOrganizationResponse {
        organization: Some(row.organization.clone()),
    })
}

fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListOrganizationsRequest,
) -> Result<ListOrganizationsResponse, ApiError> {
    let (size, token) = (request.page_size, &request.page_token);
    let organizations = &state.organizations;
    let page = match &request.external_id {
        Some(id) => {
            organizations.page_by(("external_id", id), Order::NewestFirst, size, token, |_| {
                true
            })?
        }
        None => organizations.page_of_all(Order::NewestFirst, size, token)?,
    };
    Ok(page_response!(ListOrganizationsResponse {
        organizations: |row| row.organization.clone(),
        ..page
    }))
}

fn search(
    state: &State,
    _: &Ctx<'_>,
    request: SearchOrganizationsRequest,
) -> Result<SearchOrganizationsResponse, ApiError> {
    let query = request.query.to_lowercase();
    let page = state.organizations.page(
        Order::NewestFirst,
        request.page_size,
        &request.page_token,
        |row| {
            let Organization {
                id,
                display_name,
                external_id,
                slug,
                ..
            } = &row.organization;
            contains(
                &query,
                [
                    Some(id),
                    Some(display_name),
                    external_id.as_ref(),
                    slug.as_ref(),
                ],
            )
        },
    )?;
    Ok(page_response!(SearchOrganizationsResponse {
        organizations: |row| row.organization.clone(),
        ..page
    }))
}

fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateOrganizationRequest,
) -> Result<UpdateOrganizationResponse, ApiError> {
    let name = name!(request.identities, UpdateOrganizationRequestIdentities::Id)?;
    let id = state.organization(name)?.organization.id.clone();
    let new = request.organization.unwrap_or_default();
    let patch = Patch::new(request.update_mask.as_ref());
    let external_id = patch.text("external_id", new.external_id);
    let slug = patch.text("slug", new.slug);
    let logo_url = patch.text("logo_url", new.logo_url);
    check_logo(logo_url.value())?;
    state.organization_names_are_free(&id, external_id.value(), slug.value())?;
    let updated = |row: &mut OrganizationRow| {
        let organization = &mut row.organization;
        if let Some(display_name) = patch.text("display_name", new.display_name).into_value() {
            organization.display_name = display_name;
        }
        external_id.apply(&mut organization.external_id);
        slug.apply(&mut organization.slug);
        logo_url.apply(&mut organization.logo_url);
        patch.map("metadata", new.metadata, &mut organization.metadata);
        organization.update_time = ctx.stamp();
    };
    let organization = state
        .organizations
        .change(&id, updated)?
        .organization
        .clone();
    state.emit(
        ctx,
        "organization.updated",
        ObjectType::Organization,
        Some(&id),
        &organization,
    );
    Ok(UpdateOrganizationResponse {
        organization: Some(organization),
    })
}

fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteOrganizationRequest,
) -> Result<Empty, ApiError> {
    let name = name!(request.identities, DeleteOrganizationRequestIdentities::Id)?;
    let id = state.organization(name)?.organization.id.clone();
    state.delete_organization(ctx, &id)?;
    Ok(Empty {})
}

fn generate_portal_link(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: GeneratePortalLinkRequest,
) -> Result<GeneratePortalLinkResponse, ApiError> {
    state.organizations.require(&request.id)?;
    let mut features = request.features;
    // Deprecated fields that also select features.
    for (selected, feature) in [
        (request.sso, Feature::Sso),
        (request.directory_sync, Feature::DirSync),
    ] {
        if selected == Some(true) && !features.contains(&feature) {
            features.push(feature);
        }
    }
    features.retain(|feature| *feature != Feature::default());
    let names: Vec<String> = (features.iter().filter_map(Feature::name))
        .map(str::to_owned)
        .collect();
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(names.iter().map(|name| ("features", name)))
        .finish();
    let separator = if query.is_empty() { "" } else { "?" };
    let (id, expire_time) = state.new_portal_link(ctx, &request.id, names);
    let link = Link {
        location: format!("{}{PORTAL}{id}{separator}{query}", ctx.url),
        expire_time,
        id,
    };
    Ok(GeneratePortalLinkResponse { link: Some(link) })
}
