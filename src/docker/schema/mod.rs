//! The request bodies of the API as closed, typed tables.
//!
//! ```text
//! json::parse → schema::read(body(endpoint), json, version) → Body → used() … remove() … to_vec()
//! ```
//!
//! [`read`] reads a parsed value as the daemon decodes it into its structs and
//! gives a [`Body`] in canonical spelling, with what no API version knows set
//! apart. [`Body::used`] says which fields the call really uses, since every CLI
//! sends all of them. A policy keeps its decisions by [`Field::id`] or
//! [`Field::key`].

mod body;
mod neutral;
mod path;
mod read;
mod runs;
mod silent;
mod skim;
#[rustfmt::skip]
mod table;

use std::{fmt, ptr};

pub use body::{Body, Unknown, Used};
pub use neutral::{Scope, is_used};
pub(crate) use path::Path;
pub use read::{SchemaError, SchemaErrors, read};
pub use skim::{Keep, skim};
pub use table::{FIELDS, STRUCTS};

use super::endpoint::Endpoint;
use super::version::ApiVersion;
use table::*;

/// A struct of the API.
#[derive(Debug)]
pub struct Struct {
    /// Its name, such as `HostConfig`.
    pub name: &'static str,
    /// Its fields, in the order in which the stock CLI sends them.
    pub fields: &'static [Field],
    /// A struct whose fields it has, too.
    pub embedded: Option<&'static Self>,
    /// A struct whose fields old engines obey here although they do not belong
    /// here. They are refused where they are used and left out where not.
    pub stray: Option<&'static Self>,
    /// The last API version in which a body of this struct means anything.
    pub last: ApiVersion,
}

/// A field of a struct.
#[derive(Debug)]
pub struct Field {
    /// A number of its own below [`FIELDS`], for tables of decisions.
    pub id: usize,
    /// The struct that has it.
    pub owner: &'static str,
    /// Its name in canonical spelling.
    pub name: &'static str,
    /// What the daemon decodes it into.
    pub ty: Type,
    /// The first API version that has it.
    pub first: ApiVersion,
    /// The last API version that has it.
    pub last: ApiVersion,
    /// Which values do not count as a use.
    pub neutral: Neutral,
    /// Which of the shortest values do not, for [`skim`].
    silent: silent::Silent,
    /// The flag of the stock CLI that sets it, such as `-v, --volume`.
    pub flag: Option<&'static str>,
}

/// What the daemon decodes a value into.
#[derive(Debug)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// An integer in these bounds, written without point and exponent.
    Int(i128, i128),
    /// Any number.
    Float,
    /// Text without control characters: names, paths, addresses.
    Str,
    /// Any text.
    Text,
    /// Any text, or `null` for "not set", which is not the same as no text.
    Unset,
    /// A list of text that old clients may write as one string. Read as a list.
    Strings,
    /// Height and width.
    Size,
    /// A list.
    List(&'static Self),
    /// An object whose names are free. They are case-sensitive.
    Map(&'static Self),
    /// An object whose names are fields; the daemon ignores their case.
    Struct(&'static Struct),
    /// Anything; the daemon does not look at it.
    Any,
}

/// Which values of a field do not count as a use (the values listed are texts
/// of strings, numbers or truth values).
#[derive(Debug)]
pub enum Neutral {
    /// `null`, `false`, `0`, `""`, and lists and structs of nothing else; maps without
    /// members; and the values listed.
    Empty(&'static [&'static str]),
    /// The same, without a look at the rules of inner fields.
    Leaves,
    /// `null` and the values listed.
    Null(&'static [&'static str]),
    /// `null`, `[]` and `{}`.
    NoMembers,
    /// Every value.
    Any,
    /// Never a use itself: its fields are.
    Section,
    /// `0`, and `-1` as long as `Memory` is neutral.
    MemorySwap,
    /// None, or the default network or that of `NetworkMode` with neutral settings.
    Endpoints,
}

