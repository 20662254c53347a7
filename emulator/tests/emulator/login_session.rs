//! Browser sessions: when a new login is required.

use reqwest::Method;
use scalekit_emulator::{Emulator, Seed};
use serde_json::json;

use crate::support::{World, acme, free_port, send};
use crate::visitor::{Visitor, buttons, heading, problem};

async fn asking() -> World {
    World::start(Emulator::builder().seed(acme()).seed(Seed::demo())).await
}

async fn error(visitor: &Visitor<'_>, more: &[(&str, &str)]) -> String {
    visitor
        .ask(more)
        .await
        .redirected()
        .remove("error")
        .expect("an error")
}

#[tokio::test]
async fn a_session_logs_in_again_without_a_page() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    assert_eq!(error(&visitor, &[("prompt", "none")]).await, "login_required");
    let back = visitor.log_in("ada@acme.com", &[]).await;
    let first = visitor.claims(&back).await;
    world
        .admin(Method::PUT, "clock", json!({ "shift_seconds": 100 }))
        .await;
    for more in [
        vec![("prompt", "none")],
        vec![],
        vec![("login_hint", "Ada@Acme.com")],
        vec![("organization_id", "org_200000000000000003"), ("prompt", "login")],
    ] {
        let answer = visitor.ask(&more).await;
        if more.len() == 2 {
            assert_eq!(heading(&answer), "Sign in to Garage Robotics");
            continue;
        }
        let again = visitor.claims(&answer).await;
        assert_eq!(
            (&again["sid"], &again["auth_time"]),
            (&first["sid"], &first["auth_time"]),
            "{more:?}"
        );
    }
    // Another browser has no session.
    assert_eq!(
        error(&Visitor::new(&world), &[("prompt", "none")]).await,
        "login_required"
    );
    // After the session is revoked, this browser has none either.
    let path = format!("/api/v1/sessions/{}/revoke", first["sid"].as_str().unwrap());
    world.call(Method::POST, &path, Some(json!({}))).await;
    assert_eq!(error(&visitor, &[("prompt", "none")]).await, "login_required");
}

#[tokio::test]
async fn a_session_that_does_not_match_the_request_requires_a_new_login() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    visitor.log_in("ada@acme.com", &[]).await;
    world
        .admin(Method::PUT, "clock", json!({ "shift_seconds": 100 }))
        .await;
    for more in [
        [("login_hint", "bob@acme.com")],
        [("organization_id", "org_200000000000000001")],
        [("organization_id", "org_200000000000000003")],
        [("connection_id", "conn_1")],
        [("provider", "google")],
        [("max_age", "60")],
        [("max_age", "0")],
    ] {
        let mut silent = more.to_vec();
        silent.push(("prompt", "none"));
        assert_eq!(error(&visitor, &silent).await, "login_required", "{more:?}");
        let page = visitor.ask(&more).await;
        assert!(heading(&page).starts_with("Sign in"), "{more:?}");
    }
    assert!(
        visitor
            .ask(&[("max_age", "120"), ("prompt", "none")])
            .await
            .redirected()
            .contains_key("code")
    );
    assert_eq!(heading(&visitor.ask(&[("prompt", "login")]).await), "Sign in");
}

#[tokio::test]
async fn a_session_covers_other_organizations_without_single_sign_on() {
    let world = asking().await;
    let memberships = json!([
        {"organization_id": "org_1", "membership_status": "ACTIVE"},
        {"organization_id": "org_200000000000000003", "membership_status": "ACTIVE"},
        {"organization_id": "org_200000000000000002", "membership_status": "ACTIVE"},
    ]);
    let user = json!({"id": "usr_2", "email": "bea@both.example", "memberships": memberships});
    world
        .admin(Method::POST, "seed", json!({ "users": [user] }))
        .await;
    let visitor = Visitor::new(&world);
    let page = visitor.log_in("bea@both.example", &[]).await;
    visitor.press(&page, "organization org_1", &[]).await;
    let garage = "org_200000000000000003";
    let back = visitor
        .ask(&[("organization_id", garage), ("prompt", "none")])
        .await;
    let claims = visitor.claims(&back).await;
    assert_eq!(claims["oid"], garage);
    let path = format!("/api/v1/sessions/{}", claims["sid"].as_str().unwrap());
    let session = world.call(Method::GET, &path, None).await.json();
    assert_eq!(session["authenticated_organizations"], json!(["org_1", garage]));
    let guarded = [("organization_id", "org_200000000000000002"), ("prompt", "none")];
    assert_eq!(error(&visitor, &guarded).await, "login_required");
}

#[tokio::test]
async fn the_page_lists_several_accounts() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    visitor.log_in("ada@acme.com", &[]).await;
    let one = visitor.ask(&[("prompt", "select_account")]).await;
    assert_eq!(heading(&one), "Choose an account");
    let page = visitor.press(&one, "start", &[]).await;
    let page = visitor
        .press(&page, "email", &[("email", "iris.vale@garage.example")])
        .await;
    let code = visitor.mail("iris.vale@garage.example").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = visitor.press(&page, "code", &[("code", &code)]).await;
    let back = visitor
        .press(&page, "organization org_200000000000000003", &[])
        .await;
    assert!(back.redirected().contains_key("code"));

    assert_eq!(
        error(&visitor, &[("prompt", "none")]).await,
        "account_selection_required"
    );
    let page = visitor.ask(&[]).await;
    assert_eq!(heading(&page), "Choose an account");
    assert!(page.body.contains("ada@acme.com") && page.body.contains("iris.vale@garage.example"));
    let first = buttons(&page).remove(0);
    let back = visitor.press(&page, &first, &[]).await;
    assert_eq!(visitor.claims(&back).await["email"], "iris.vale@garage.example");
    let hinted = visitor
        .ask(&[("login_hint", "ada@acme.com"), ("prompt", "none")])
        .await;
    assert_eq!(visitor.claims(&hinted).await["email"], "ada@acme.com");
    // A session of another browser is rejected.
    let (_, session) = first.split_once(' ').unwrap();
    let eve = Visitor::new(&world);
    let page = eve.ask(&[]).await;
    let refused = eve.press(&page, &format!("account {session}"), &[]).await;
    assert_eq!(problem(&refused), "You are no longer signed in there.");
}

#[tokio::test]
async fn the_session_cookie_is_http_only_and_replaced_at_each_login() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let port = world.emulator.url().rsplit_once(':').unwrap().1;
    let name = format!("scalekit_session_{port}");
    // A planted cookie does not become a session (session fixation).
    visitor
        .cookies
        .borrow_mut()
        .insert(name.clone(), "planted".to_owned());
    let back = visitor.log_in("ada@acme.com", &[]).await;
    let set = back.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.starts_with(&name) && !set.contains("planted"));
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
    let thief = Visitor::new(&world);
    thief.cookies.borrow_mut().insert(name, "planted".to_owned());
    assert_eq!(error(&thief, &[("prompt", "none")]).await, "login_required");
    // Over HTTPS the cookie is `Secure`.
    let port = free_port();
    let builder = Emulator::builder()
        .seed(acme())
        .port(port)
        .url("https://emulator.test");
    let world = World::start(builder).await;
    let url = format!("http://127.0.0.1:{port}{}", world.authorize_path(&[]));
    let page = send(world.http.get(url)).await;
    let set = page.headers["set-cookie"].to_str().unwrap();
    assert!(
        set.starts_with("scalekit_page=") && set.ends_with("; SameSite=Lax; Secure"),
        "{set}"
    );
}
