use std::time::Duration;

use serde_json::json;

use super::SHORTEST_LIFE;
use crate::client::Client;
use crate::error::Class;
use crate::test_server::{Answer, TestServer, json as answer, reply, reply_text, token};

const GET: &str = "OrganizationService.GetOrganization";

async fn get(client: &Client) -> Result<serde_json::Value, crate::Error> {
    client.call(GET, json!({"id": "org_1"})).await
}

/// Sixteen threads that call at the same moment.
fn sixteen(client: &Client) -> Vec<Result<serde_json::Value, crate::Error>> {
    let runtime = tokio::runtime::Handle::current();
    let start = std::sync::Barrier::new(16);
    std::thread::scope(|scope| {
        let call = || {
            start.wait();
            runtime.block_on(get(client))
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(call)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_threads_with_an_expired_token_fetch_one() {
    let server = TestServer::start(|seen, number| match (seen.target.as_str(), number) {
        ("/oauth/token", 0) => answer(r#"{"access_token":"first","expires_in":0}"#),
        ("/oauth/token", _) => {
            let text = reply_text(200, "", r#"{"access_token":"second","expires_in":"3600"}"#);
            Answer::Slow(Duration::from_millis(100), text)
        }
        _ => answer("{}"),
    })
    .await;
    let client = server.client();
    // It serves for a second even so.
    get(&client).await.unwrap();
    get(&client).await.unwrap();
    assert_eq!(server.count("/oauth/token"), 1);
    tokio::time::sleep(SHORTEST_LIFE).await;
    assert!(
        tokio::task::block_in_place(|| sixteen(&client))
            .into_iter()
            .all(|result| result.is_ok())
    );
    assert_eq!(server.count("/oauth/token"), 2);
}

#[tokio::test]
async fn a_token_fetch_outlives_those_who_give_up() {
    let server = TestServer::start(|seen, _| match seen.target.as_str() {
        "/oauth/token" => {
            let text = reply_text(200, "", r#"{"access_token":"late","expires_in":3600}"#);
            Answer::Slow(Duration::from_millis(300), text)
        }
        _ => answer("{}"),
    })
    .await;
    let client = server.client();
    for _ in 0..4 {
        // Each gives up before the token is there.
        let _ = tokio::time::timeout(Duration::from_millis(50), get(&client)).await;
    }
    get(&client).await.unwrap();
    assert_eq!(server.count("/oauth/token"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_threads_with_a_refused_token_fetch_one() {
    let server =
        TestServer::start(
            |seen, number| match (seen.target.as_str(), seen.header("authorization")) {
                ("/oauth/token", _) => token(if number == 0 { "revoked" } else { "good" }),
                (_, Some("Bearer good")) => answer("{}"),
                _ => reply(401, "", r#"{"code":16,"message":"token revoked"}"#),
            },
        )
        .await;
    let client = server.client();
    assert!(
        tokio::task::block_in_place(|| sixteen(&client))
            .into_iter()
            .all(|result| result.is_ok())
    );
    assert_eq!(server.count("/oauth/token"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_failed_fetch_fails_all_who_wait() {
    let server = TestServer::start(|_, _| {
        let text = reply_text(
            401,
            "",
            r#"{"error":"invalid_client","error_description":"unknown"}"#,
        );
        Answer::Slow(Duration::from_millis(300), text)
    })
    .await;
    let client = server.client();
    for error in tokio::task::block_in_place(|| sixteen(&client)) {
        let error = error.unwrap_err();
        assert_eq!(
            (error.class(), error.error_code()),
            (Class::Unauthorized, Some("invalid_client"))
        );
        assert_eq!(error.operation(), Some(GET));
    }
    assert_eq!(server.count("/oauth/token"), 1);
}

#[tokio::test]
async fn a_401_is_answered_once_with_a_new_token() {
    let server = TestServer::start(|seen, number| match seen.target.as_str() {
        "/oauth/token" => token(&format!("token-{number}")),
        _ => reply(401, "", r#"{"code":16,"message":"who are you"}"#),
    })
    .await;
    let error = get(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.class(), error.message()),
        (Class::Unauthorized, "who are you")
    );
    assert_eq!(server.count("/oauth/token"), 2);
    let bearers: Vec<_> = server
        .seen()
        .iter()
        .filter_map(|seen| seen.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(bearers, ["Bearer token-0", "Bearer token-1"]);
}

#[tokio::test]
async fn a_refresh_that_fails_shows_its_own_cause() {
    let server = TestServer::start(|seen, number| match (seen.target.as_str(), number) {
        ("/oauth/token", 0) => token("first"),
        ("/oauth/token", _) => reply(400, "", r#"{"error":"unauthorized_client"}"#),
        _ => reply(401, "", ""),
    })
    .await;
    let error = get(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.class(), error.error_code()),
        (Class::BadRequest, Some("unauthorized_client"))
    );
    assert_eq!(error.message(), "no service token: unauthorized_client");
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end_while_calls_go_on() {
    let server = TestServer::start(|seen, number| match (seen.target.as_str(), number) {
        ("/oauth/token", 0) => answer(r#"{"access_token":"first","expires_in":2}"#),
        ("/oauth/token", _) => Answer::Slow(
            Duration::from_millis(150),
            reply_text(200, "", r#"{"access_token":"second","expires_in":3600}"#),
        ),
        _ => answer("{}"),
    })
    .await;
    let client = server.client();
    get(&client).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1650)).await;
    for _ in 0..3 {
        get(&client).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    get(&client).await.unwrap();
    let bearers: Vec<_> = server
        .seen()
        .iter()
        .filter_map(|seen| seen.header("authorization").map(str::to_owned))
        .collect();
    let first = "Bearer first".to_owned();
    assert_eq!(
        bearers,
        [
            first.clone(),
            first.clone(),
            first.clone(),
            first,
            "Bearer second".to_owned()
        ]
    );
    assert_eq!(server.count("/oauth/token"), 2);
}

#[tokio::test]
async fn the_token_endpoint_is_tried_again_where_it_falters() {
    let server = TestServer::start(|seen, number| match (seen.target.as_str(), number) {
        ("/oauth/token", 0) => reply(503, "", ""),
        ("/oauth/token", 1) => Answer::Drop,
        ("/oauth/token", _) => token("t"),
        _ => answer("{}"),
    })
    .await;
    get(&server.client()).await.unwrap();
    assert_eq!(server.count("/oauth/token"), 3);
}

#[tokio::test]
async fn redirects_of_the_token_endpoint_are_not_followed() {
    let other = TestServer::start(|_, _| token("stolen")).await;
    let location = format!("location: {}/oauth/token\r\n", other.url);
    let server = TestServer::start(move |_, _| reply(307, &location, "")).await;
    let error = get(&server.client()).await.unwrap_err();
    assert!(error.message().contains("redirects are not followed"), "{error}");
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test]
async fn odd_answers_of_the_token_endpoint_are_errors() {
    for (body, words) in [
        ("{}", "no access_token"),
        (r#"{"access_token":""}"#, "no access_token"),
        ("[]", "not a JSON object"),
        (
            "",
            "HTTP 200 with an empty body instead of a JSON object (check env_url)",
        ),
        (
            "<html><h1>Sign in</h1>",
            "HTTP 200 with an HTML page instead of a JSON object (check env_url): \"Sign in\"",
        ),
        (
            r#"{"access_token":"half"#,
            "HTTP 200 with a body that is not JSON (check env_url)",
        ),
        (r#"{"access_token":"line\nbreak"}"#, "HTTP header"),
    ] {
        let server = TestServer::start(move |_, _| answer(body)).await;
        let error = get(&server.client()).await.unwrap_err();
        assert!(error.message().contains(words), "{body}: {error}");
        assert!(!format!("{error:?}").contains("half"), "{error:?}");
    }
}

#[tokio::test]
async fn error_responses_of_the_token_endpoint_are_reported_in_plain_words() {
    for (body, words) in [
        ("", "no service token: HTTP 401 with an empty body"),
        (
            "<html><title>401 Authorization Required</title></html>",
            "no service token: HTTP 401 with an HTML page: \"401 Authorization Required\"",
        ),
        (
            "{\"error\":\"\"}",
            "no service token: HTTP 401 with an unexpected body: \"{\\\"error\\\":\\\"\\\"}\"",
        ),
    ] {
        let server = TestServer::start(move |_, _| reply(401, "", body)).await;
        let error = get(&server.client()).await.unwrap_err();
        assert_eq!(error.message(), words);
    }
}

#[tokio::test]
async fn a_public_client_calls_no_operation() {
    let client = Client::public("http://127.0.0.1:9", "skc_1").build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.message().contains("no client_secret"), "{error}");
}
