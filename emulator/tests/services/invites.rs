use reqwest::Method;
use serde_json::{Value, json};

use crate::environment::text;
use crate::memberships::{membership, path, two_organizations};

const DAYS: i64 = 24 * 3600;

#[tokio::test]
async fn an_invitation_expires_and_can_be_resent() {
    let (mut environment, _, globex, user) = two_organizations().await;
    let invited = environment
        .post(
            &path(&globex, &user),
            json!({ "inviter_email": "b@globex.com" }),
        )
        .await;
    let invited = membership(&invited["user"], &globex).clone();
    assert_eq!(
        (&invited["membership_status"], &invited["join_time"]),
        (&json!("PENDING_INVITE"), &Value::Null)
    );
    assert!(text(&invited["expires_at"]) > text(&invited["created_at"]));

    environment.shift_clock(31 * DAYS).await;
    let user_path = format!("/api/v1/users/{user}");
    let expired = environment.get(&user_path).await;
    assert_eq!(
        membership(&expired["user"], &globex)["membership_status"],
        "INVITE_EXPIRED"
    );

    let resend = format!("/api/v1/invites/organizations/{globex}/users/{user}/resend");
    for count in 1..=2 {
        let invite = environment.patch(&resend, Value::Null).await["invite"].take();
        let expected = json!({
            "organization_id": globex, "user_id": user, "inviter_email": "b@globex.com",
            "status": "PENDING_INVITE", "created_at": invited["created_at"], "resent_count": count,
            "resent_at": invite["resent_at"], "expires_at": invite["expires_at"],
        });
        assert_eq!(invite, expected);
        assert!(text(&invite["expires_at"]) > text(&invited["expires_at"]));
    }
    let open = environment.get(&user_path).await;
    assert_eq!(
        membership(&open["user"], &globex)["membership_status"],
        "PENDING_INVITE"
    );
}

#[tokio::test]
async fn only_pending_invitations_can_be_resent() {
    let (environment, acme, globex, user) = two_organizations().await;
    let resend = |organization: &str, user: &str| {
        format!("/api/v1/invites/organizations/{organization}/users/{user}/resend")
    };
    let member = environment
        .call(Method::PATCH, &resend(&acme, &user), Value::Null)
        .await;
    let message = "the user has no pending invitation to the organization";
    member.is_precondition("INVITE_NOT_PENDING", message, "membership", &user);
    let non_member = environment
        .call(Method::PATCH, &resend(&globex, &user), Value::Null)
        .await;
    non_member.is_not_found("membership", &user);
    let unknown_organization = environment
        .call(Method::PATCH, &resend("org_1", &user), Value::Null)
        .await;
    unknown_organization.is_not_found("organization", "org_1");
    let unknown_user = "usr_123456789012345";
    let unknown = environment
        .call(Method::PATCH, &resend(&acme, unknown_user), Value::Null)
        .await;
    unknown.is_not_found("user", unknown_user);
}
