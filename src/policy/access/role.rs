//! From identities to roles.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::ops::Range;

use ipnet::IpNet;

use super::pattern::Glob;
use crate::identity::{Evidence, Identity};
use crate::policy::document::{At, Section};

/// A set of roles, by their place in the list of roles. Most have one or two, of very few or of
/// thousands: so they are a list, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RoleSet(Vec<u16>);

impl RoleSet {
    /// How many roles a policy can have.
    pub(super) const MOST: usize = u16::MAX as usize;

    pub(super) fn insert(&mut self, role: usize) {
        let Ok(role) = u16::try_from(role) else { return };
        if let Err(place) = self.0.binary_search(&role) {
            self.0.insert(place, role);
        }
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().any(|role| other.0.binary_search(role).is_ok())
    }

    pub(super) fn contains(&self, role: usize) -> bool {
        u16::try_from(role).is_ok_and(|role| self.0.binary_search(&role).is_ok())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().copied().map(usize::from)
    }

    pub(super) fn add(&mut self, other: &Self) {
        other.iter().for_each(|role| self.insert(role));
    }
}

/// One `[[identity]]`: whoever fits all conditions has the roles.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    conditions: Vec<(Attribute, Names)>,
    /// Networks that the connection must come from; no restriction if empty.
    addresses: Vec<IpNet>,
    /// True for the entry of all whom no other entry fits.
    anyone_else: bool,
    pub(super) roles: RoleSet,
    span: Range<usize>,
}

/// What an identity is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attribute {
    CommonName,
    Organisation,
    Unit,
    Dns,
    Uri,
    Email,
    Fingerprint,
    Uid,
    Gid,
}

/// Some of these names, and none of those behind `!`.
#[derive(Clone, Debug, Default)]
struct Names {
    wanted: Vec<Glob>,
    except: Vec<Glob>,
}

/// The roles of an identity.
pub(super) fn roles(entries: &[Entry], identity: &Identity) -> RoleSet {
    let mut roles = RoleSet::default();
    let mut known = false;
    for entry in entries.iter().filter(|entry| !entry.anyone_else && entry.fits(identity)) {
        roles.add(&entry.roles);
        known = true;
    }
    if !known {
        let others = entries.iter().filter(|entry| entry.anyone_else && entry.is_from(identity));
        others.for_each(|entry| roles.add(&entry.roles));
    }
    roles
}

/// Reads an `[[identity]]`. `role` gives the place of a role by its name.
pub(super) fn read(section: Section<'_, '_>, mut role: impl FnMut(&At<&str>) -> Option<usize>) -> Entry {
    let document = section.document();
    let mut entry = Entry {
        conditions: Vec::new(),
        addresses: Vec::new(),
        anyone_else: section.boolean("anyone_else") == Some(true),
        roles: RoleSet::default(),
        span: section.span.clone(),
    };
    for attribute in Attribute::ALL {
        let texts = section.texts(attribute.key());
        if texts.is_empty() {
            continue;
        }
        let mut names = Names::default();
        for At { value, span } in texts {
            match attribute.pattern(value) {
                Ok((glob, true)) => names.wanted.push(glob),
                Ok((glob, false)) => names.except.push(glob),
                Err(problem) => document.problem(&span, problem),
            }
        }
        entry.conditions.push((attribute, names));
    }
    for At { value, span } in section.strings("address") {
        let network = value.parse::<IpNet>().or_else(|_| value.parse::<IpAddr>().map(IpNet::from));
        match network {
            Ok(network) => entry.addresses.push(network),
            Err(_) => document.problem(&span, format!("{value:?} is no address and no network, such as 10.0.0.0/8")),
        }
    }
    let roles = section.strings("role").into_iter().chain(section.strings("roles")).collect::<Vec<_>>();
    if roles.is_empty() {
        document.problem(&section.span, "roles is missing: an identity without a role may do nothing".to_owned());
    }
    for name in roles {
        if let Some(role) = role(&name) {
            entry.roles.insert(role);
        }
    }
    match (entry.conditions.is_empty(), entry.anyone_else) {
        (true, false) => {
            let keys = Attribute::ALL.map(Attribute::key).join(", ");
            let mut text = format!("an identity needs a condition: one of {keys}; or anyone_else = true");
            if !entry.addresses.is_empty() {
                let _ = write!(text, ". An address says where somebody is, not who");
            }
            document.problem(&section.span, text);
        }
        (false, true) => {
            document.problem(&section.span, "anyone_else = true has no conditions beside it".to_owned());
        }
        (true, true) | (false, false) => {}
    }
    section.finish();
    entry
}

/// Pairs of entries that one identity can fit for the same reason: the place of the later one, and
/// that of the earlier.
pub(super) fn overlaps(entries: &[Entry]) -> Vec<(&Range<usize>, &Range<usize>)> {
    let mut found = Vec::new();
    for (index, later) in entries.iter().enumerate() {
        for earlier in entries.iter().take(index) {
            if later.overlaps(earlier) {
                found.push((&later.span, &earlier.span));
            }
        }
    }
    found
}

