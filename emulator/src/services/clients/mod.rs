//! `ClientService`: clients of the environment, machine clients of organizations, and clients of
//! protected resources.

mod consents;
mod environment;
mod machine;
mod organization;
mod resource;
mod secrets;

use super::{Entry, Patch, contains, reads, writes};

pub(super) static OPERATIONS: &[Entry] = &[
    ("ClientService.CreateClient", writes!(environment::create)),
    ("ClientService.CreateClientSecret", writes!(secrets::create)),
    (
        "ClientService.CreateOrganizationClient",
        writes!(organization::create),
    ),
    (
        "ClientService.CreateOrganizationClientSecret",
        writes!(organization::create_secret),
    ),
    (
        "ClientService.CreateResourceClient",
        writes!(resource::create),
    ),
    ("ClientService.DeleteClient", writes!(environment::delete)),
    ("ClientService.DeleteClientSecret", writes!(secrets::delete)),
    (
        "ClientService.DeleteOrganizationClient",
        writes!(organization::delete),
    ),
    (
        "ClientService.DeleteOrganizationClientSecret",
        writes!(organization::delete_secret),
    ),
    (
        "ClientService.DeleteResourceClient",
        writes!(resource::delete),
    ),
    ("ClientService.GetClient", reads!(environment::get)),
    (
        "ClientService.GetOrganizationClient",
        reads!(organization::get),
    ),
    ("ClientService.GetResource", reads!(resource::get_resource)),
    ("ClientService.GetResourceClient", reads!(resource::get)),
    ("ClientService.ListClient", reads!(environment::list)),
    (
        "ClientService.ListOrganizationClients",
        reads!(organization::list),
    ),
    ("ClientService.ListResourceClients", reads!(resource::list)),
    (
        "ClientService.ListResourceUserConsents",
        reads!(consents::list),
    ),
    (
        "ClientService.ListResources",
        reads!(resource::list_resources),
    ),
    ("ClientService.RevokeUserConsent", writes!(consents::revoke)),
    ("ClientService.UpdateClient", writes!(environment::update)),
    (
        "ClientService.UpdateOrganizationClient",
        writes!(organization::update),
    ),
    (
        "ClientService.UpdateResourceClient",
        writes!(resource::update),
    ),
];
