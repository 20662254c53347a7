use std::time::Duration;

use serde_json::json;

use crate::client::Client;
use crate::credentials::SHORTEST_LIFETIME;
use crate::error::ErrorKind;
use crate::test_server::{TestResponse, TestServer, json_response, response, response_text, token};

const GET: &str = "OrganizationService.GetOrganization";

async fn get(client: &Client) -> Result<serde_json::Value, crate::Error> {
    client.call(GET, json!({"id": "org_1"})).await
}

/// Calls from sixteen threads at the same time.
fn sixteen(client: &Client) -> Vec<Result<serde_json::Value, crate::Error>> {
    let runtime = tokio::runtime::Handle::current();
    let start = std::sync::Barrier::new(16);
    std::thread::scope(|scope| {
        let call = || {
            start.wait();
            runtime.block_on(get(client))
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(call)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_threads_with_an_expired_token_fetch_one_token() {
    let server = TestServer::start(|seen, number| match (seen.target.as_str(), number) {
        ("/oauth/token", 0) => json_response(r#"{"access_token":"first","expires_in":0}"#),
        ("/oauth/token", _) => {
            let text = response_text(200, "", r#"{"access_token":"second","expires_in":"3600"}"#);
            TestResponse::Slow(Duration::from_millis(100), text)
        }
        _ => json_response("{}"),
    })
    .await;
    let client = server.client();
    // A token that is expired on arrival is used for one second.
    get(&client).await.unwrap();
    get(&client).await.unwrap();
    assert_eq!(server.count("/oauth/token"), 1);
    tokio::time::sleep(SHORTEST_LIFETIME).await;
    assert!(
        tokio::task::block_in_place(|| sixteen(&client))
            .into_iter()
            .all(|result| result.is_ok())
    );
    assert_eq!(server.count("/oauth/token"), 2);
}

#[tokio::test]
async fn a_token_fetch_outlives_its_callers() {
    let server = TestServer::start(|seen, _| match seen.target.as_str() {
        "/oauth/token" => {
            let text = response_text(200, "", r#"{"access_token":"late","expires_in":3600}"#);
            TestResponse::Slow(Duration::from_millis(300), text)
        }
        _ => json_response("{}"),
    })
    .await;
    let client = server.client();
    for _ in 0..4 {
        // Each caller gives up before the token arrives.
        let _ = tokio::time::timeout(Duration::from_millis(50), get(&client)).await;
    }
    get(&client).await.unwrap();
    assert_eq!(server.count("/oauth/token"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_threads_with_a_rejected_token_fetch_one_token() {
    let server = TestServer::start(|seen, number| {
        match (seen.target.as_str(), seen.header("authorization")) {
            ("/oauth/token", _) => token(if number == 0 { "revoked" } else { "good" }),
            (_, Some("Bearer good")) => json_response("{}"),
            _ => response(401, "", r#"{"code":16,"message":"token revoked"}"#),
        }
    })
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
async fn one_failed_fetch_fails_all_waiting_callers() {
    let server = TestServer::start(|_, _| {
        let text = response_text(
            401,
            "",
            r#"{"error":"invalid_client","error_description":"unknown"}"#,
        );
        TestResponse::Slow(Duration::from_millis(300), text)
    })
    .await;
    let client = server.client();
    for error in tokio::task::block_in_place(|| sixteen(&client)) {
        let error = error.unwrap_err();
        assert_eq!(
            (error.kind(), error.error_code()),
            (ErrorKind::Unauthorized, Some("invalid_client"))
        );
        assert_eq!(error.operation(), Some(GET));
    }
    assert_eq!(server.count("/oauth/token"), 1);
}

#[tokio::test]
async fn a_401_is_retried_once_with_a_new_token() {
    let server = TestServer::start(|seen, number| match seen.target.as_str() {
        "/oauth/token" => token(&format!("token-{number}")),
        _ => response(401, "", r#"{"code":16,"message":"who are you"}"#),
    })
    .await;
    let error = get(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Unauthorized, "who are you")
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
async fn a_failed_refresh_reports_its_cause() {
    let server = TestServer::start(|seen, number| match (seen.target.as_str(), number) {
        ("/oauth/token", 0) => token("first"),
        ("/oauth/token", _) => response(400, "", r#"{"error":"unauthorized_client"}"#),
        _ => response(401, "", ""),
    })
    .await;
    let error = get(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.error_code()),
        (ErrorKind::BadRequest, Some("unauthorized_client"))
    );
    assert_eq!(error.message(), "no service token: unauthorized_client");
}

#[tokio::test]
async fn a_token_is_refreshed_before_it_expires_while_calls_continue() {
    let server = TestServer::start(|seen, number| match (seen.target.as_str(), number) {
        ("/oauth/token", 0) => json_response(r#"{"access_token":"first","expires_in":2}"#),
        ("/oauth/token", _) => TestResponse::Slow(
            Duration::from_millis(150),
            response_text(200, "", r#"{"access_token":"second","expires_in":3600}"#),
        ),
        _ => json_response("{}"),
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
async fn token_requests_are_retried() {
    let server = TestServer::start(|seen, number| match (seen.target.as_str(), number) {
        ("/oauth/token", 0) => response(503, "", ""),
        ("/oauth/token", 1) => TestResponse::Drop,
        ("/oauth/token", _) => token("t"),
        _ => json_response("{}"),
    })
    .await;
    get(&server.client()).await.unwrap();
    assert_eq!(server.count("/oauth/token"), 3);
}

#[tokio::test]
async fn redirects_of_the_token_endpoint_are_not_followed() {
    let other = TestServer::start(|_, _| token("stolen")).await;
    let location = format!("location: {}/oauth/token\r\n", other.url);
    let server = TestServer::start(move |_, _| response(307, &location, "")).await;
    let error = get(&server.client()).await.unwrap_err();
    assert!(
        error.message().contains("redirects are not followed"),
        "{error}"
    );
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test]
async fn invalid_token_responses_are_errors() {
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
        (
            r#"{"access_token":"line\nbreak"}"#,
            "not allowed in a header",
        ),
    ] {
        let server = TestServer::start(move |_, _| json_response(body)).await;
        let error = get(&server.client()).await.unwrap_err();
        assert!(error.message().contains(words), "{body}: {error}");
        assert!(!format!("{error:?}").contains("half"), "{error:?}");
    }
}

#[tokio::test]
async fn error_responses_of_the_token_endpoint_are_described() {
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
        let server = TestServer::start(move |_, _| response(401, "", body)).await;
        let error = get(&server.client()).await.unwrap_err();
        assert_eq!(error.message(), words);
    }
}

#[tokio::test]
async fn a_public_client_cannot_call_operations() {
    let client = Client::public("http://127.0.0.1:9", "skc_1")
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.message().contains("no client_secret"), "{error}");
}