/// What the body of an operation is decoded into; `None` if it has no JSON body.
#[must_use]
pub fn body(endpoint: Endpoint) -> Option<&'static Type> {
    use Endpoint as E;
    static LIST_OF_STR: Type = Type::List(&Type::Text);
    static PRIVILEGES: Type = Type::List(&Type::Struct(&PLUGIN_PRIVILEGE));
    macro_rules! of {
        ($name:ident) => {{
            static TYPE: Type = Type::Struct(&$name);
            &TYPE
        }};
    }
    Some(match endpoint {
        E::SystemAuth => of!(AUTH_CONFIG),
        E::ContainerCreate => of!(CONTAINER_CREATE),
        E::ContainerStart => of!(CONTAINER_START),
        E::ContainerUpdate => of!(UPDATE_CONFIG),
        E::ContainerCopy => of!(CONTAINER_COPY),
        E::ContainerExec => of!(EXEC_CREATE),
        E::ExecStart => of!(EXEC_START),
        E::CheckpointCreate => of!(CHECKPOINT_CREATE),
        E::ImageCommit => of!(IMAGE_COMMIT),
        E::NetworkCreate => of!(NETWORK_CREATE),
        E::NetworkConnect => of!(NETWORK_CONNECT),
        E::NetworkDisconnect => of!(NETWORK_DISCONNECT),
        E::VolumeCreate => of!(VOLUME_CREATE),
        E::VolumeUpdate => of!(VOLUME_UPDATE),
        E::SwarmInit => of!(SWARM_INIT),
        E::SwarmJoin => of!(SWARM_JOIN),
        E::SwarmUnlock => of!(SWARM_UNLOCK),
        E::SwarmUpdate => of!(SWARM_SPEC),
        E::NodeUpdate => of!(NODE_SPEC),
        E::ServiceCreate | E::ServiceUpdate => of!(SERVICE_SPEC),
        E::SecretCreate | E::SecretUpdate => of!(SECRET_SPEC),
        E::ConfigCreate | E::ConfigUpdate => of!(CONFIG_SPEC),
        E::PluginPull | E::PluginUpgrade => &PRIVILEGES,
        E::PluginSet => &LIST_OF_STR,
        E::SystemPing
        | E::SystemPingHead
        | E::SystemVersion
        | E::SystemInfo
        | E::SystemEvents
        | E::SystemAuthGet
        | E::SystemDataUsage
        | E::ContainerList
        | E::ContainerPrune
        | E::ContainerDelete
        | E::ContainerArchive
        | E::ContainerArchiveInfo
        | E::PutContainerArchive
        | E::ContainerAttach
        | E::ContainerAttachWebsocket
        | E::ContainerChanges
        | E::ContainerExport
        | E::ContainerInspect
        | E::ContainerKill
        | E::ContainerLogs
        | E::ContainerPause
        | E::ContainerRename
        | E::ContainerResize
        | E::ContainerRestart
        | E::ContainerStats
        | E::ContainerStop
        | E::ContainerTop
        | E::ContainerUnpause
        | E::ContainerWait
        | E::CheckpointList
        | E::CheckpointDelete
        | E::ContainerPs
        | E::ExecInspect
        | E::ExecResize
        | E::ImageCreate
        | E::ImageGetAll
        | E::ImageList
        | E::ImageLoad
        | E::ImagePrune
        | E::ImageSearch
        | E::ImageDelete
        | E::ImageAttestations
        | E::ImageGet
        | E::ImageHistory
        | E::ImageInsert
        | E::ImageInspect
        | E::ImagePush
        | E::ImageTag
        | E::ImageInspectOld
        | E::ImageBuild
        | E::BuildPrune
        | E::BuildCancel
        | E::DistributionInspect
        | E::NetworkList
        | E::NetworkPrune
        | E::NetworkDelete
        | E::NetworkInspect
        | E::VolumeList
        | E::VolumePrune
        | E::VolumeDelete
        | E::VolumeInspect
        | E::Session
        | E::Grpc
        | E::SwarmInspect
        | E::SwarmLeave
        | E::SwarmUnlockkey
        | E::NodeList
        | E::NodeDelete
        | E::NodeInspect
        | E::ServiceList
        | E::ServiceDelete
        | E::ServiceInspect
        | E::ServiceLogs
        | E::TaskList
        | E::TaskInspect
        | E::TaskLogs
        | E::SecretList
        | E::SecretDelete
        | E::SecretInspect
        | E::ConfigList
        | E::ConfigDelete
        | E::ConfigInspect
        | E::PluginList
        | E::PluginCreate
        | E::PluginPrivileges
        | E::PluginDelete
        | E::PluginDisable
        | E::PluginEnable
        | E::PluginInspect
        | E::PluginPush
        | E::PluginInspectOld => return None,
    })
}

