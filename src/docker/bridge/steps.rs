//! The table: every difference between API versions 1.18 and 1.55 that a client
//! or a backend can notice, and every repair.
//!
//! Rows 1 to 108 are the differences that were collected from the change log of
//! the API and from the version switches in the engines' sources; a test holds
//! the table to that number. Rows from 200 on came up while those were built, rows
//! from 300 on are repairs. Several rows share a number where one difference takes several functions.

use std::sync::LazyLock;

use super::Ask;
use super::answer::*;
use super::repair::*;
use super::request::*;
use super::step::{How, Step, When};
use crate::docker::endpoint::Endpoint;
use crate::docker::version::ApiVersion;

/// The steps of one operation that have a function, in the order in which they are applied.
#[derive(Debug, Default)]
pub(super) struct OfEndpoint {
    pub(super) requests: Ordered,
    pub(super) answers: Ordered,
}

/// Calls go down from the newest version and up from the oldest; answers come
/// the other way. Within one version the table has the order.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    pub(super) down: Vec<&'static Step>,
    pub(super) up: Vec<&'static Step>,
    pub(super) repairs: Vec<&'static Step>,
}

impl Ordered {
    /// True if any step lies between the versions of `ask`.
    pub(super) fn any(&self, ask: &Ask<'_>) -> bool {
        [&self.down, &self.up, &self.repairs].into_iter().flatten().any(|step| step.applies(ask))
    }

    fn sort(&mut self, down: fn(ApiVersion) -> i16, up: fn(ApiVersion) -> i16) {
        let version = |step: &Step| step.version().unwrap_or(ApiVersion::OLDEST);
        self.down.sort_by_key(|step| down(version(step)));
        self.up.sort_by_key(|step| up(version(step)));
    }
}

/// The steps of `endpoint` that have a function.
pub(super) fn of(endpoint: Endpoint) -> &'static OfEndpoint {
    static ALL: LazyLock<Vec<OfEndpoint>> = LazyLock::new(|| Endpoint::ALL.iter().map(|of| collect(*of)).collect());
    ALL.get(endpoint as usize).expect("the list has all operations in their order")
}

fn collect(endpoint: Endpoint) -> OfEndpoint {
    let mut of = OfEndpoint::default();
    for step in STEPS.iter().filter(|step| step.endpoints.contains(&endpoint)) {
        let part = match step.how {
            How::Request(_) => &mut of.requests,
            How::Answer(_) => &mut of.answers,
            How::Fields | How::Params | How::Operation | How::Elsewhere(_) | How::Never(_) => continue,
        };
        match step.when {
            When::Down(_) | When::Backend(_) => part.down.push(step),
            When::Up(_) | When::Client(_) => part.up.push(step),
            When::Repair(_) => part.repairs.push(step),
        }
    }
    let rising: fn(ApiVersion) -> i16 = |version| version.minor().into();
    let falling: fn(ApiVersion) -> i16 = |version| -i16::from(version.minor());
    of.requests.sort(falling, rising);
    of.answers.sort(rising, falling);
    of
}

const fn up(minor: u8) -> When {
    When::Up(ApiVersion::new(minor))
}

const fn down(minor: u8) -> When {
    When::Down(ApiVersion::new(minor))
}

const fn backend_below(minor: u8) -> When {
    When::Backend(ApiVersion::new(minor))
}

const fn client_below(minor: u8) -> When {
    When::Client(ApiVersion::new(minor))
}

const fn mend(repair: Repair) -> When {
    When::Repair(repair)
}

macro_rules! steps {
    ($($id:literal, $when:expr, [$($endpoint:ident),*], $how:ident $(($arg:expr))?, $what:literal;)*) => {
        /// All steps.
        pub static STEPS: &[Step] = &[$(Step {
            id: $id,
            when: $when,
            endpoints: &[$(Endpoint::$endpoint),*],
            how: How::$how $(($arg))?,
            what: $what,
        },)*];
    };
}

