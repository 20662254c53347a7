//! Provisioning: changes to the users and groups of a directory.

use scalekit::api::raw::directories::{DirectoryGroup, DirectoryUser};
use scalekit::api::raw::events::ObjectType;
use serde_json::{Value, json};

use super::{Ctx, DirectoryGroupRow, DirectoryUserRow, Row, State, Table};
use crate::api_error::ApiError;

/// A user or a group of a directory.
trait Provisioned: Row {
    const OBJECT: ObjectType;
    /// The object's name in event types.
    const NAME: &'static str;

    fn directory_id(&self) -> &str;
    fn table(state: &mut State) -> &mut Table<Self>;
    /// Returns the row as the API shows it, including details.
    fn shown(&self, state: &State) -> Value;
}

impl Provisioned for DirectoryUserRow {
    const OBJECT: ObjectType = ObjectType::DirectoryUser;
    const NAME: &'static str = "user";

    fn directory_id(&self) -> &str {
        &self.directory_id
    }

    fn table(state: &mut State) -> &mut Table<Self> {
        &mut state.directory_users
    }

    fn shown(&self, state: &State) -> Value {
        json!(state.show_directory_user(self, true))
    }
}

impl Provisioned for DirectoryGroupRow {
    const OBJECT: ObjectType = ObjectType::DirectoryGroup;
    const NAME: &'static str = "group";

    fn directory_id(&self) -> &str {
        &self.directory_id
    }

    fn table(state: &mut State) -> &mut Table<Self> {
        &mut state.directory_groups
    }

    fn shown(&self, state: &State) -> Value {
        json!(state.show_directory_group(self, true))
    }
}

impl State {
    /// Adds or replaces a user of a directory and emits an event.
    ///
    /// # Errors
    /// NOT_FOUND for the directory, FAILED_PRECONDITION while it is disabled.
    pub(crate) fn put_directory_user(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        user: DirectoryUser,
    ) -> Result<DirectoryUserRow, ApiError> {
        let change = self.check_put::<DirectoryUserRow>(ctx, directory_id, &user.id)?;
        let mut row = DirectoryUserRow {
            user,
            directory_id: directory_id.to_owned(),
        };
        row.user.updated_at = ctx.stamp();
        let groups = &self.directory_groups;
        row.user.groups.retain(|group| {
            groups
                .get(&group.id)
                .is_some_and(|group| group.directory_id == directory_id)
        });
        row.complete(ctx);
        let row = self.directory_users.insert(&mut self.ids, row).clone();
        let shown = row.shown(self);
        self.emit_change(ctx, &row, change, shown);
        Ok(row)
    }

    /// # Errors
    /// NOT_FOUND, FAILED_PRECONDITION while the directory is disabled.
    pub(crate) fn remove_directory_user(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        id: &str,
    ) -> Result<(), ApiError> {
        let (row, shown) = self.check_removal::<DirectoryUserRow>(ctx, directory_id, id)?;
        self.directory_users.remove(id)?;
        self.emit_change(ctx, &row, "deleted", shown);
        Ok(())
    }

    /// Adds or replaces a group of a directory and emits an event. If `members` is given, it
    /// replaces the group's members by these user ids.
    ///
    /// # Errors
    /// NOT_FOUND for the directory, FAILED_PRECONDITION while it is disabled.
    pub(crate) fn put_directory_group(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        group: DirectoryGroup,
        members: Option<&[String]>,
    ) -> Result<DirectoryGroupRow, ApiError> {
        let change = self.check_put::<DirectoryGroupRow>(ctx, directory_id, &group.id)?;
        let mut row = DirectoryGroupRow {
            group,
            directory_id: directory_id.to_owned(),
        };
        row.group.updated_at = ctx.stamp();
        let row = self.directory_groups.insert(&mut self.ids, row).clone();
        if let Some(members) = members {
            self.set_members(ctx, directory_id, row.id(), members);
        }
        let shown = row.shown(self);
        self.emit_change(ctx, &row, change, shown);
        Ok(row)
    }

