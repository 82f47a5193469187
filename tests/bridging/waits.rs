//! What clients of API 1.30 and later wait for, at a backend that waits for the end only.

use std::time::Duration;

use vicgate::standin::Settings;

use crate::gateway::Gateway;

#[tokio::test]
async fn a_wait_for_the_next_exit_has_its_head_before_the_container_is_started() {
    let gateway = Gateway::start(Settings::default(), "vic").await;
    let id = gateway.create("1.44", &["sh", "-c", "exit 7"]).await;
    let mut wait = gateway.open("POST", &format!("/v1.44/containers/{id}/wait?condition=next-exit"), "").await;
    assert_eq!(wait.status, 200);
    gateway.send("POST", &format!("/v1.44/containers/{id}/start"), "").await.is(204);
    assert_eq!(wait.rest().await, "{\"StatusCode\":7}\n");
}

#[tokio::test]
async fn a_wait_for_the_removal_ends_with_it_and_knows_the_exit_code() {
    let gateway = Gateway::start(Settings::default(), "vic").await;
    let id = gateway.create_with("1.44", r#"["sh","-c","exit 9"]"#, r#"{"AutoRemove":true}"#).await;
    let mut wait = gateway.open("POST", &format!("/v1.44/containers/{id}/wait?condition=removed"), "").await;
    gateway.send("POST", &format!("/v1.44/containers/{id}/start"), "").await.is(204);
    assert_eq!(wait.rest().await, "{\"StatusCode\":9}\n");
    gateway.send("GET", &format!("/v1.44/containers/{id}/json"), "").await.is(404);
}

#[tokio::test]
async fn a_wait_for_what_does_not_run_ends_at_once_and_one_for_nobody_is_a_404() {
    let gateway = Gateway::start(Settings::default(), "vic").await;
    let id = gateway.create("1.44", &["true"]).await;
    let wait = gateway.send("POST", &format!("/v1.44/containers/{id}/wait?condition=not-running"), "").await;
    assert_eq!((wait.status, wait.body.as_str()), (200, "{\"StatusCode\":0}\n"));
    gateway.send("POST", "/v1.44/containers/nobody/wait?condition=next-exit", "").await.is(404);
}

#[tokio::test]
async fn a_wait_that_vic_gives_up_on_is_asked_again() {
    let settings = Settings { wait_limit: Duration::from_millis(20), ..Settings::default() };
    let gateway = Gateway::start(settings, "vic").await;
    let id = gateway.create("1.25", &["sh", "-c", "sleep 0.3; exit 4"]).await;
    gateway.send("POST", &format!("/v1.25/containers/{id}/start"), "").await.is(204);
    let wait = gateway.send("POST", &format!("/v1.25/containers/{id}/wait"), "").await;
    assert_eq!((wait.status, wait.body.trim()), (200, "{\"StatusCode\":4}"));
}