#[rustfmt::skip]
steps! {
    1,   client_below(19), [], Elsewhere("middleware::negotiate"), "a version that is not offered is 400; a range that ends below 1.19 says 404";
    2,   up(19), [SystemInfo], Answer(numbers_for_truth), "truth values in info were numbers";
    3,   down(19), [ContainerStats], Request(first_stats), "statistics can be had once";
    4,   down(19), [], Params, "logs from a time on";
    5,   up(19), [ContainerInspect], Answer(lxc), "an inspect named the execution driver and the options of LXC";
    6,   up(24), [ContainerCopy], Request(copy_to_archive), "a copy out of a container became an archive";
    7,   down(20), [ContainerArchive], Request(archive_to_copy), "archives; to stat or to put one is refused by the first version of those operations";
    8,   up(20), [ContainerInspect], Answer(volume_maps), "mounts were two maps, and limits stood in Config";
    9,   client_below(20), [ContainerKill], Elsewhere("answer::status"), "to kill what does not run was no error";
    10,  down(20), [], Fields, "groups, swappiness and console size of a create";
    11,  up(21), [ContainerInspect], Answer(one_network_of), "there was one network, and the volume driver stood in Config";
    12,  up(21), [ContainerStats], Answer(one_network), "statistics had one sum of all networks";
    12,  down(21), [ContainerStats], Answer(network_by_name), "statistics of each network";
    13,  down(21), [], Operation, "networks and volumes";
    14,  backend_below(21), [ContainerCreate], Request(volume_driver_beside), "the volume driver of a create stands in HostConfig";
    14,  client_below(21), [], Elsewhere("request::lift"), "limits and the volume driver of old creates stand beside HostConfig";
    15,  down(21), [], Params, "sizes in an inspect";
    16,  up(21), [], Never("a name more in a list disturbs no client"), "a list has the id of the image";
    18,  down(22), [SystemEvents], Request(event_filters), "events are filtered by type, volume and network";
    17,  backend_below(22), [ContainerList, ImageList, SystemEvents, VolumeList, NetworkList], Request(list_filters), "filters are maps; newer backends read lists, too";
    18,  down(22), [SystemEvents], Answer(new_form), "events have a type, an action and an actor";
    19,  down(22), [], Fields, "networking, tmpfs, shared memory, OOM score, limits of devices and isolation of a create";
    20,  down(22), [], Operation, "update";
    21,  down(22), [], Params, "keys to detach with";
    22,  up(22), [], Elsewhere("middleware::bridge"), "the start of an exec must say that its body is JSON";
    23,  up(22), [SystemVersion], Answer(build_time_unix), "the build time was as date prints it";
    23,  down(22), [SystemVersion], Answer(build_time_rfc3339), "the build time is RFC 3339";
    24,  up(22), [], Fields, "options of LXC are gone";
    25,  down(23), [ContainerList], Answer(list_states), "a list has states and mounts";
    26,  down(23), [], Never("what was loaded is not known, and an empty stream says so; quiet is left out"), "a load answers with a stream";
    27,  client_below(23), [NetworkDelete], Elsewhere("answer::status"), "a removed network was 200, now 204";
    28,  down(23), [], Params, "details of logs";
    29,  down(23), [], Fields, "IPv6 and labels of networks";
    30,  down(23), [], Fields, "number of processes and user namespace of a create";
    31,  up(24), [], Elsewhere("normalise::errors"), "errors were text";
    32,  up(24), [ContainerStart], Request(no_start_body), "a start could have settings";
    33,  up(24), [ImageTag], Request(no_force), "a tag could be forced";
    34,  up(24), [], Fields, "an exec named its container in the body, too";
    35,  down(24), [], Fields, "storage options, kernel settings, health check, stop timeout and shell of a create";
    36,  up(25), [SystemInfo], Answer(execution_driver), "info named the execution driver";
    37,  down(24), [ImageSearch], Request(search), "a search has a limit and filters";
    38,  down(24), [], Operation, "swarm and plugins";
    39,  down(25), [], Elsewhere("middleware::negotiate"), "a ping has headers";
    40,  backend_below(25), [ContainerCreate], Request(auto_remove), "the backend removes containers itself";
    40,  up(25), [ContainerCreate], Request(no_auto_remove), "clients removed containers themselves";
    41,  up(25), [SystemInfo], Answer(option_names), "security options were names";
    41,  down(25), [SystemInfo], Answer(option_pairs), "security options have values";
    42,  down(25), [ContainerCreate], Request(mounts_down), "mounts of a create";
    42,  down(25), [ContainerCreate, ContainerUpdate], Request(cpu_quota), "a number of processors";
    43,  down(25), [ContainerExec], Request(environment), "environment of an exec";
    44,  up(25), [ImageList], Request(filter_to_reference), "the name of images was a parameter";
    44,  down(25), [ImageList], Request(reference_to_filter), "the name of images is a filter";
    45,  down(25), [], Operation, "prunes and disk usage";
    46,  down(25), [VolumeDelete], Request(force_volume), "a volume can be removed by force";
    47,  up(25), [ContainerList], Request(since_before), "neighbours in a list were parameters";
    48,  up(25), [], Never("engines say it to clients of every version"), "a state more: removing";
    49,  up(28), [], Never("the bytes of a tunnel pass as they are, and clients of a websocket take both kinds of frames but for browsers"), "frames of a websocket were text, now binary";
    50,  up(28), [], Elsewhere("middleware::bridge::networks"), "a list of networks named their containers";
    51,  down(28), [], Params, "extra hosts of a build";
    52,  down(29), [], Fields, "time to start of a health check";
    53,  down(30), [ContainerWait], Request(wait), "a wait has a condition, and answers its head at once";
    54,  up(30), [], Never("the head comes earlier than it did, and clients wait for the body as they did"), "a wait answered nothing before its end";
    55,  down(30), [], Never("old builders do not say the whole id; clients find it in the text, as they did then"), "a build says the id of its image in a message of its own";
    56,  down(30), [], Operation, "distribution";
    57,  down(30), [], Fields, "scope and configurations of networks";
    58,  down(31), [], Operation, "sessions of BuildKit";
    59,  down(32), [], Params, "the platform of a pull or a build";
    60,  up(34), [], Never("clients of those versions take an end without a code for an error, too"), "a wait for a removal that fails answered nothing";
    61,  down(35), [ContainerExec], Request(working_dir), "the folder of an exec";
    61,  down(35), [], Params, "logs up to a time";
    62,  down(35), [SystemVersion], Answer(components), "the version names components";
    63,  down(38), [], Fields, "paths of a create that are masked or read-only";
    63,  down(38), [], Params, "the version of the builder";
    64,  up(39), [SystemInfo], Answer(unknown), "unknown kernels and systems had a word";
    65,  down(40), [], Elsewhere("middleware::negotiate"), "a ping by HEAD";
    66,  up(40), [ContainerCreate], Request(shareable_ipc), "the IPC namespace was shareable";
    66,  up(40), [ContainerCreate], Request(recursive_binds), "binds were recursive";
    67,  down(40), [], Fields, "requests for devices";
    68,  up(40), [ContainerUpdate], Request(no_pids_limit), "an update left the number of processes alone";
    69,  up(41), [ContainerCreate], Request(host_cgroups), "the cgroup namespace was the host's, and a platform was not looked at";
    70,  down(41), [], Params, "statistics without a second look";
    71,  up(41), [], Never("row 44 does it for every backend from 1.25 on"), "the name of images as a parameter ended";
    72,  down(42), [], Elsewhere("middleware::bridge::frames"), "a stream with frames has a type of its own";
    73,  down(42), [], Fields, "the size of a new terminal; the CLI sets it again with a resize";
    74,  up(42), [ContainerCreate], Request(no_console_size), "the size of a console was not looked at";
    74,  up(42), [ContainerExec, ExecStart], Request(no_exec_size), "a terminal had no size when it was made";
    75,  down(42), [ContainerStop, ContainerRestart], Request(stop_signal), "a stop can have its own signal";
    76,  up(42), [ContainerAttachWebsocket], Request(all_streams), "a websocket carried all streams";
    77,  up(42), [VolumePrune], Request(prune_all), "a prune took volumes with names, too";
    77,  down(42), [VolumePrune], Request(prune_named), "a prune leaves volumes with names alone";
    78,  up(42), [ContainerCreate, ContainerUpdate], Request(no_kernel_memory), "kernel memory could be limited";
    79,  up(42), [ContainerCreate], Request(own_options), "options of another type of mount were not looked at";
    80,  down(42), [SystemDataUsage], Request(usage_kinds), "disk usage of some kinds only";
    80,  up(42), [SystemDataUsage], Answer(one_parent), "a record of the build cache had one parent";
    80,  down(42), [SystemDataUsage], Answer(parents), "a record of the build cache has a list of parents";
    81,  up(43), [ImageList], Answer(none_names), "an image without names had the name <none>";
    81,  down(43), [ImageList], Answer(no_none_names), "an image without names has none";
    82,  down(43), [], Fields, "annotations";
    83,  up(44), [ImageList, ImageInspect, SystemDataUsage], Answer(virtual_size), "the size had a second name, and a missing date was a date";
    83,  down(44), [ImageList, ImageInspect, SystemDataUsage], Answer(no_virtual_size), "the size has one name";
    84,  up(44), [ContainerCreate], Request(shallow_read_only), "read-only binds were not so within";
    84,  up(44), [ContainerCreate], Request(mac_of_endpoint), "a container had one address for all networks";
    85,  down(44), [ContainerCreate], Request(one_endpoint), "a container can be created in several networks";
    85,  down(44), [ContainerCreate], Request(mac_of_container), "a container has an address in each network";
    86,  down(44), [NetworkCreate], Request(check_duplicate), "two networks cannot have one name";
    86,  up(52), [], Fields, "that no other network has the name need not be asked for";
    87,  down(44), [], Fields, "interval at the start of a health check";
    88,  up(45), [ImageInspect], Answer(container), "an image named the container that it was made from";
    88,  down(45), [ImageInspect], Answer(no_container), "an image does not";
    89,  up(45), [ContainerInspect], Answer(aliases_with_id), "aliases held the short id";
    89,  down(45), [ContainerInspect], Answer(aliases_without_id), "aliases are those that were asked for";
    90,  down(45), [], Fields, "a folder within a volume";
    91,  up(46), [SystemEvents], Answer(no_image_create), "a new image was no event";
    92,  up(46), [ContainerList], Answer(list_without_annotations), "a list did not show annotations";
    93,  down(46), [], Params, "the platform of a push";
    94,  down(47), [], Params, "manifests in a list of images";
    95,  down(48), [], Fields, "the order of networks, and IPv4 of a network";
    95,  down(48), [ContainerCreate], Request(image_mounts), "mounts of images";
    95,  up(48), [ContainerCreate], Request(sysctls_of_endpoint), "kernel settings of an interface stood in HostConfig";
    96,  down(48), [NetworkList, NetworkInspect], Answer(ipv4), "a network says whether it has IPv4";
    97,  up(49), [SystemInfo], Answer(expected_commits), "info named the expected commits";
    97,  down(49), [SystemInfo], Answer(no_expected_commits), "info does not";
    98,  up(50), [SystemInfo], Answer(bridge_firewall), "info said whether the firewall sees bridges";
    98,  down(50), [SystemInfo], Answer(no_bridge_firewall), "info does not";
    99,  up(50), [ImageInspect], Answer(container_fields), "the configuration of an image had all fields of a container's";
    99,  down(50), [ImageInspect], Answer(no_container_fields), "it has those of an image";
    100, up(51), [ImageList], Answer(containers_unknown), "a list of images did not count containers";
    101, up(52), [SystemEvents], Answer(old_form), "events had their oldest form, too";
    102, up(52), [ContainerInspect], Answer(flat_network), "the default network stood beside all";
    102, down(52), [ContainerInspect], Answer(no_flat_network), "networks stand by name only";
    103, up(52), [ContainerCreate], Request(mac_to_endpoint), "the container's address counted for its network";
    104, up(52), [SystemDataUsage], Request(ask_verbose), "disk usage listed every object";
    104, up(52), [SystemDataUsage], Answer(lists), "disk usage was lists of objects";
    104, down(52), [SystemDataUsage], Request(usage_verbose), "disk usage lists objects on demand";
    104, down(52), [SystemDataUsage], Answer(summaries), "disk usage has a summary of each kind";
    105, up(52), [ImageInspect], Answer(empty_fields), "empty fields of an image were there";
    105, down(52), [ImageInspect], Answer(no_empty_fields), "empty fields of an image are left out";
    106, up(53), [ContainerCreate], Request(backfill_ports), "a port without bindings got one";
    107, up(54), [NetworkConnect], Request(no_connect_mac), "a network that is joined took no address";
    108, up(55), [ContainerUpdate], Request(no_device_limits), "an update left the limits of devices alone";

    201, backend_below(25), [ContainerCreate], Request(no_default_endpoint), "a create names the network default";
    202, up(43), [ContainerCreate], Request(no_annotations), "annotations were not looked at";
    203, up(44), [ContainerCreate], Request(no_start_interval), "the interval at the start of a health check was not looked at";
    204, up(44), [ContainerCreate], Request(only_one_endpoint), "a container could be created in one network only";
    205, up(48), [ContainerCreate], Request(no_priority), "no network came before another";
    206, up(48), [NetworkCreate], Request(no_ipv4_switch), "IPv4 could not be switched off";
    207, down(46), [ContainerCreate], Request(no_endpoint_sysctls), "kernel settings of a network";
    208, down(31), [NetworkInspect], Request(network_scope), "the scope of a network that is looked up";
    209, up(48), [BuildPrune], Request(reserved_space), "space to keep had another name";
    209, down(48), [BuildPrune], Request(keep_storage), "space to keep has a new name";
    210, up(27), [PluginPrivileges], Request(plugin_remote), "a plugin whose privileges are asked for had another name";
    210, down(27), [PluginPrivileges], Request(plugin_name), "it has a new name";
    211, up(25), [ContainerPs], Request(ps_to_list), "the list of containers had a second path";
    212, up(25), [PluginInspectOld], Request(plugin_json), "plugins were inspected under a shorter path";
    213, up(32), [ImageCreate], Request(no_platform), "the platform of a pull was not looked at";
    213, up(46), [ImagePush], Request(no_platform), "the platform of a push was not looked at";
    214, down(22), [ContainerList], Answer(list_networks), "a list has networks and the network mode";
    215, down(25), [ContainerInspect, ContainerList], Answer(mount_types), "mounts say their type";
    216, down(32), [ContainerInspect], Answer(platform), "an inspect says the operating system";
    217, down(44), [ContainerInspect], Answer(dns_names), "an inspect lists the names in a network";
    218, up(48), [ContainerInspect, ContainerList], Answer(without_manifest), "manifests of images were not shown";
    218, up(48), [ImageList, ImageInspect], Answer(no_descriptor), "descriptors of images were not shown";
    219, up(52), [ContainerList], Answer(list_without_health), "a list did not show health";
    220, down(25), [ContainerCreate, ContainerUpdate], Answer(warnings_list), "warnings are a list";
    221, down(27), [ContainerStats], Answer(online_cpus), "statistics say the number of processors";
    222, down(30), [NetworkList, NetworkInspect], Answer(config_from), "networks may be configurations of others";
    223, down(25), [NetworkList, NetworkInspect], Answer(network_defaults), "networks have labels, and may be internal";
    224, up(52), [NetworkInspect], Answer(no_status), "a network had no status";
    225, down(24), [SystemInfo], Answer(swarm), "info has the swarm";
    226, up(44), [SystemInfo], Answer(no_runtime_status), "runtimes had no status";
    226, down(44), [SystemInfo], Answer(device_folders), "info lists folders of device specifications";
    227, up(46), [SystemInfo], Answer(no_containerd), "containerd was not shown";

    301, mend(Repair::CreateDefaults), [ContainerCreate], Request(create_defaults), "VIC fails without a network mode";
    302, mend(Repair::Mounts), [ContainerCreate], Request(mounts_to_volumes), "VIC drops mounts";
    303, mend(Repair::Cpus), [ContainerCreate], Request(virtual_cpus), "VIC counts virtual processors";
    304, mend(Repair::ReservedPorts), [ContainerCreate], Request(reserved_ports), "VIC lets its own ports be taken";
    305, mend(Repair::ContainerNames), [ContainerCreate], Request(container_name), "VIC takes any name for a container";
    306, mend(Repair::VolumeCreate), [VolumeCreate], Request(volume_driver), "VIC finds no driver without a name";
    307, mend(Repair::Copy), [ContainerCopy], Request(copy_to_archive_at_vic), "VIC has no copies";
    308, mend(Repair::Memory), [ContainerInspect], Answer(memory_in_bytes), "VIC says memory in MiB";
    309, mend(Repair::Info), [SystemInfo], Answer(info_as_documented), "VIC says another system, and MHz for processors";
    310, mend(Repair::ImageIds), [ImageList], Answer(ids_of_images), "VIC leaves sha256: away";
    310, mend(Repair::ImageIds), [ImageInspect], Answer(id_of_image), "VIC leaves sha256: away";
    310, mend(Repair::ImageIds), [ContainerInspect], Answer(id_in_container), "VIC leaves sha256: away";
    310, mend(Repair::ImageIds), [ContainerList], Answer(ids_in_containers), "VIC leaves sha256: away";
    310, mend(Repair::ImageIds), [ImageDelete], Answer(ids_deleted), "VIC leaves sha256: away";
    310, mend(Repair::ImageIds), [ImageCommit], Answer(id_of_commit), "VIC leaves sha256: away";
    311, mend(Repair::Nulls), [ContainerList], Answer(nulls_in_containers), "VIC writes null for lists";
    311, mend(Repair::Nulls), [ContainerInspect], Answer(nulls_in_container), "VIC writes null for lists";
    311, mend(Repair::Nulls), [ImageList, ImageInspect], Answer(nulls_in_images), "VIC writes null for lists";
    311, mend(Repair::Nulls), [NetworkList, NetworkInspect], Answer(nulls_in_networks), "VIC writes null for lists";
    311, mend(Repair::Nulls), [VolumeList, VolumeInspect, VolumeCreate], Answer(nulls_in_volumes), "VIC writes null for lists";
    311, mend(Repair::Nulls), [SystemInfo], Answer(nulls_in_info), "VIC writes null for lists";
    311, mend(Repair::Nulls), [ContainerCreate], Answer(warnings_list), "VIC writes null for lists";
    312, mend(Repair::Inspect), [ContainerInspect], Answer(container_as_documented), "VIC has states, dates and addresses of its own form";
    312, mend(Repair::Inspect), [ContainerList], Answer(containers_as_documented), "VIC has states of its own";
    312, mend(Repair::Inspect), [NetworkList, NetworkInspect], Answer(networks_as_documented), "VIC's networks have no scope";
    312, mend(Repair::Inspect), [SystemEvents], Answer(small_rename), "VIC writes an action in capitals";
    313, mend(Repair::Wait), [ContainerWait], Elsewhere("middleware::bridge::wait"), "VIC gives up on a wait";
    314, mend(Repair::ExecDetach), [ExecStart], Elsewhere("middleware::bridge::exec"), "VIC drops the connection of a detached start";
    315, mend(Repair::FailedStart), [ContainerStart], Elsewhere("middleware::bridge::start"), "VIC leaves a container that does not start";
    316, mend(Repair::Messages), [], Elsewhere("repair::message"), "VIC shows the errors of inner layers";
    317, mend(Repair::LoadErrors), [ImageLoad], Elsewhere("middleware::bridge::load"), "VIC answers a load with 200 and an error";
    318, mend(Repair::Swarm), [], Elsewhere("middleware::bridge::status"), "VIC says 404 for a swarm";
    319, mend(Repair::EmptyLists), [PluginList, ServiceList, NodeList], Elsewhere("middleware::bridge::status"), "VIC fails on lists that clients ask for at their start";
    320, mend(Repair::NotModified), [ContainerStart, ContainerStop], Elsewhere("middleware::bridge::start"), "VIC says 204 where nothing changed";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collected_difference_has_a_row() {
        for id in 1..=108 {
            assert!(STEPS.iter().any(|step| step.id == id), "row {id} is missing");
        }
    }

    #[test]
    fn a_row_without_a_function_says_where_or_why() {
        for step in STEPS {
            match step.how {
                How::Request(_) | How::Answer(_) => {
                    assert!(!step.endpoints.is_empty(), "row {}: {}", step.id, step.what);
                }
                How::Fields | How::Params | How::Operation => assert!(step.endpoints.is_empty(), "row {}", step.id),
                How::Elsewhere(text) | How::Never(text) => assert!(!text.is_empty(), "row {}", step.id),
            }
            assert!(!step.what.is_empty(), "row {}", step.id);
        }
    }

    #[test]
    fn every_repair_has_a_row() {
        for repair in Repair::ALL {
            assert!(STEPS.iter().any(|step| step.when == When::Repair(*repair)), "{}", repair.name());
        }
    }
}
