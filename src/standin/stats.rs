//! `GET /containers/{id}/stats`: made-up figures of the right shape.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::StandIn;
use super::clock;
use super::container::{Container, Status};
use super::failure::Failure;
use super::reply::{self, Reply};
use super::request::Call;

/// `GET /containers/{id}/stats`.
pub(super) fn stream(standin: &Arc<StandIn>, name: &str, call: &Call) -> Result<Reply, Failure> {
    let container = standin.store.container(name)?;
    let streams = !call.query.has("stream") || call.query.flag("stream");
    if !streams {
        return Ok(reply::ok(&sample(&container, 1)));
    }
    let (sender, reply) = reply::stream(None);
    let interval = standin.settings.stats_interval;
    standin.spawn(async move {
        let mut states = container.watch();
        for number in 1.. {
            let line = Bytes::from(format!("{}\n", sample(&container, number)));
            if sender.send(line).await.is_err() {
                return;
            }
            tokio::select! {
                () = sender.closed() => return,
                _ = states.wait_for(|state| state.removed) => return,
                () = tokio::time::sleep(interval) => {}
            }
        }
    });
    Ok(reply)
}

/// The `number`th sample. One of a container that does not run is all zeros.
fn sample(container: &Container, number: u64) -> Value {
    let running = u64::from(container.state().status == Status::Running);
    let cpu = |number: u64| {
        json!({
            "cpu_usage": {
                "total_usage": running * number * 20_000_000,
                "percpu_usage": [running * number * 20_000_000],
                "usage_in_kernelmode": 0,
                "usage_in_usermode": 0,
            },
            "system_cpu_usage": running * number * 2_000_000_000,
            "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
        })
    };
    let now = clock::now();
    let never = "0001-01-01T00:00:00Z".to_owned();
    json!({
        "read": if running == 1 { clock::rfc3339_nano(now) } else { never.clone() },
        "preread": if running == 1 { clock::rfc3339_nano(now.saturating_sub(1_000_000_000)) } else { never },
        "pids_stats": {},
        "blkio_stats": {
            "io_service_bytes_recursive": [
                {"major": 0, "minor": 0, "op": "Read", "value": running * 4096},
                {"major": 0, "minor": 0, "op": "Write", "value": running * 8192},
            ],
            "io_serviced_recursive": null,
        },
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": cpu(number),
        "precpu_stats": cpu(number - 1),
        "memory_stats": {"usage": running * (64 << 20), "limit": running * (2048_u64 << 20)},
        "networks": {"ethernet1": {
            "rx_bytes": running * 1024, "rx_packets": running * 8, "rx_errors": 0, "rx_dropped": 0,
            "tx_bytes": running * 512, "tx_packets": running * 4, "tx_errors": 0, "tx_dropped": 0,
        }},
        "name": format!("/{}", container.name()),
        "id": container.id,
    })
}
