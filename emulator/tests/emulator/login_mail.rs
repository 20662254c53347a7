//! Login and sign-up by email: codes, links and their errors.

use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;
use serde_json::json;

use crate::browser::{Browser, alert, heading};
use crate::support::{Environment, acme};

async fn with_login_page() -> Environment {
    Environment::start(Emulator::builder().seed(acme())).await
}

#[tokio::test]
async fn a_code_logs_in() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let callback = browser
        .log_in("ADA@acme.com", &[("state", "s"), ("nonce", "n")])
        .await;
    assert_eq!(callback.redirected()["state"], "s");
    let claims = browser.claims(&callback).await;
    assert_eq!(
        (&claims["sub"], &claims["nonce"]),
        (&json!("usr_1"), &json!("n"))
    );
    assert_eq!(
        (&claims["oid"], &claims["amr"]),
        (&json!("org_1"), &json!(["pwd"]))
    );
    // The code is redacted in the request log.
    let posts = environment
        .logged("method=POST&operation=oauth.authorize")
        .await;
    let code = browser.mail("ADA@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(posts.iter().all(|entry| !entry.to_string().contains(&code)));
}

#[tokio::test]
async fn five_wrong_codes_invalidate_an_email() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[]).await;
    let page = browser
        .submit(&page, "email", &[("email", "ada@acme.com")])
        .await;
    assert_eq!(heading(&page), "Check your email");
    let correct = browser.mail("ada@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let wrong = if correct == "000000" {
        "111111"
    } else {
        "000000"
    };
    assert_eq!(
        alert(&browser.submit(&page, "code", &[("code", " ")]).await),
        "Enter the code from the email."
    );
    for left in [
        "4 attempts left",
        "3 attempts left",
        "2 attempts left",
        "1 attempt left",
    ] {
        let again = browser.submit(&page, "code", &[("code", wrong)]).await;
        assert!(alert(&again).contains(left), "{left}");
    }
    let too_many = "Too many incorrect codes. Request a new one.";
    let again = browser.submit(&page, "code", &[("code", wrong)]).await;
    assert_eq!(alert(&again), too_many);
    // The correct code is rejected too.
    assert_eq!(
        alert(&browser.submit(&page, "code", &[("code", &correct)]).await),
        too_many
    );
    let page = browser.submit(&page, "resend", &[]).await;
    assert!(page.body.contains("A new email was sent."));
    let code = browser.mail("ada@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let callback = browser.submit(&page, "code", &[("code", &spaced)]).await;
    assert!(callback.redirected().contains_key("code"));
    let again = browser.submit(&page, "code", &[("code", &code)]).await;
    assert_eq!(
        alert(&again),
        "The email was already used. Request a new one."
    );
}

#[tokio::test]
async fn codes_and_links_expire() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[]).await;
    let page = browser
        .submit(&page, "email", &[("email", "ada@acme.com")])
        .await;
    let mail = browser.mail("ada@acme.com").await;
    environment
        .admin(Method::PUT, "clock", json!({ "shift_seconds": 301 }))
        .await;
    let again = browser
        .submit(&page, "code", &[("code", mail["code"].as_str().unwrap())])
        .await;
    assert_eq!(alert(&again), "The email has expired. Request a new one.");
    let old = browser.follow(mail["link"].as_str().unwrap()).await;
    assert_eq!(
        (old.status, heading(&old).as_str()),
        (StatusCode::BAD_REQUEST, "This link is no longer valid")
    );
}

#[tokio::test]
async fn a_code_is_valid_only_for_its_address() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[]).await;
    let first = browser
        .submit(&page, "email", &[("email", "ada@acme.com")])
        .await;
    // Another address in the form is ignored. The address of the email is used.
    let code = browser.mail("ada@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let form = [("code", code.as_str()), ("email", "root@acme.com")];
    let callback = browser.submit(&first, "code", &form).await;
    assert_eq!(browser.claims(&callback).await["email"], "ada@acme.com");
    // A page for which no email was sent rejects every code.
    browser
        .submit(&page, "email", &[("email", "ada@acme.com")])
        .await;
    let code = browser.mail("ada@acme.com").await["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let again = browser.submit(&page, "code", &[("code", &code)]).await;
    assert!(alert(&again).contains("Start again"));
}

#[tokio::test]
async fn a_link_logs_in_once_after_confirmation() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[("state", "s")]).await;
    browser
        .submit(&page, "email", &[("email", "ada@acme.com")])
        .await;
    let link = browser.mail("ada@acme.com").await["link"]
        .as_str()
        .unwrap()
        .to_owned();
    // Open the link in another browser, twice, as an email program with a preview does.
    let phone = Browser::new(&environment);
    phone.follow(&link).await;
    let page = phone.follow(&link).await;
    assert!(page.body.contains("Sign in as ada@acme.com"));
    let callback = phone.submit(&page, "link", &[]).await;
    assert_eq!(callback.redirected()["state"], "s");
    assert_eq!(phone.claims(&callback).await["sub"], "usr_1");
    assert_eq!(
        heading(&phone.follow(&link).await),
        "This link is no longer valid"
    );
    assert!(alert(&phone.submit(&page, "link", &[]).await).contains("no longer valid"));
    // A link is valid only for its authorization request.
    let page = browser.authorize(&[]).await;
    browser
        .submit(&page, "email", &[("email", "ada@acme.com")])
        .await;
    let link = browser.mail("ada@acme.com").await["link"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = link.split_once("link_token=").unwrap().1;
    let other_browser = browser
        .authorize(&[("state", "other"), ("link_token", token)])
        .await;
    assert_eq!(other_browser.status, StatusCode::BAD_REQUEST);
    let logged = environment.logged("operation=oauth.authorize").await;
    assert!(
        logged
            .iter()
            .all(|entry| !entry.to_string().contains(token))
    );
}

