//! `POST /containers/create`: what of a container changed its place or meaning.

use super::Request;
use crate::docker::bridge::After;
use crate::docker::bridge::tree::{at, at_mut, items, number, object, string, text};
use crate::docker::json::Json;

/// Up to 1.24 the client removes the container itself, and an engine knows nothing of it.
pub(crate) fn no_auto_remove(request: &mut Request<'_, '_, '_>) {
    if let Some(host) = host(request) {
        host.remove("AutoRemove");
    }
}

/// A backend below 1.25 does not remove containers: the gateway does, as the
/// CLI of that age did.
pub(crate) fn auto_remove(request: &mut Request<'_, '_, '_>) {
    let asked = host(request).and_then(|host| host.remove("AutoRemove")).and_then(|value| value.as_bool());
    if asked == Some(true) {
        request.edits.after.push(After::AutoRemove);
        request.note("HostConfig.AutoRemove", "done by the gateway: it removes the container once it has stopped");
    }
}

/// Below 1.21 the driver of volumes stands beside `HostConfig`.
pub(crate) fn volume_driver_beside(request: &mut Request<'_, '_, '_>) {
    let driver = host(request).and_then(|host| host.remove("VolumeDriver"));
    let driver = driver.and_then(|driver| driver.as_str().map(str::to_owned)).unwrap_or_default();
    if !driver.is_empty()
        && let Some(body) = request.body.as_deref_mut()
    {
        body.set("VolumeDriver", driver);
        request.note("HostConfig.VolumeDriver", "moved to VolumeDriver");
    }
}

/// The period that engines take a share of a processor over, in microseconds.
const PERIOD: i64 = 100_000;

/// Below 1.25 a limit of processors is a quota of a period.
pub(crate) fn cpu_quota(request: &mut Request<'_, '_, '_>) {
    let is_create = request.ask.endpoint.row().endpoint == crate::docker::endpoint::Endpoint::ContainerCreate;
    let prefix = if is_create { "HostConfig." } else { "" };
    let limits = if is_create { host(request) } else { request.body.as_deref_mut() };
    let Some(limits) = limits else { return };
    let nano = number(limits, &["NanoCpus"]);
    if nano <= 0 {
        return;
    }
    limits.remove("NanoCpus");
    if number(limits, &["CpuQuota"]) != 0 || number(limits, &["CpuPeriod"]) != 0 {
        let reason = "cannot be set together with CpuQuota or CpuPeriod";
        request.refuse(format!("{prefix}NanoCpus"), &Json::from(nano), reason);
        return;
    }
    let quota = nano.saturating_mul(PERIOD) / 1_000_000_000;
    limits.set("CpuPeriod", PERIOD);
    limits.set("CpuQuota", quota);
    request.note(&format!("{prefix}NanoCpus"), &format!("became CpuQuota {quota} of CpuPeriod {PERIOD}"));
}

/// Below 1.40 a container shares its IPC namespace unless it says otherwise, and 0 processes are no limit.
pub(crate) fn shareable_ipc(request: &mut Request<'_, '_, '_>) {
    let Some(host) = host(request) else { return };
    host.remove("KernelMemoryTCP");
    if text(host, &["IpcMode"]).is_empty() {
        host.set("IpcMode", "shareable");
        request.note("HostConfig.IpcMode", "set to \"shareable\", the default of the client's version");
    }
}

/// Below 1.41 a container has the host's cgroup namespace on kernels with cgroups of version 1.
pub(crate) fn host_cgroups(request: &mut Request<'_, '_, '_>) {
    request.take_param("platform");
    if !request.ask.host.cgroup_v1 {
        return;
    }
    let Some(host) = host(request) else { return };
    if text(host, &["CgroupnsMode"]).is_empty() {
        host.set("CgroupnsMode", "host");
        request.note("HostConfig.CgroupnsMode", "set to \"host\", the default of the client's version");
    }
}

/// Below 1.42 the size of the console was not looked at.
pub(crate) fn no_console_size(request: &mut Request<'_, '_, '_>) {
    if let Some(host) = host(request) {
        host.remove("ConsoleSize");
    }
}

