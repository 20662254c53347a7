//! Login and signup by mail: codes, links and their errors.

use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;
use serde_json::json;

use crate::support::{World, acme};
use crate::visitor::{Visitor, heading, problem};

async fn asking() -> World {
    World::start(Emulator::builder().seed(acme())).await
}

#[tokio::test]
async fn a_code_logs_in() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let back = visitor
        .log_in("ADA@acme.com", &[("state", "s"), ("nonce", "n")])
        .await;
    assert_eq!(back.redirected()["state"], "s");
    let claims = visitor.claims(&back).await;
    assert_eq!((&claims["sub"], &claims["nonce"]), (&json!("usr_1"), &json!("n")));
    assert_eq!(
        (&claims["oid"], &claims["amr"]),
        (&json!("org_1"), &json!(["pwd"]))
    );
    // The code is redacted in the request log.
    let posts = world.logged("method=POST&operation=oauth.authorize").await;
    let code = visitor.mail("ADA@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(posts.iter().all(|entry| !entry.to_string().contains(&code)));
}

#[tokio::test]
async fn five_wrong_codes_invalidate_a_mail() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[]).await;
    let page = visitor.press(&page, "email", &[("email", "ada@acme.com")]).await;
    assert_eq!(heading(&page), "Check your mail");
    let good = visitor.mail("ada@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let wrong = if good == "000000" { "111111" } else { "000000" };
    assert_eq!(
        problem(&visitor.press(&page, "code", &[("code", " ")]).await),
        "Enter the code from the mail."
    );
    for left in ["4 more times", "3 more times", "2 more times", "once more"] {
        let again = visitor.press(&page, "code", &[("code", wrong)]).await;
        assert!(problem(&again).contains(left), "{left}");
    }
    let too_many = "Too many wrong codes were tried. Ask for a new one.";
    let again = visitor.press(&page, "code", &[("code", wrong)]).await;
    assert_eq!(problem(&again), too_many);
    // The correct code is rejected too.
    assert_eq!(
        problem(&visitor.press(&page, "code", &[("code", &good)]).await),
        too_many
    );
    let page = visitor.press(&page, "resend", &[]).await;
    assert!(page.body.contains("A new mail was sent."));
    let code = visitor.mail("ada@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let back = visitor.press(&page, "code", &[("code", &spaced)]).await;
    assert!(back.redirected().contains_key("code"));
    let again = visitor.press(&page, "code", &[("code", &code)]).await;
    assert_eq!(problem(&again), "The mail was used already. Ask for a new one.");
}

#[tokio::test]
async fn codes_and_links_expire() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[]).await;
    let page = visitor.press(&page, "email", &[("email", "ada@acme.com")]).await;
    let mail = visitor.mail("ada@acme.com").await;
    world
        .admin(Method::PUT, "clock", json!({ "shift_seconds": 301 }))
        .await;
    let again = visitor
        .press(&page, "code", &[("code", mail["code"].as_str().unwrap())])
        .await;
    assert_eq!(problem(&again), "The mail is too old. Ask for a new one.");
    let old = visitor.follow(mail["link"].as_str().unwrap()).await;
    assert_eq!(
        (old.status, heading(&old).as_str()),
        (StatusCode::BAD_REQUEST, "This link is no longer good")
    );
}

#[tokio::test]
async fn a_code_is_valid_only_for_its_address() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[]).await;
    let first = visitor.press(&page, "email", &[("email", "ada@acme.com")]).await;
    // Another address in the form is ignored. The address of the mail is used.
    let code = visitor.mail("ada@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let form = [("code", code.as_str()), ("email", "root@acme.com")];
    let back = visitor.press(&first, "code", &form).await;
    assert_eq!(visitor.claims(&back).await["email"], "ada@acme.com");
    // A page for which no mail was sent rejects every code.
    visitor.press(&page, "email", &[("email", "ada@acme.com")]).await;
    let code = visitor.mail("ada@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let again = visitor.press(&page, "code", &[("code", &code)]).await;
    assert!(problem(&again).contains("Begin again"));
}

#[tokio::test]
async fn a_link_logs_in_once_after_confirmation() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[("state", "s")]).await;
    visitor.press(&page, "email", &[("email", "ada@acme.com")]).await;
    let link = visitor.mail("ada@acme.com").await["link"]
        .as_str()
        .unwrap()
        .to_owned();
    // Open the link in another browser, twice, as a mail program with a preview does.
    let phone = Visitor::new(&world);
    phone.follow(&link).await;
    let page = phone.follow(&link).await;
    assert!(page.body.contains("Sign in as ada@acme.com"));
    let back = phone.press(&page, "link", &[]).await;
    assert_eq!(back.redirected()["state"], "s");
    assert_eq!(phone.claims(&back).await["sub"], "usr_1");
    assert_eq!(heading(&phone.follow(&link).await), "This link is no longer good");
    assert!(problem(&phone.press(&page, "link", &[]).await).contains("no longer good"));
    // A link is valid only for its authorization request.
    let page = visitor.ask(&[]).await;
    visitor.press(&page, "email", &[("email", "ada@acme.com")]).await;
    let link = visitor.mail("ada@acme.com").await["link"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = link.split_once("link_token=").unwrap().1;
    let elsewhere = visitor.ask(&[("state", "other"), ("link_token", token)]).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);
    let logged = world.logged("operation=oauth.authorize").await;
    assert!(logged.iter().all(|entry| !entry.to_string().contains(token)));
}

