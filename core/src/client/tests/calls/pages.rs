//! Lists that are fetched page by page.

use futures_util::TryStreamExt as _;

use super::{json_response, server};
use crate::Pages;
use crate::api::users::User;
use crate::test_server::{Seen, TestServer, response};

/// A server with these pages of users, given by token, with their next token.
async fn users(pages: &'static [(&str, &[&str], &str)]) -> TestServer {
    server(move |seen, _| {
        let token = token(seen);
        let page = pages.iter().find(|(of, ..)| *of == token);
        let Some((_, ids, next)) = page else {
            return response(500, "", "no page");
        };
        let ids: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
        let users = ids.join(",");
        json_response(&format!(
            r#"{{"users":[{users}],"next_page_token":"{next}","total_size":3}}"#
        ))
    })
    .await
}

/// The page token of a request.
fn token(seen: &Seen) -> String {
    let (_, query) = seen.target.split_once('?').unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs
        .find_map(|(name, value)| (name == "page_token").then(|| value.into_owned()))
        .unwrap_or_default()
}

fn tokens(server: &TestServer) -> Vec<String> {
    server.seen()[1..].iter().map(token).collect()
}

fn ids(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.id.as_str()).collect()
}

const THREE: &[(&str, &[&str], &str)] =
    &[("", &["a", "b"], "2"), ("2", &[], "3"), ("3", &["c"], "")];

#[tokio::test]
async fn every_page_is_read_once_in_order() {
    let server = users(THREE).await;
    let users: Vec<User> = server.client().users().list().try_collect().await.unwrap();
    assert_eq!(ids(&users), ["a", "b", "c"]);
    assert_eq!(tokens(&server), ["", "2", "3"]);
}

#[tokio::test]
async fn items_are_read_without_pin_and_pages_are_fetched_lazily() {
    let server = users(THREE).await;
    let mut users = server.client().users().list().page_size(2);
    assert!(server.seen().is_empty());
    assert_eq!(users.try_next().await.unwrap().unwrap().id, "a");
    assert_eq!(users.try_next().await.unwrap().unwrap().id, "b");
    assert_eq!(tokens(&server), [""]);
    assert_eq!(users.try_next().await.unwrap().unwrap().id, "c");
    assert_eq!(users.try_next().await.unwrap(), None);
    assert_eq!(users.try_next().await.unwrap(), None);
    assert!(server.seen()[3].target.contains("page_size=2"));
    assert_eq!(tokens(&server), ["", "2", "3"]);
}

#[tokio::test]
async fn pages_are_returned_one_by_one() {
    let server = users(THREE).await;
    let mut users = server.client().users().list();
    let page = users.next_page().await.unwrap().unwrap();
    assert_eq!(ids(&page.items), ["a", "b"]);
    assert_eq!(page.next_page_token.as_deref(), Some("2"));
    assert_eq!(page.total_size, Some(3));
    assert_eq!(users.next_page().await.unwrap().unwrap().items, []);
    let last = users.next_page().await.unwrap().unwrap();
    assert_eq!((ids(&last.items), last.next_page_token), (vec!["c"], None));
    assert_eq!(users.next_page().await.unwrap(), None);

    let second = server.client().users().list().page_token("3").all().await;
    assert_eq!(ids(&second.unwrap()), ["c"]);
}

#[tokio::test]
async fn a_page_that_was_read_in_part_is_returned_with_its_remaining_items() {
    let server = users(THREE).await;
    let mut users = server.client().users().list();
    users.try_next().await.unwrap();
    let rest = users.next_page().await.unwrap().unwrap();
    assert_eq!((ids(&rest.items), rest.total_size), (vec!["b"], Some(3)));
    assert_eq!(tokens(&server), [""]);
}

#[tokio::test]
async fn a_repeated_token_ends_the_list() {
    let server = users(&[("", &["a"], "2"), ("2", &["b"], "3"), ("3", &["c"], "2")]).await;
    let users = server.client().users().list().all().await.unwrap();
    assert_eq!(ids(&users), ["a", "b", "c"]);
    assert_eq!(tokens(&server), ["", "2", "3"]);
}

#[tokio::test]
async fn an_error_ends_the_list() {
    let server = users(&[("", &["a"], "2")]).await;
    let mut users = server
        .builder()
        .max_attempts(1)
        .build()
        .unwrap()
        .users()
        .list();
    users.try_next().await.unwrap();
    let error = users.try_next().await.unwrap_err();
    assert_eq!(error.operation(), Some("UserService.ListUsers"));
    assert_eq!(users.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn a_cancelled_wait_continues_with_the_same_request() {
    let server = users(THREE).await;
    let mut users = server.client().users().list();
    for _ in 0..3 {
        // The future is polled once and then dropped.
        tokio::select! {
            biased;
            _ = users.next_page() => panic!("no response arrives without waiting"),
            () = std::future::ready(()) => {}
        }
    }
    assert_eq!(
        ids(&users.next_page().await.unwrap().unwrap().items),
        ["a", "b"]
    );
    assert_eq!(tokens(&server), [""]);
}

#[test]
fn lists_are_unpin_and_send() {
    fn check<T: Unpin + Send>() {}
    check::<Pages<User>>();
    check::<crate::api::organizations::OrganizationsList>();
}
