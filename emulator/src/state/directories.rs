//! Directories with their users and groups, whoever changes them: the admin API or an identity provider by SCIM.

use scalekit::api::directories::{Directory, DirectoryGroup, DirectoryUser, Stats};
use scalekit::api::events::ObjectType;
use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, Key, Row, State};
use crate::engine::ApiError;
use crate::secrets::Hashes;

/// A directory and the hashes of its secrets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DirectoryRow {
    #[serde(flatten)]
    pub(crate) directory: Directory,
    #[serde(skip_serializing_if = "Hashes::is_empty")]
    pub(crate) hashes: Hashes,
}

/// A user of a directory. Of the user's groups, the ids count.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DirectoryUserRow {
    #[serde(flatten)]
    pub(crate) user: DirectoryUser,
    pub(crate) directory_id: String,
}

/// A group of a directory. Its number of users is counted when it is shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DirectoryGroupRow {
    #[serde(flatten)]
    pub(crate) group: DirectoryGroup,
    pub(crate) directory_id: String,
}

row!(DirectoryRow, "directory", "dir", directory.id, {
    fn keys(&self) -> Vec<Key> {
        keys([("organization", Some(self.directory.organization_id.as_str()))])
    }
});

row!(DirectoryUserRow, "directory user", "diruser", user.id, {
    fn keys(&self) -> Vec<Key> {
        let mut all = keys([("directory", Some(self.directory_id.as_str()))]);
        all.extend(self.user.groups.iter().map(|group| ("group", group.id.clone())));
        all
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        self.user.updated_at = self.user.updated_at.or_else(|| ctx.stamp());
        if self.user.emails.is_empty() && !self.user.email.is_empty() {
            self.user.emails.push(self.user.email.clone());
        }
    }
});

row!(DirectoryGroupRow, "directory group", "dirgroup", group.id, {
    fn keys(&self) -> Vec<Key> {
        keys([("directory", Some(self.directory_id.as_str()))])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        self.group.updated_at = self.group.updated_at.or_else(|| ctx.stamp());
    }
});

impl State {
    /// The directory as the API shows it, with what it holds counted.
    pub(crate) fn show_directory(&self, row: &DirectoryRow) -> Directory {
        let id = row.id();
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let users = self.directory_users.by("directory", id);
        let groups = self.directory_groups.by("directory", id);
        let stats = Stats {
            total_users: count(users.count()),
            total_groups: count(groups.count()),
            user_updated_at: (self.directory_users.by("directory", id))
                .filter_map(|row| row.user.updated_at)
                .max(),
            group_updated_at: (self.directory_groups.by("directory", id))
                .filter_map(|row| row.group.updated_at)
                .max(),
        };
        Directory {
            total_users: stats.total_users,
            total_groups: stats.total_groups,
            stats: Some(stats),
            ..row.directory.clone()
        }
    }

    /// The user as the API shows it, with its groups looked up.
    pub(crate) fn show_directory_user(&self, row: &DirectoryUserRow, detail: bool) -> DirectoryUser {
        let groups = row.user.groups.iter();
        let groups = groups.filter_map(|group| self.directory_groups.get(&group.id));
        DirectoryUser {
            groups: groups
                .map(|group| self.show_directory_group(group, false))
                .collect(),
            user_detail: row.user.user_detail.clone().filter(|_| detail),
            ..row.user.clone()
        }
    }

    /// The group as the API shows it, with its users counted.
    pub(crate) fn show_directory_group(&self, row: &DirectoryGroupRow, detail: bool) -> DirectoryGroup {
        let users = self.directory_users.by("group", row.id()).count();
        DirectoryGroup {
            total_users: i32::try_from(users).unwrap_or(i32::MAX),
            group_detail: row.group.group_detail.clone().filter(|_| detail),
            ..row.group.clone()
        }
    }

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

    /// Removes what a directory holds, once it is gone itself.
    pub(crate) fn forget_directory(&mut self, id: &str) {
        self.directory_users.remove_by("directory", id);
        self.directory_groups.remove_by("directory", id);
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

    fn tell(
        &mut self,
        ctx: &Ctx<'_>,
        directory_id: &str,
        event: &str,
        object: ObjectType,
        data: &impl Serialize,
    ) {
        let organization = self
            .directories
            .get(directory_id)
            .map(|row| row.directory.organization_id.clone());
        let event = format!("organization.directory.{event}");
        self.emit(ctx, &event, object, organization.as_deref(), data);
    }
}