/// What the value of a query parameter that is JSON is decoded into.
#[derive(Debug)]
pub enum QueryType {
    /// `filters`, which have two forms.
    Filters,
    /// A value of this type.
    Of(&'static Type),
}

/// The type of a query parameter that is JSON.
#[must_use]
pub fn query_type(name: &str) -> QueryType {
    static ANY: Type = Type::Any;
    static TEXTS: Type = Type::Map(&Type::Text);
    static BUILD_ARGS: Type = Type::Map(&Type::Unset);
    static LIST: Type = Type::List(&Type::Text);
    static ULIMITS: Type = Type::List(&Type::Struct(&ULIMIT));
    static OUTPUTS: Type = Type::List(&Type::Struct(&BUILD_OUTPUT));
    static PLATFORM: Type = Type::Struct(&OCI_PLATFORM);
    QueryType::Of(match name {
        "filters" => return QueryType::Filters,
        "buildargs" => &BUILD_ARGS,
        "labels" => &TEXTS,
        "cachefrom" | "securityopt" => &LIST,
        "ulimits" => &ULIMITS,
        "outputs" => &OUTPUTS,
        "platform" => &PLATFORM,
        _ => &ANY,
    })
}

/// True if the body of an operation has a field of that very name.
#[must_use]
pub fn body_has_field(endpoint: Endpoint, name: &str) -> bool {
    let Some(Type::Struct(schema)) = body(endpoint) else { return false };
    schema.all_fields().any(|field| field.name == name)
}

/// The field of that key, such as `HostConfig.Privileged`.
#[must_use]
pub fn field(key: &str) -> Option<&'static Field> {
    let (owner, name) = key.split_once('.')?;
    STRUCTS.iter().find(|schema| schema.name == owner)?.fields.iter().find(|field| field.name == name)
}

impl Struct {
    /// Its fields and those of the struct embedded in it.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().chain(self.embedded.into_iter().flat_map(|embedded| embedded.fields))
    }

    /// The field of that name in any case, as Go's decoder finds it, and its
    /// place in [`Struct::all_fields`]. `near` is where to look first: bodies list
    /// their fields in the order of the table.
    #[must_use]
    pub fn find(&self, name: &str, near: usize) -> Option<(usize, &'static Field)> {
        let exact = |field: &Field| field.name == name;
        let folded = |field: &Field| same_when_folded(field.name, name);
        let own = self.fields.len();
        let (before, behind) = self.fields.split_at(near.min(own));
        let embedded = self.embedded.map_or_else(Default::default, |embedded| embedded.fields);
        // Whoever has read a body already has the names of the table: the same text at the same place needs no look at it.
        let same = |field: &Field| ptr::eq(field.name, name);
        let next = behind.first().filter(|field| exact(field)).map(|field| (own - behind.len(), field));
        next.or_else(|| place(behind, own - behind.len(), same))
            .or_else(|| place(behind, own - behind.len(), exact))
            .or_else(|| place(embedded, own, exact))
            .or_else(|| place(before, 0, exact))
            .or_else(|| place(self.fields, 0, folded))
            .or_else(|| place(embedded, own, folded))
    }

    /// How many fields it has, with those of the struct embedded in it.
    fn len(&self) -> usize {
        self.fields.len() + self.embedded.map_or(0, |embedded| embedded.fields.len())
    }

    /// Its fields from this place on, or those of the struct embedded in it if the place is there.
    fn from(&self, index: usize) -> &'static [Field] {
        let other = || self.embedded?.fields.get(index.checked_sub(self.fields.len())?..);
        self.fields.get(index..).filter(|fields| !fields.is_empty()).or_else(other).unwrap_or_default()
    }
}

/// The field that is meant, and its place, where the first of them has the place `first`.
fn place(fields: &'static [Field], first: usize, is: impl Fn(&Field) -> bool) -> Option<(usize, &'static Field)> {
    let (index, field) = fields.iter().enumerate().find(|(_, field)| is(field))?;
    Some((first + index, field))
}

impl Field {
    /// Its name with that of its struct, such as `HostConfig.Privileged`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.owner, self.name)
    }

    /// True if `version` has the field.
    #[must_use]
    pub fn is_in(&self, version: ApiVersion) -> bool {
        self.first <= version && version <= self.last
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "true or false",
            Self::Int(0, _) => "an integer from 0 on",
            Self::Int(..) => "an integer",
            Self::Float => "a number",
            Self::Str | Self::Text | Self::Unset => "a string",
            Self::Strings => "a list of strings",
            Self::Size => "a list of two integers",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Struct(_) => "an object",
            Self::Any => "a value",
        })
    }
}

/// True if Go's decoder takes `name` for the field `field`: letters in either
/// case, also the long s and the Kelvin sign.
pub(super) fn same_when_folded(field: &str, name: &str) -> bool {
    let mut left = field.chars();
    let mut right = name.chars().map(fold);
    left.by_ref().all(|char| right.next() == Some(fold(char))) && right.next().is_none()
}

/// One letter for all that Go's decoder does not tell apart. Only two letters
/// outside ASCII fold into it (Unicode CaseFolding: U+017F, U+212A).
pub(super) const fn fold(char: char) -> char {
    match char {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        _ => char.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests;
