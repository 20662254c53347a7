//! `ClientService`: clients of the environment, machine clients of organizations, and clients of
//! protected resources.

mod consents;
mod environment;
mod machine;
mod organization;
mod resource;
mod secrets;

use super::{Entry, Patch, contains, read, write};

pub(super) static OPERATIONS: &[Entry] = &[
    ("ClientService.CreateClient", write!(environment::create)),
    ("ClientService.CreateClientSecret", write!(secrets::create)),
    (
        "ClientService.CreateOrganizationClient",
        write!(organization::create),
    ),
    (
        "ClientService.CreateOrganizationClientSecret",
        write!(organization::create_secret),
    ),
    (
        "ClientService.CreateResourceClient",
        write!(resource::create),
    ),
    ("ClientService.DeleteClient", write!(environment::delete)),
    ("ClientService.DeleteClientSecret", write!(secrets::delete)),
    (
        "ClientService.DeleteOrganizationClient",
        write!(organization::delete),
    ),
    (
        "ClientService.DeleteOrganizationClientSecret",
        write!(organization::delete_secret),
    ),
    (
        "ClientService.DeleteResourceClient",
        write!(resource::delete),
    ),
    ("ClientService.GetClient", read!(environment::get)),
    (
        "ClientService.GetOrganizationClient",
        read!(organization::get),
    ),
    ("ClientService.GetResource", read!(resource::get_resource)),
    ("ClientService.GetResourceClient", read!(resource::get)),
    ("ClientService.ListClient", read!(environment::list)),
    (
        "ClientService.ListOrganizationClients",
        read!(organization::list),
    ),
    ("ClientService.ListResourceClients", read!(resource::list)),
    (
        "ClientService.ListResourceUserConsents",
        read!(consents::list),
    ),
    (
        "ClientService.ListResources",
        read!(resource::list_resources),
    ),
    ("ClientService.RevokeUserConsent", write!(consents::revoke)),
    ("ClientService.UpdateClient", write!(environment::update)),
    (
        "ClientService.UpdateOrganizationClient",
        write!(organization::update),
    ),
    (
        "ClientService.UpdateResourceClient",
        write!(resource::update),
    ),
];
