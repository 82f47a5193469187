//! Long bodies.

use serde_json::json;
use vicgate::standin::Settings;

use crate::gateway::Gateway;

/// A create with an environment of so many bytes, about.
fn create(length: usize, host_config: serde_json::Value) -> String {
    let env: Vec<String> = (0..length / 32).map(|number| format!("VARIABLE_{number}=a usual value")).collect();
    json!({"Image": "busybox", "Env": env, "HostConfig": host_config}).to_string()
}

#[tokio::test]
async fn a_long_body_comes_to_the_same_as_a_short_one() {
    for (settings, profile) in [(Settings::default(), "vic"), (Settings::modern_engine(), "engine")] {
        let gateway = Gateway::start(settings, profile).await;
        for version in ["1.24", "1.25", "1.41", "1.52"] {
            let target = format!("/v{version}/containers/create");
            for host_config in [json!({}), json!({"Privileged": true}), json!({"NoSuchField": 1}), json!(5)] {
                let [short, long] = [64, 1 << 20].map(|length| create(length, host_config.clone()));
                let short = gateway.send("POST", &target, &short).await;
                let long = gateway.send("POST", &target, &long).await;
                long.is(short.status);
                if short.status != 201 {
                    assert_eq!(long.body, short.body, "{profile} {version}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_long_body_arrives_whole() {
    let gateway = Gateway::start(Settings::default(), "vic").await;
    let made = gateway.send("POST", "/v1.41/containers/create?name=long", &create(1 << 20, json!({}))).await;
    made.is(201);
    let inspect = gateway.send("GET", "/v1.41/containers/long/json", "").await;
    inspect.says("\"VARIABLE_0=a usual value\"");
    inspect.says(&format!("\"VARIABLE_{}=a usual value\"", (1 << 20) / 32 - 1));
}