    /// # Errors
    /// NOT_FOUND, FAILED_PRECONDITION while the directory is disabled.
    pub(crate) fn remove_directory_group(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        id: &str,
    ) -> Result<(), ApiError> {
        let (row, shown) = self.check_removal::<DirectoryGroupRow>(ctx, directory_id, id)?;
        self.set_members(ctx, directory_id, id, &[]);
        self.directory_groups.remove(id)?;
        self.emit_change(ctx, &row, "deleted", shown);
        Ok(())
    }

    /// Checks that a row may be added or replaced. Returns `created` or `updated`.
    fn check_put<R: Provisioned>(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        id: &str,
    ) -> Result<&'static str, ApiError> {
        self.provision(ctx, directory_id)?;
        match R::table(self).get(id) {
            None => Ok("created"),
            Some(existing) if existing.directory_id() == directory_id => Ok("updated"),
            Some(_) => Err(ApiError::not_found(R::KIND, id)),
        }
    }

    /// Checks that a row may be removed. Returns the row and its last API form.
    fn check_removal<R: Provisioned>(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        id: &str,
    ) -> Result<(R, Value), ApiError> {
        self.provision(ctx, directory_id)?;
        let row = R::table(self).require(id)?.clone();
        if row.directory_id() != directory_id {
            return Err(ApiError::not_found(R::KIND, id));
        }
        let shown = row.shown(self);
        Ok((row, shown))
    }

    /// Sets the members of a group. Also updates the timestamps of users that join or leave it.
    fn set_members(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        group_id: &str,
        members: &[String],
    ) {
        let before: Vec<String> = (self.directory_users.by("group", group_id))
            .map(|row| row.user.id.clone())
            .collect();
        let stamp = ctx.stamp();
        for id in before.iter().filter(|id| !members.contains(id)) {
            let _ = self.directory_users.change(id, |row| {
                row.user.groups.retain(|group| group.id != group_id);
                row.user.updated_at = stamp;
            });
        }
        for id in members.iter().filter(|id| !before.contains(id)) {
            let user = self.directory_users.get(id);
            if user.is_none_or(|row| row.directory_id != directory_id) {
                continue;
            }
            let _ = self.directory_users.change(id, |row| {
                row.user.groups.push(DirectoryGroup {
                    id: group_id.to_owned(),
                    ..DirectoryGroup::default()
                });
                row.user.updated_at = stamp;
            });
        }
    }

    /// Records a sync. Fails if the directory is disabled.
    fn provision(&mut self, ctx: &Ctx<'_>, directory_id: &str) -> Result<(), ApiError> {
        if !self.directories.require(directory_id)?.directory.enabled {
            let message =
                "the directory is disabled; enable it before adding or removing users and groups";
            return Err(ApiError::precondition("DIRECTORY_DISABLED", message)
                .resource("directory", directory_id));
        }
        let stamp = ctx.stamp();
        self.directories
            .change(directory_id, |row| row.directory.last_synced_at = stamp)?;
        Ok(())
    }

    /// Emits an event for a change. Webhook payloads have some fields that API responses lack.
    fn emit_change<R: Provisioned>(
        &mut self,
        ctx: &Ctx<'_>,
        row: &R,
        change: &str,
        mut data: Value,
    ) {
        let directory = self.directories.get(row.directory_id());
        let organization = directory.map(|row| row.directory.organization_id.clone());
        let sent = ["user_detail", "group_detail"].map(|name| data[name].clone());
        for sent in sent.iter().filter(|sent| sent.is_object()) {
            data["dp_id"] = sent["externalId"].clone();
        }
        if R::OBJECT == ObjectType::DirectoryUser {
            let active = sent[0]["active"].as_bool();
            data["active"] = active.unwrap_or(true).into();
            for group in data["groups"].as_array_mut().into_iter().flatten() {
                group["name"] = group["display_name"].clone();
            }
        }
        data["directory_id"] = row.directory_id().into();
        data["organization_id"] = json!(organization);
        let event = format!("organization.directory.{}_{change}", R::NAME);
        self.emit(ctx, &event, R::OBJECT, organization.as_deref(), &data);
    }
}
