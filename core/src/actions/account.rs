//! The names of a connected account.

use crate::Result;
use crate::client::Call;
use crate::error::{Error, Message};

/// The names of a connected account.
///
/// An account has an id. It also has two names: the name of its connection, and your identifier of
/// its owner. A pair of texts converts to the account with these names. If the account belongs to an
/// organization or a user, also set [`organization_id`](Self::organization_id) or
/// [`user_id`](Self::user_id).
///
/// Empty names fail a call with [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument),
/// and nothing is sent.
///
/// ```
/// use scalekit::actions::Account;
///
/// assert_eq!(Account::from(("gmail", "ada")), Account::new("gmail", "ada"));
/// let account = Account::with_id("ca_123").organization_id("org_123");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// Id of the account (`ca_` followed by digits).
    pub id: Option<String>,
    /// Name of the connection.
    pub connection_name: Option<String>,
    /// Your identifier of the owner.
    pub identifier: Option<String>,
    /// Organization that the account belongs to.
    pub organization_id: Option<String>,
    /// User that the account belongs to.
    pub user_id: Option<String>,
}

impl Account {
    /// The account of an owner at a connection.
    pub fn new(connection_name: impl Into<String>, identifier: impl Into<String>) -> Self {
        Self {
            connection_name: Some(connection_name.into()),
            identifier: Some(identifier.into()),
            ..Self::default()
        }
    }

    /// The account with an id.
    pub fn with_id(id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..Self::default()
        }
    }

    /// The account of an owner that fits the tool. Only
    /// [`execute_tool`](crate::actions::Actions::execute_tool) accepts it.
    pub fn of_owner(identifier: impl Into<String>) -> Self {
        Self {
            identifier: Some(identifier.into()),
            ..Self::default()
        }
    }

    /// Sets the organization that the account belongs to.
    #[must_use]
    pub fn organization_id(mut self, organization_id: impl Into<String>) -> Self {
        self.organization_id = Some(organization_id.into());
        self
    }

    /// Sets the user that the account belongs to.
    #[must_use]
    pub fn user_id(mut self, user_id: impl Into<String>) -> Self {
        self.user_id = Some(user_id.into());
        self
    }

    /// Sets the names in a call for one account. Rejects an account without an id and without both
    /// names.
    pub(super) fn name_one<T>(&self, call: &mut Call<T>) {
        if set(&self.id) || self.has_both_names() {
            self.write(call, "id");
        } else {
            let message = Message::about("id").text(", or ").name("connection_name");
            let message = message.text(" and ").name("identifier");
            call.request().fail(missing(message));
        }
    }

    /// Sets the names in the call of a tool, where the identifier alone is sufficient.
    pub(super) fn name_for_tool<T>(&self, call: &mut Call<T>) {
        if set(&self.id) || set(&self.identifier) {
            self.write(call, "connected_account_id");
        } else {
            let message = Message::about("id").text(" or ").name("identifier");
            call.request().fail(missing(message));
        }
    }

    /// Rejects an account that cannot be created, because a name is missing or because it has an
    /// id, which the service chooses.
    pub(super) fn check_new(&self) -> Result<()> {
        let message = Message::about("connection_name")
            .text(" and ")
            .name("identifier");
        match (self.has_both_names(), &self.id) {
            (true, None) => Ok(()),
            (true, Some(_)) => Err(Error::invalid_argument(
                Message::about("id").text(" must not be given: the service chooses it"),
            )),
            (false, _) => Err(missing(message)),
        }
    }

    fn has_both_names(&self) -> bool {
        set(&self.connection_name) && set(&self.identifier)
    }

    fn write<T>(&self, call: &mut Call<T>, id_field: &'static str) {
        let fields = [
            (id_field, &self.id),
            ("connector", &self.connection_name),
            ("identifier", &self.identifier),
            ("organization_id", &self.organization_id),
            ("user_id", &self.user_id),
        ];
        for (field, value) in fields {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                call.request().text(field, value);
            }
        }
    }
}

impl<C: Into<String>, I: Into<String>> From<(C, I)> for Account {
    fn from((connection_name, identifier): (C, I)) -> Self {
        Self::new(connection_name, identifier)
    }
}

impl From<&Self> for Account {
    fn from(account: &Self) -> Self {
        account.clone()
    }
}

fn set(name: &Option<String>) -> bool {
    name.as_ref().is_some_and(|name| !name.trim().is_empty())
}

fn missing(names: Message) -> Error {
    Error::invalid_argument(names.text(" must be given"))
}
