//! Users and groups that arrive in a directory and leave it.

use scalekit::api::directories::{DirectoryGroup, DirectoryUser};
use scalekit::api::events::ObjectType;
use serde::Serialize;
use serde_json::json;

use super::{Ctx, DirectoryGroupRow, DirectoryUserRow, Row, State};
use crate::engine::ApiError;

impl State {
    /// Adds or replaces a user of a directory, and says so.
    ///
    /// # Errors
    /// NOT_FOUND for the directory, FAILED_PRECONDITION while it is disabled.
    pub(crate) fn put_directory_user(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        user: DirectoryUser,
    ) -> Result<DirectoryUserRow, ApiError> {
        self.provision(ctx, directory_id)?;
        let known = self.directory_users.get(&user.id);
        if known.is_some_and(|known| known.directory_id != directory_id) {
            return Err(ApiError::not_found(DirectoryUserRow::KIND, &user.id));
        }
        let event = if known.is_some() {
            "user_updated"
        } else {
            "user_created"
        };
        let mut row = DirectoryUserRow {
            user,
            directory_id: directory_id.to_owned(),
        };
        row.user.updated_at = ctx.stamp();
        let groups = &self.directory_groups;
        row.user.groups.retain(|group| {
            groups
                .get(&group.id)
                .is_some_and(|known| known.directory_id == directory_id)
        });
        row.complete(ctx);
        let row = self.directory_users.insert(&mut self.ids, row).clone();
        let shown = self.show_directory_user(&row, true);
        self.tell(ctx, directory_id, event, ObjectType::DirectoryUser, &shown);
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
        self.provision(ctx, directory_id)?;
        let row = self.directory_users.require(id)?;
        if row.directory_id != directory_id {
            return Err(ApiError::not_found(DirectoryUserRow::KIND, id));
        }
        let shown = self.show_directory_user(row, true);
        self.directory_users.remove(id)?;
        self.tell(
            ctx,
            directory_id,
            "user_deleted",
            ObjectType::DirectoryUser,
            &shown,
        );
        Ok(())
    }

    /// Adds or replaces a group of a directory, and says so. `members`, where given, are the ids of all its users.
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
        self.provision(ctx, directory_id)?;
        let known = self.directory_groups.get(&group.id);
        if known.is_some_and(|known| known.directory_id != directory_id) {
            return Err(ApiError::not_found(DirectoryGroupRow::KIND, &group.id));
        }
        let event = if known.is_some() {
            "group_updated"
        } else {
            "group_created"
        };
        let mut row = DirectoryGroupRow {
            group,
            directory_id: directory_id.to_owned(),
        };
        row.group.updated_at = ctx.stamp();
        let row = self.directory_groups.insert(&mut self.ids, row).clone();
        if let Some(members) = members {
            self.set_members(ctx, directory_id, row.id(), members);
        }
        let shown = self.show_directory_group(&row, true);
        self.tell(ctx, directory_id, event, ObjectType::DirectoryGroup, &shown);
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
        self.provision(ctx, directory_id)?;
        let row = self.directory_groups.require(id)?;
        if row.directory_id != directory_id {
            return Err(ApiError::not_found(DirectoryGroupRow::KIND, id));
        }
        let shown = self.show_directory_group(row, true);
        self.set_members(ctx, directory_id, id, &[]);
        self.directory_groups.remove(id)?;
        self.tell(
            ctx,
            directory_id,
            "group_deleted",
            ObjectType::DirectoryGroup,
            &shown,
        );
        Ok(())
    }

    /// Makes exactly these users of the directory the group's; users whose groups change have changed.
    fn set_members(&mut self, ctx: &Ctx<'_>, directory_id: &str, group_id: &str, members: &[String]) {
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
            let ours = self.directory_users.get(id);
            if ours.is_none_or(|row| row.directory_id != directory_id) {
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

    /// Notes that users or groups arrive.
    fn provision(&mut self, ctx: &Ctx<'_>, directory_id: &str) -> Result<(), ApiError> {
        if !self.directories.require(directory_id)?.directory.enabled {
            let message = "a disabled directory takes no users and groups";
            return Err(
                ApiError::precondition("DIRECTORY_DISABLED", message).resource("directory", directory_id)
            );
        }
        let stamp = ctx.stamp();
        self.directories
            .change(directory_id, |row| row.directory.last_synced_at = stamp)?;
        Ok(())
    }

    /// Reports a change, with what receivers want beside what the API shows.
    fn tell(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        event: &str,
        object: ObjectType,
        shown: &impl Serialize,
    ) {
        let row = self.directories.get(directory_id);
        let organization = row.map(|row| row.directory.organization_id.clone());
        let mut data = json!(shown);
        let sent = ["user_detail", "group_detail"].map(|name| data[name].clone());
        for sent in sent.iter().filter(|sent| sent.is_object()) {
            data["dp_id"] = sent["externalId"].clone();
        }
        if object == ObjectType::DirectoryUser {
            let active = sent[0]["active"].as_bool();
            data["active"] = active.unwrap_or(true).into();
            for group in data["groups"].as_array_mut().into_iter().flatten() {
                group["name"] = group["display_name"].clone();
            }
        }
        data["directory_id"] = directory_id.into();
        data["organization_id"] = json!(organization);
        let event = format!("organization.directory.{event}");
        self.emit(ctx, &event, object, organization.as_deref(), &data);
    }
}