impl Entry {
    fn fits(&self, identity: &Identity) -> bool {
        let fits = |(attribute, names): &(Attribute, Names)| {
            let any = |globs: &[Glob]| attribute.any(identity, |value| globs.iter().any(|glob| glob.matches(value)));
            let wanted = if names.wanted.is_empty() { attribute.any(identity, |_| true) } else { any(&names.wanted) };
            wanted && !any(&names.except)
        };
        self.conditions.iter().all(fits) && self.is_from(identity)
    }

    fn is_from(&self, identity: &Identity) -> bool {
        self.addresses.is_empty()
            || identity.address.is_some_and(|address| {
                let ip = address.ip().to_canonical();
                self.addresses.iter().any(|network| network.contains(&ip))
            })
    }

    /// True if the conditions of one are among those of the other, and can all be met at once.
    fn overlaps(&self, other: &Self) -> bool {
        if self.anyone_else || other.anyone_else {
            return self.anyone_else && other.anyone_else && self.addresses_meet(other);
        }
        if self.conditions.is_empty() || other.conditions.is_empty() {
            // That is wrong by itself.
            return false;
        }
        (self.is_within(other) || other.is_within(self)) && self.addresses_meet(other)
    }

    /// True if each condition is one of the other's too, and both can be met at once.
    fn is_within(&self, other: &Self) -> bool {
        self.conditions.iter().all(|(attribute, names)| {
            let others = other.conditions.iter().find(|(of, _)| of == attribute);
            others.is_some_and(|(_, others)| names.meets(others))
        })
    }

    fn addresses_meet(&self, other: &Self) -> bool {
        let meet = |a: &IpNet, b: &IpNet| a.contains(b) || b.contains(a);
        self.addresses.is_empty()
            || other.addresses.is_empty()
            || self.addresses.iter().any(|a| other.addresses.iter().any(|b| meet(a, b)))
    }
}

impl Names {
    fn meets(&self, other: &Self) -> bool {
        let excepts = |names: &Self, glob: &Glob| {
            names
                .except
                .iter()
                .any(|except| except.as_str() == glob.as_str() || glob.is_exact() && except.matches(glob.as_str()))
        };
        let mut mine = self.wanted.iter().filter(|glob| !excepts(other, glob));
        let mut theirs = other.wanted.iter().filter(|glob| !excepts(self, glob));
        match (self.wanted.is_empty(), other.wanted.is_empty()) {
            (true, true) => true,
            (true, false) => theirs.next().is_some(),
            (false, true) => mine.next().is_some(),
            (false, false) => mine.any(|a| theirs.clone().any(|b| a.meets(b))),
        }
    }
}

impl Attribute {
    const ALL: [Self; 9] = [
        Self::CommonName,
        Self::Organisation,
        Self::Unit,
        Self::Dns,
        Self::Uri,
        Self::Email,
        Self::Fingerprint,
        Self::Uid,
        Self::Gid,
    ];

    const fn key(self) -> &'static str {
        match self {
            Self::CommonName => "common_name",
            Self::Organisation => "organisation",
            Self::Unit => "unit",
            Self::Dns => "dns",
            Self::Uri => "uri",
            Self::Email => "email",
            Self::Fingerprint => "fingerprint",
            Self::Uid => "uid",
            Self::Gid => "gid",
        }
    }

    /// Reads a pattern; false beside it for one behind `!`.
    fn pattern(self, text: &str) -> Result<(Glob, bool), String> {
        let (text, wanted) = text.strip_prefix('!').map_or((text, true), |text| (text, false));
        let glob = match self {
            Self::Uid | Self::Gid => {
                let id: u32 = text.parse().map_err(|_| format!("{} must be a number", self.key()))?;
                Glob::new(&id.to_string(), false)
            }
            Self::Fingerprint => {
                let hex: String = text.strip_prefix("sha256:").unwrap_or(text).replace(':', "").to_ascii_lowercase();
                if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err("a fingerprint is the SHA-256 of the certificate, in 64 hexadecimal digits".to_owned());
                }
                Glob::new(&hex, false)
            }
            Self::Uri => Glob::new(text, true),
            Self::CommonName | Self::Organisation | Self::Unit | Self::Dns | Self::Email => Glob::new(text, false),
        };
        Ok((glob?, wanted))
    }

    /// True if a value of this attribute fits. A certificate with several common names has
    /// none: it does not say who it is for.
    fn any(self, identity: &Identity, fits: impl Fn(&str) -> bool) -> bool {
        let certificate = match &identity.evidence {
            Evidence::Nobody => return false,
            Evidence::UnixPeer { uid, gid, .. } => {
                return match self {
                    Self::Uid => fits(&uid.to_string()),
                    Self::Gid => fits(&gid.to_string()),
                    Self::CommonName
                    | Self::Organisation
                    | Self::Unit
                    | Self::Dns
                    | Self::Uri
                    | Self::Email
                    | Self::Fingerprint => false,
                };
            }
            Evidence::Certificate(certificate) => certificate,
        };
        let some = |values: &[String]| values.iter().any(|value| fits(value));
        match self {
            Self::CommonName => certificate.common_names.len() == 1 && some(&certificate.common_names),
            Self::Organisation => some(&certificate.organisations),
            Self::Unit => some(&certificate.units),
            Self::Dns => some(&certificate.dns_names),
            Self::Uri => some(&certificate.uris),
            Self::Email => some(&certificate.emails),
            Self::Fingerprint => fits(&certificate.fingerprint),
            Self::Uid | Self::Gid => false,
        }
    }
}
