//! Directories with their users and groups, which are changed by the admin API and by SCIM
//! requests.

use scalekit::api::raw::directories::{Directory, DirectoryGroup, DirectoryUser, Stats};
use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, Key, Row, State};
use crate::secrets::Hashes;

/// The path prefix of directories. The directory's id and [`SCIM_PATH`] follow.
pub(crate) const DIRECTORIES_PATH: &str = "/api/v1/directories/";

/// The path of the SCIM endpoint below the path of its directory.
pub(crate) const SCIM_PATH: &str = "/scim/v2";

/// Returns the URL of the SCIM endpoint of a directory. `url` is the environment's URL.
pub(crate) fn scim_endpoint(url: &str, directory_id: &str) -> String {
    format!("{url}{DIRECTORIES_PATH}{directory_id}{SCIM_PATH}")
}

/// A directory and the hashes of its secrets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DirectoryRow {
    #[serde(flatten)]
    pub(crate) directory: Directory,
    #[serde(skip_serializing_if = "Hashes::is_empty")]
    pub(crate) hashes: Hashes,
}

/// A user of a directory. Only the ids of its groups are stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DirectoryUserRow {
    #[serde(flatten)]
    pub(crate) user: DirectoryUser,
    pub(crate) directory_id: String,
}

/// A group of a directory. Its number of users is computed on read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DirectoryGroupRow {
    #[serde(flatten)]
    pub(crate) group: DirectoryGroup,
    pub(crate) directory_id: String,
}

row!(DirectoryRow, "directory", "dir", directory.id, {
    fn keys(&self) -> Vec<Key> {
        keys([(
            "organization",
            Some(self.directory.organization_id.as_str()),
        )])
    }
});

row!(DirectoryUserRow, "directory user", "diruser", user.id, {
    fn keys(&self) -> Vec<Key> {
        let mut all = keys([("directory", Some(self.directory_id.as_str()))]);
        all.extend(
            self.user
                .groups
                .iter()
                .map(|group| ("group", group.id.clone())),
        );
        all
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        self.user.updated_at = self.user.updated_at.or_else(|| ctx.stamp());
        if self.user.emails.is_empty() && !self.user.email.is_empty() {
            self.user.emails.push(self.user.email.clone());
        }
    }
});

row!(
    DirectoryGroupRow,
    "directory group",
    "dirgroup",
    group.id,
    {
        fn keys(&self) -> Vec<Key> {
            keys([("directory", Some(self.directory_id.as_str()))])
        }

        fn complete(&mut self, ctx: &Ctx<'_>) {
            self.group.updated_at = self.group.updated_at.or_else(|| ctx.stamp());
        }
    }
);

impl State {
    /// Returns the directory as the API shows it, including user and group counts.
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

    /// Returns the user as the API shows it, including the current data of its groups.
    pub(crate) fn show_directory_user(
        &self,
        row: &DirectoryUserRow,
        detail: bool,
    ) -> DirectoryUser {
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

    /// Returns the group as the API shows it, including its number of users.
    pub(crate) fn show_directory_group(
        &self,
        row: &DirectoryGroupRow,
        detail: bool,
    ) -> DirectoryGroup {
        let users = self.directory_users.by("group", row.id()).count();
        DirectoryGroup {
            total_users: i32::try_from(users).unwrap_or(i32::MAX),
            group_detail: row.group.group_detail.clone().filter(|_| detail),
            ..row.group.clone()
        }
    }

    /// Removes the users and groups of a deleted directory.
    pub(crate) fn remove_directory_content(&mut self, id: &str) {
        self.directory_users.remove_by("directory", id);
        self.directory_groups.remove_by("directory", id);
    }
}