/// From 1.42 on there is no limit of kernel memory.
pub(crate) fn no_kernel_memory(request: &mut Request<'_, '_, '_>) {
    let is_create = request.ask.endpoint == crate::docker::endpoint::Endpoint::ContainerCreate;
    let limits = if is_create { host(request) } else { request.body.as_deref_mut() };
    let Some(limit) = limits.and_then(|limits| limits.remove("KernelMemory")) else { return };
    if limit.as_i64().unwrap_or_default() != 0 {
        request.note("KernelMemory", "left out: engines do not limit kernel memory any more");
    }
}

/// Below 1.43 there were no annotations.
pub(crate) fn no_annotations(request: &mut Request<'_, '_, '_>) {
    if let Some(host) = host(request) {
        host.remove("Annotations");
    }
}

/// Below 1.44 health checks had no interval of their own at the start.
pub(crate) fn no_start_interval(request: &mut Request<'_, '_, '_>) {
    if let Some(check) = request.body.as_deref_mut().and_then(|body| body.get_mut("Healthcheck")) {
        check.remove("StartInterval");
    }
}

/// Below 1.53 a port without bindings got one of any address and port.
pub(crate) fn backfill_ports(request: &mut Request<'_, '_, '_>) {
    let Some(bindings) = host(request).and_then(|host| host.get_mut("PortBindings")) else { return };
    for (_, hosts) in bindings.as_object_mut().into_iter().flatten() {
        if hosts.is_null() || hosts.as_array().is_some_and(<[_]>::is_empty) {
            let any = vec![("HostIp".into(), string("")), ("HostPort".into(), string(""))];
            *hosts = Json::Array(vec![Json::Object(any)]);
        }
    }
}

/// Below 1.40 an update left the number of processes alone.
pub(crate) fn no_pids_limit(request: &mut Request<'_, '_, '_>) {
    if let Some(body) = request.body.as_deref_mut() {
        body.remove("PidsLimit");
    }
}

/// Below 1.55 an update left the limits of devices alone; now an empty list clears them.
pub(crate) fn no_device_limits(request: &mut Request<'_, '_, '_>) {
    let Some(body) = request.body.as_deref_mut() else { return };
    for name in [
        "BlkioWeightDevice",
        "BlkioDeviceReadBps",
        "BlkioDeviceWriteBps",
        "BlkioDeviceReadIOps",
        "BlkioDeviceWriteIOps",
    ] {
        body.remove(name);
    }
}

/// The mounts of a create.
pub(super) fn mounts<'r, 'j>(request: &'r mut Request<'_, '_, 'j>) -> impl Iterator<Item = &'r mut Json<'j>> {
    let body = request.body.as_deref_mut();
    body.and_then(|body| at_mut(body, &["HostConfig", "Mounts"])).into_iter().flat_map(items)
}

/// Below 1.40 mounts bind what is mounted within, below 1.42 they look only at the options of their own type and make no folders.
pub(crate) fn own_options(request: &mut Request<'_, '_, '_>) {
    for mount in mounts(request) {
        let kind = text(mount, &["Type"]).to_owned();
        for (owner, options) in [("bind", "BindOptions"), ("volume", "VolumeOptions"), ("tmpfs", "TmpfsOptions")] {
            if kind != owner {
                mount.remove(options);
            }
        }
        if let Some(bind) = mount.get_mut("BindOptions") {
            bind.remove("CreateMountpoint");
        }
    }
}

/// Below 1.40 there is no `NonRecursive`.
pub(crate) fn recursive_binds(request: &mut Request<'_, '_, '_>) {
    for mount in mounts(request) {
        if let Some(bind) = mount.get_mut("BindOptions") {
            bind.remove("NonRecursive");
        }
    }
}

/// Below 1.44 a read-only bind is not read-only in what is mounted within.
pub(crate) fn shallow_read_only(request: &mut Request<'_, '_, '_>) {
    for mount in mounts(request) {
        let read_only = at(mount, &["ReadOnly"]).and_then(Json::as_bool).unwrap_or_default();
        if read_only
            && text(mount, &["Type"]) == "bind"
            && let Some(options) = object(mount, "BindOptions")
        {
            options.set("ReadOnlyNonRecursive", true);
        }
    }
}

/// `HostConfig`, if the call has one.
pub(super) fn host<'r, 'j>(request: &'r mut Request<'_, '_, 'j>) -> Option<&'r mut Json<'j>> {
    request.body.as_deref_mut()?.get_mut("HostConfig").filter(|host| host.as_object().is_some())
}
