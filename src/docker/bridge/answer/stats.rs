//! `GET /containers/{name}/stats`.

use super::Answer;
use crate::docker::bridge::tree::{OBJECT, at, number};
use crate::docker::json::Json;

const COUNTERS: [&str; 8] =
    ["rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "tx_bytes", "tx_packets", "tx_errors", "tx_dropped"];

/// Below 1.21 there is one sum over all network interfaces.
pub(crate) fn one_network(answer: &mut Answer<'_, '_, '_>) {
    let networks = answer.json.remove("networks").unwrap_or(OBJECT);
    let mut sum = OBJECT;
    for counter in COUNTERS {
        let count = |json: &Json<'_>| json.get(counter)?.as_number()?.parse::<u64>().ok();
        let total: u64 = networks.as_object().unwrap_or_default().iter().filter_map(|(_, of)| count(of)).sum();
        sum.set(counter, Json::Number(total.to_string().into()));
    }
    answer.json.set("network", sum);
}

/// From 1.21 on there is an object for each network interface.
pub(crate) fn network_by_name(answer: &mut Answer<'_, '_, '_>) {
    if let Some(network) = answer.json.remove("network")
        && answer.json.get("networks").is_none()
    {
        answer.json.set("networks", Json::Object(vec![("eth0".into(), network)]));
    }
}

/// From 1.27 on the number of processors is said, not to be counted.
pub(crate) fn online_cpus(answer: &mut Answer<'_, '_, '_>) {
    for name in ["cpu_stats", "precpu_stats"] {
        let Some(stats) = answer.json.get_mut(name) else { continue };
        let count = at(stats, &["cpu_usage", "percpu_usage"]).and_then(Json::as_array).map_or(0, <[_]>::len);
        if number(stats, &["online_cpus"]) == 0 && count > 0 {
            stats.set("online_cpus", i64::try_from(count).unwrap_or(i64::MAX));
        }
    }
}
