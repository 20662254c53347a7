//! `DomainService`.

use scalekit::api::raw::Empty;
use scalekit::api::raw::domains::{
    CreateDomainRequest, CreateDomainRequestIdentities, CreateDomainResponse, DeleteDomainRequest,
    DeleteDomainRequestIdentities, Domain, DomainType, GetDomainRequest,
    GetDomainRequestIdentities, GetDomainResponse, ListDomainRequest, ListDomainRequestIdentities,
    ListDomainResponse, VerificationMethod, VerificationStatus,
};
use scalekit::api::raw::events::ObjectType;

use super::{Entry, name, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, ENVIRONMENT, Name, State};

const DEFAULT_PAGE: i32 = 10;

pub(super) static OPERATIONS: &[Entry] = &[
    ("DomainService.CreateDomain", writes!(create)),
    ("DomainService.DeleteDomain", writes!(delete)),
    ("DomainService.GetDomain", reads!(get)),
    ("DomainService.ListDomains", reads!(list)),
];

fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateDomainRequest,
) -> Result<CreateDomainResponse, ApiError> {
    let organization = name!(
        request.identities,
        CreateDomainRequestIdentities::OrganizationId
    )?;
    let organization_id = state.organization(organization)?.organization.id.clone();
    let new = request.domain.unwrap_or_default();
    let domain = new.domain.to_lowercase();
    if !is_domain_name(&domain) {
        return Err(ApiError::field(
            "domain.domain",
            "domain.name",
            "must be a domain name such as acme.com",
        ));
    }
    if state
        .domains
        .by("domain", &domain)
        .any(|existing| existing.organization_id == organization_id)
    {
        let message = format!("the organization already has the domain {domain:?}");
        return Err(
            ApiError::exists("RESOURCE_ALREADY_EXISTS", message).resource("domain", &domain)
        );
    }
    let domain_type = match new.domain_type {
        DomainType::Unspecified => DomainType::OrganizationDomain,
        specified => specified,
    };
    // Allowed email domains do not need verification.
    let (verification_status, verification_method) = match domain_type {
        DomainType::AllowedEmailDomain => (
            VerificationStatus::AutoVerified,
            VerificationMethod::NotApplicable,
        ),
        _ => (VerificationStatus::Pending, VerificationMethod::Dns),
    };
    let domain = Domain {
        environment_id: ENVIRONMENT.to_owned(),
        organization_id: organization_id.clone(),
        txt_record_key: format!("_scalekit-{}", &organization_id.trim_start_matches("org_")),
        txt_record_secret: state.ids.next("scalekit-verification"),
        verification_status,
        verification_method,
        create_time: ctx.stamp(),
        update_time: ctx.stamp(),
        domain_type,
        domain,
        ..Domain::default()
    };
    let domain = state.domains.insert(&mut state.ids, domain).clone();
    state.emit(
        ctx,
        "organization.domain_created",
        ObjectType::Domain,
        Some(&organization_id),
        &domain,
    );
    Ok(CreateDomainResponse {
        domain: Some(domain),
    })
}

/// Returns `true` if the name has at least two labels of letters, digits and inner hyphens (RFC
/// 1123).
fn is_domain_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.contains('.') && text.split('.').all(label)
}

fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetDomainRequest,
) -> Result<GetDomainResponse, ApiError> {
    let organization = name!(
        request.identities,
        GetDomainRequestIdentities::OrganizationId
    )?;
    let domain = find(state, organization, &request.id)?;
    Ok(GetDomainResponse {
        domain: Some(domain.clone()),
    })
}

fn find<'s>(state: &'s State, organization: Name<'_>, id: &str) -> Result<&'s Domain, ApiError> {
    let organization_id = &state.organization(organization)?.organization.id;
    let domain = state.domains.require(id)?;
    if domain.organization_id != *organization_id {
        return Err(ApiError::not_found("domain", id));
    }
    Ok(domain)
}

fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteDomainRequest,
) -> Result<Empty, ApiError> {
    let organization = name!(
        request.identities,
        DeleteDomainRequestIdentities::OrganizationId
    )?;
    find(state, organization, &request.id)?;
    let domain = state.domains.remove(&request.id)?;
    state.emit(
        ctx,
        "organization.domain_deleted",
        ObjectType::Domain,
        Some(&domain.organization_id),
        &domain,
    );
    Ok(Empty {})
}

fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListDomainRequest,
) -> Result<ListDomainResponse, ApiError> {
    let organization = name!(
        request.identities,
        ListDomainRequestIdentities::OrganizationId
    )?;
    let organization_id = &state.organization(organization)?.organization.id;
    let page_size = request
        .page_size
        .filter(|size| *size > 0)
        .unwrap_or(DEFAULT_PAGE);
    let page_number = request
        .page_number
        .filter(|number| *number > 0)
        .unwrap_or(1);
    let skipped = (i64::from(page_number) - 1) * i64::from(page_size);
    let domains = state
        .domains
        .by("organization", organization_id)
        .filter(|domain| {
            request.domain_type == DomainType::Unspecified
                || domain.domain_type == request.domain_type
        });
    let page = domains
        .skip(usize::try_from(skipped).unwrap_or(usize::MAX))
        .take(page_size.unsigned_abs() as usize);
    Ok(ListDomainResponse {
        page_size,
        page_number,
        domains: page.cloned().collect(),
    })
}