#[tokio::test]
async fn a_new_user_signs_up_with_an_organization() {
    let environment = with_login_page().await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[]).await;
    let page = browser
        .submit(&page, "email", &[("email", "grace@navy.example")])
        .await;
    assert_eq!(heading(&page), "Create an account");
    assert!(
        page.body
            .contains("There is no account for grace@navy.example yet.")
    );
    let names = [
        ("email", "grace@navy.example"),
        ("given_name", "Grace"),
        ("family_name", "Hopper"),
    ];
    let again = browser.submit(&page, "register", &names).await;
    assert_eq!(alert(&again), "Enter a name for your organization.");
    assert!(again.body.contains("value=\"Grace\""));
    let mut complete = names.to_vec();
    complete.push(("organization_name", "Navy"));
    let page = browser.submit(&again, "register", &complete).await;
    let mail = browser.mail("grace@navy.example").await;
    assert_eq!(mail["subject"], "Sign up");
    // The user is created only after the address is verified.
    let users = environment
        .call(Method::GET, "/api/v1/users", None)
        .await
        .json();
    assert_eq!(users["total_size"], 1);
    let callback = browser
        .submit(&page, "code", &[("code", mail["code"].as_str().unwrap())])
        .await;
    let claims = browser.claims(&callback).await;
    assert_eq!(claims["name"], "Grace Hopper");
    let path = format!("/api/v1/organizations/{}", claims["oid"].as_str().unwrap());
    let organization = environment.call(Method::GET, &path, None).await.json();
    assert_eq!(organization["organization"]["display_name"], "Navy");
    let path = format!("/api/v1/users/{}", claims["sub"].as_str().unwrap());
    let user = environment.call(Method::GET, &path, None).await.json();
    assert_eq!(user["user"]["memberships"][0]["roles"][0]["name"], "admin");
    // An existing user cannot sign up again.
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[("prompt", "create")]).await;
    let again = browser.submit(&page, "register", &complete).await;
    assert!(alert(&again).contains("already has an account"));
}

#[tokio::test]
async fn a_signup_by_link_joins_the_organization_of_the_request() {
    let environment = with_login_page().await;
    let off = json!({"id": "conn_1", "organization_id": "org_1", "type": "OIDC", "provider": "OKTA", "enabled": false});
    environment
        .admin(Method::POST, "seed", json!({ "connections": [off] }))
        .await;
    let browser = Browser::new(&environment);
    let page = browser
        .authorize(&[("prompt", "create"), ("organization_id", "org_1")])
        .await;
    assert!(page.body.contains("You will join Acme.") && !page.body.contains("organization_name"));
    browser
        .submit(
            &page,
            "register",
            &[("email", "new@x.example"), ("given_name", "New")],
        )
        .await;
    let link = browser.mail("new@x.example").await["link"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = browser.follow(&link).await;
    let callback = browser.submit(&page, "link", &[]).await;
    let claims = browser.claims(&callback).await;
    assert_eq!(
        (&claims["oid"], &claims["given_name"]),
        (&json!("org_1"), &json!("New"))
    );
}

#[tokio::test]
async fn the_connection_decides_whether_emails_contain_a_code_or_a_link() {
    let environment = with_login_page().await;
    let config = json!({"type": "LINK"});
    let connection = json!({"id": "conn_7", "type": "PASSWORDLESS", "enabled": true, "passwordless_config": config});
    environment
        .admin(Method::POST, "seed", json!({ "connections": [connection] }))
        .await;
    let browser = Browser::new(&environment);
    let page = browser.authorize(&[]).await;
    let page = browser
        .submit(&page, "email", &[("email", "ada@acme.com")])
        .await;
    assert!(page.body.contains("We sent a link to") && !page.body.contains("name=\"code\""));
    let mail = browser.mail("ada@acme.com").await;
    assert!(mail.get("code").is_none() && mail["link"].is_string());
}
