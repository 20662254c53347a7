//! The dashboard over plain HTTP: its views, its host check and its redelivery form.

use reqwest::header::{HOST, ORIGIN};
use reqwest::{Method, StatusCode};
use scalekit_emulator::{Emulator, Seed};
use serde_json::json;

use crate::agents::{magic_link, send_message};
use crate::browser::{Browser, heading};
use crate::support::{Environment, acme, form_request, free_port, send};

const VIEWS: [&str; 10] = [
    "overview",
    "organizations",
    "users",
    "sessions",
    "connections",
    "accounts",
    "tools",
    "mails",
    "webhooks",
    "requests",
];

#[tokio::test]
async fn each_view_shows_its_rows() {
    let builder = Emulator::builder()
        .seed(acme())
        .seed(Seed::demo())
        .seed(crate::agents::seed())
        .webhook("http://127.0.0.1:9/hook");
    let environment = Environment::start(builder).await;
    let empty = environment.get("/?view=mails").await;
    assert!(empty.body.contains("No emails yet."));
    Browser::new(&environment).log_in("ada@acme.com", &[]).await;
    send_message(&environment).await;
    magic_link(&environment, json!({ "id": "ca_2" })).await;
    for (view, texts) in [
        (
            "overview",
            ["Live sessions", environment.emulator.client_id(), "Sign in"],
        ),
        (
            "organizations",
            ["Northwind Traders", "blueharbor.example", "conn_1"],
        ),
        (
            "users",
            ["nora.lind@northwind.example", "Iris Vale", "pending invite"],
        ),
        ("sessions", ["ada@acme.com", "active", "logged out"]),
        ("connections", ["slack", "gmail", "2 connected accounts"]),
        (
            "accounts",
            ["ann", "pending auth", "Open authorization link"],
        ),
        ("tools", ["slack_send_message", "ca_1", "exec_"]),
        ("mails", ["to ada@acme.com", "Code", "Open link"]),
        ("webhooks", ["127.0.0.1:9", "session.created", "Redeliver"]),
        ("requests", ["oauth.authorize", "POST", "303"]),
    ] {
        let page = environment.get(&format!("/?view={view}")).await;
        assert_eq!(page.status, StatusCode::OK, "{view}");
        for text in texts {
            let escaped = text.replace('/', "&#x2f;");
            assert!(
                page.body.contains(&escaped),
                "{view}: {text}\n{}",
                page.body
            );
        }
    }
    // Requests to the dashboard are not logged.
    let requests = environment.logged("").await;
    assert!(requests.iter().all(|entry| entry["path"] != "/"));
    assert_eq!(
        environment.get("/?view=secrets").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_search_covers_rows_beyond_the_first_page() {
    let environment = Environment::start(Emulator::builder().seed(acme())).await;
    let many: Vec<_> = (0..150)
        .map(|n| json!({ "display_name": format!("Number {n}") }))
        .collect();
    environment
        .admin(Method::POST, "seed", json!({ "organizations": many }))
        .await;
    let page = environment.get("/?view=organizations").await;
    assert!(page.body.contains("Showing the newest 100 of 151.") && !page.body.contains("Acme"));
    let page = environment.get("/?view=organizations&q=ACME").await;
    assert!(page.body.contains("Acme") && !page.body.contains("Number"));
    assert!(
        environment
            .get("/?view=users&q=nobody")
            .await
            .body
            .contains("No results.")
    );
}

#[tokio::test]
async fn rows_are_escaped() {
    let hostile = "\"'><script>alert(1)</script>";
    let environment =
        Environment::start(Emulator::builder().webhook(format!("http://127.0.0.1:9/{hostile}")))
            .await;
    let rows = json!({
        "organizations": [{"id": "org_1", "display_name": hostile, "external_id": hostile}],
        "domains": [{"organization_id": "org_1", "domain": hostile}],
        "users": [{"id": "usr_1", "email": hostile, "user_profile": {"name": hostile}, "memberships": [
            {"organization_id": "org_1", "membership_status": "ACTIVE", "roles": [{"name": hostile}]},
        ]}],
        "sessions": [{"user_id": "usr_1", "organization_id": "org_1", "status": hostile, "device": {"user_agent": hostile, "ip": hostile}}],
        "mails": [{"to": hostile, "kind": hostile, "subject": hostile, "code": hostile, "link": format!("javascript:{hostile}")}],
    });
    environment.admin(Method::POST, "seed", rows).await;
    let organization = json!({ "display_name": hostile });
    environment
        .call(Method::POST, "/api/v1/organizations", Some(organization))
        .await;
    environment.get("/unknown?q=%22%3E%3Cscript%3E").await;
    for view in VIEWS {
        let page = environment
            .get(&format!("/?view={view}&q=%22%27%3E%3Cscript"))
            .await;
        let all = environment.get(&format!("/?view={view}")).await;
        for page in [page, all] {
            assert!(page.body.contains("</html>"), "{view}");
            // The only script is the dashboard's own.
            assert_eq!(
                page.body.matches("<script").count(),
                1,
                "{view} {}",
                page.body
            );
            assert!(!page.body.contains("href=\"javascript:"), "{view}");
        }
    }
}

#[tokio::test]
async fn only_loopback_names_and_the_configured_host_are_accepted() {
    let port = free_port();
    let builder = Emulator::builder()
        .port(port)
        .url("http://emulator.test:8910");
    let environment = Environment::start(builder).await;
    let address = format!("http://127.0.0.1:{port}");
    let get = |host: &'static str, origin: Option<&'static str>| {
        let request = environment.http.get(&address).header(HOST, host);
        send(match origin {
            Some(origin) => request.header(ORIGIN, origin),
            None => request,
        })
    };
    for host in [
        "localhost",
        "127.0.0.1:8910",
        "[::1]:1",
        "app.localhost:1",
        "emulator.test:8910",
    ] {
        assert_eq!(get(host, None).await.status, StatusCode::OK, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "127.0.0.1.evil.example:8910",
        "",
    ] {
        let response = get(host, None).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{host}");
        assert!(!response.body.contains("Organizations"), "{host}");
    }
    assert_eq!(
        get("localhost", Some("http://evil.example")).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn redelivery_requires_the_form_of_the_dashboard() {
    let environment =
        Environment::start(Emulator::builder().webhook("http://127.0.0.1:9/hook")).await;
    let organization = json!({ "display_name": "Acme" });
    environment
        .call(Method::POST, "/api/v1/organizations", Some(organization))
        .await;
    let delivery = environment.get("/_emulator/deliveries").await.json()[0].clone();
    let value = format!(
        "{} {}",
        delivery["endpoint_id"],
        delivery["id"].as_str().unwrap()
    );
    let browser = Browser::new(&environment);
    let page = browser.open("/?view=webhooks").await;
    let ticket = page.body.split_once("name=\"ticket\" value=\"").unwrap().1;
    let ticket = ticket.split_once('"').unwrap().0;
    let url = environment.emulator.url().to_owned();
    let post = |origin: &str, site: &str, ticket: &str, value: &str| {
        let request = environment.request(Method::POST, "/_emulator/dashboard/redeliver");
        let request = match origin {
            "" => request,
            origin => request.header(ORIGIN, origin),
        };
        let request = request.header("sec-fetch-site", site);
        browser.send(form_request(
            request,
            &[("ticket", ticket), ("delivery", value)],
        ))
    };
    for (origin, site, ticket) in [
        ("", "same-origin", ticket),
        ("null", "same-origin", ticket),
        ("http://evil.example", "cross-site", ticket),
        ("http://127.0.0.1:1", "same-site", ticket),
        (&url, "cross-site", ticket),
        (&url, "same-origin", ""),
        (&url, "same-origin", &ticket[1..]),
    ] {
        let response = post(origin, site, ticket, &value).await;
        assert_eq!(
            response.status,
            StatusCode::FORBIDDEN,
            "{origin} {site} {ticket}"
        );
    }
    let gone = post(&url, "same-origin", ticket, "1 msg_404").await;
    assert_eq!(
        (gone.status, heading(&gone).as_str()),
        (StatusCode::NOT_FOUND, "Redelivery failed")
    );
    let done = post(&url, "same-origin", ticket, &value).await;
    assert_eq!(
        (done.status, done.headers["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/?view=webhooks")
    );
}

#[tokio::test]
async fn changes_are_sent_to_event_listeners() {
    let environment = Environment::start(Emulator::builder()).await;
    let request = environment.request(Method::GET, "/_emulator/dashboard/events");
    let mut stream = request.send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(stream.chunk().await.unwrap().unwrap(), "retry: 1000\n\n");
    environment
        .admin(
            Method::POST,
            "seed",
            json!({ "organizations": [{"display_name": "Acme"}] }),
        )
        .await;
    assert_eq!(stream.chunk().await.unwrap().unwrap(), "data: changed\n\n");
}
