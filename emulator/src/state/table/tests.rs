//! Indexes are updated on every change.

use scalekit::api::raw::users::User;

use super::Table;
use crate::state::Ids;

fn user(id: &str, email: &str) -> User {
    User {
        id: id.to_owned(),
        email: email.to_owned(),
        ..User::default()
    }
}

fn ids_by_email(table: &Table<User>, email: &str) -> Vec<String> {
    table
        .by("email", email)
        .map(|user| user.id.clone())
        .collect()
}

/// After each of 10,000 random changes, the index returns the same rows as a full scan.
#[test]
fn an_index_agrees_with_a_scan() {
    let (mut table, mut ids) = (Table::default(), Ids::default());
    let mut random = fastrand::Rng::with_seed(4);
    for step in 0..10_000 {
        let (id, email) = (
            format!("usr_{}", random.u8(..20)),
            format!("{}@acme.com", random.u8(..8)),
        );
        match random.u8(..8) {
            0..4 => {
                table.insert(&mut ids, user(&id, &email));
            }
            4..6 => {
                let _ = table.change(&id, |user| user.email.clone_from(&email));
            }
            6 => {
                let _ = table.remove(&id);
            }
            _ if random.u8(..10) == 0 => {
                table.remove_by("email", &email);
            }
            _ => table.change_all(|user| {
                if user.id == id {
                    user.email.clone_from(&email);
                }
            }),
        }
        let scanned: Vec<String> = table
            .iter()
            .filter(|user| user.email == email)
            .map(|user| user.id.clone())
            .collect();
        assert_eq!(ids_by_email(&table, &email), scanned, "step {step}");
    }
}

#[test]
fn an_index_follows_every_change() {
    let (mut table, mut ids) = (Table::default(), Ids::default());
    table.insert(&mut ids, user("usr_1", "Ann@acme.com"));
    table.insert(&mut ids, user("usr_2", "bob@acme.com"));
    assert_eq!(ids_by_email(&table, "ann@acme.com"), ["usr_1"]);

    // A replaced row is removed from the index.
    table.insert(&mut ids, user("usr_1", "eve@acme.com"));
    assert!(ids_by_email(&table, "ann@acme.com").is_empty());
    let renamed = table.change("usr_2", |user| user.email = "eve@acme.com".to_owned());
    assert!(renamed.is_ok());
    assert_eq!(ids_by_email(&table, "eve@acme.com"), ["usr_1", "usr_2"]);
    table.change_all(|user| user.email = format!("{}@acme.com", user.id));
    assert_eq!(ids_by_email(&table, "usr_2@acme.com"), ["usr_2"]);

    assert!(table.remove("usr_2").is_ok() && ids_by_email(&table, "usr_2@acme.com").is_empty());
    let removed = table.remove_by("email", "usr_1@acme.com");
    assert_eq!((removed.len(), table.len()), (1, 0));
    assert!(table.change("usr_1", |_| ()).is_err());
}