#[tokio::test]
async fn a_new_user_signs_up_with_an_organization() {
    let world = asking().await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[]).await;
    let page = visitor
        .press(&page, "email", &[("email", "grace@navy.example")])
        .await;
    assert_eq!(heading(&page), "Create an account");
    assert!(
        page.body
            .contains("Nobody here has the address grace@navy.example yet.")
    );
    let named = [
        ("email", "grace@navy.example"),
        ("given_name", "Grace"),
        ("family_name", "Hopper"),
    ];
    let again = visitor.press(&page, "register", &named).await;
    assert_eq!(problem(&again), "Enter a name for your organization.");
    assert!(again.body.contains("value=\"Grace\""));
    let mut whole = named.to_vec();
    whole.push(("organization_name", "Navy"));
    let page = visitor.press(&again, "register", &whole).await;
    let mail = visitor.mail("grace@navy.example").await;
    assert_eq!(mail["subject"], "Sign up");
    // The user is created only after the address is verified.
    let users = world.call(Method::GET, "/api/v1/users", None).await.json();
    assert_eq!(users["total_size"], 1);
    let back = visitor
        .press(&page, "code", &[("code", mail["code"].as_str().unwrap())])
        .await;
    let claims = visitor.claims(&back).await;
    assert_eq!(claims["name"], "Grace Hopper");
    let path = format!("/api/v1/organizations/{}", claims["oid"].as_str().unwrap());
    let organization = world.call(Method::GET, &path, None).await.json();
    assert_eq!(organization["organization"]["display_name"], "Navy");
    let path = format!("/api/v1/users/{}", claims["sub"].as_str().unwrap());
    let user = world.call(Method::GET, &path, None).await.json();
    assert_eq!(user["user"]["memberships"][0]["roles"][0]["name"], "admin");
    // An existing user cannot sign up again.
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[("prompt", "create")]).await;
    let again = visitor.press(&page, "register", &whole).await;
    assert!(problem(&again).contains("has an account already"));
}

#[tokio::test]
async fn a_signup_by_link_joins_the_organization_of_the_request() {
    let world = asking().await;
    let off = json!({"id": "conn_1", "organization_id": "org_1", "type": "OIDC", "provider": "OKTA", "enabled": false});
    world
        .admin(Method::POST, "seed", json!({ "connections": [off] }))
        .await;
    let visitor = Visitor::new(&world);
    let page = visitor
        .ask(&[("prompt", "create"), ("organization_id", "org_1")])
        .await;
    assert!(page.body.contains("You will be a member of Acme.") && !page.body.contains("organization_name"));
    visitor
        .press(
            &page,
            "register",
            &[("email", "new@x.example"), ("given_name", "New")],
        )
        .await;
    let link = visitor.mail("new@x.example").await["link"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = visitor.follow(&link).await;
    let back = visitor.press(&page, "link", &[]).await;
    let claims = visitor.claims(&back).await;
    assert_eq!(
        (&claims["oid"], &claims["given_name"]),
        (&json!("org_1"), &json!("New"))
    );
}

#[tokio::test]
async fn the_connection_decides_whether_mails_contain_a_code_or_a_link() {
    let world = asking().await;
    let config = json!({"type": "LINK"});
    let connection =
        json!({"id": "conn_7", "type": "PASSWORDLESS", "enabled": true, "passwordless_config": config});
    world
        .admin(Method::POST, "seed", json!({ "connections": [connection] }))
        .await;
    let visitor = Visitor::new(&world);
    let page = visitor.ask(&[]).await;
    let page = visitor.press(&page, "email", &[("email", "ada@acme.com")]).await;
    assert!(page.body.contains("A link was sent") && !page.body.contains("name=\"code\""));
    let mail = visitor.mail("ada@acme.com").await;
    assert!(mail.get("code").is_none() && mail["link"].is_string());
}
