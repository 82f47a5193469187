//! Judging by whose things are.

use http::StatusCode;

use super::known::{Found, Known, Object, Whose};
use super::label::{edits, forgeries, import_change};
use super::reference::{Need, Place, Reference, Thing};
use super::table::Treatment;
use super::{NewVolume, Own, Owner};
use crate::docker::endpoint::Endpoint;
use crate::docker::filters;
use crate::docker::json::Json;
use crate::docker::query::{Given, Query};
use crate::docker::schema::Body;
use crate::docker::version::ApiVersion;
use crate::policy::Point;
use crate::policy::access::Edit;
use crate::policy::facts::{self, Kind, KindSet, Value};

/// What ends a call.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::policy) enum End {
    /// Something is not there, in the words of engines: 404.
    Gone(String),
    /// A container cannot be made with something that is not there: 400. Clients take any 404 of a create
    /// for a missing image, and go and pull it.
    Unusable(String),
    /// A name is taken: 409.
    Taken(String),
    /// Nothing is to be done, and that is what the call is for: 204.
    Nothing,
    /// Something may not be done: 403.
    Forbidden(Vec<Point>),
}

impl End {
    /// The same as points of a refusal.
    pub(in crate::policy) fn into_points(self, rule: &str) -> Vec<Point> {
        match self {
            Self::Gone(path) | Self::Unusable(path) | Self::Taken(path) => {
                vec![Point { path, rule: rule.to_owned(), ..Point::default() }]
            }
            Self::Nothing => Vec::new(),
            Self::Forbidden(points) => points,
        }
    }
}

/// What ownership makes of a call that goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::policy) struct Change {
    /// Labels.
    pub(in crate::policy) edits: Vec<Edit>,
    /// A query parameter that is set, or added to those of its name.
    pub(in crate::policy) query: Option<(&'static str, String)>,
    /// The oldest API version to send it with.
    pub(in crate::policy) since: Option<ApiVersion>,
    /// What is left to do.
    pub(in crate::policy) own: Option<Own>,
}

/// A call, as far as ownership looks at it.
#[derive(Clone, Copy)]
pub(in crate::policy) struct Asked<'a> {
    pub(in crate::policy) endpoint: Endpoint,
    pub(in crate::policy) version: ApiVersion,
    pub(in crate::policy) query: &'a Query<'a>,
    pub(in crate::policy) body: Option<&'a Body<'a>>,
    pub(in crate::policy) references: &'a [Reference],
    pub(in crate::policy) known: &'a Known,
    /// How refusals cite the rule.
    pub(in crate::policy) rule: &'a str,
}

/// The first API version whose daemons read `label` in the filters of a prune. Older ones would
/// sweep up everything.
const PRUNE_BY_LABEL: ApiVersion = ApiVersion::new(28);
/// The first API version with filters as maps.
const FILTERS_AS_MAPS: ApiVersion = ApiVersion::new(22);

/// What ends a call before rules speak of it: a container, volume, network or exec is not there for
/// the caller. Without an owner only what was looked for and not found is missing.
pub(in crate::policy) fn gone(asked: &Asked<'_>, owner: Option<&Owner>) -> Option<End> {
    if let Some(Treatment::Closed(reason)) = owner.map(|owner| owner.treats(asked.endpoint)) {
        let row = asked.endpoint.row();
        return Some(asked.forbidden(format!("{} {}", row.method.as_str(), row.pattern), reason.to_owned()));
    }
    let missing = |reference: &&Reference| {
        reference.thing != Thing::Image
            && match owner {
                Some(_) => asked.is_missing(reference),
                None => asked.known.looked_for(reference.thing, &reference.name) == Some(&Found::Missing),
            }
    };
    let reference = asked.references.iter().find(missing)?;
    if asked.endpoint == Endpoint::VolumeDelete && asked.query.get("force").is_some_and(Given::is_true) {
        return Some(End::Nothing);
    }
    let text = reference.thing.missing(&reference.name);
    Some(if asked.endpoint == Endpoint::ContainerCreate { End::Unusable(text) } else { End::Gone(text) })
}

/// Judges the rest of a call that the rules permit.
pub(in crate::policy) fn judge(asked: &Asked<'_>, owner: &Owner) -> Result<Change, End> {
    for reference in asked.references {
        asked.reference(reference)?;
    }
    asked.changes(owner)?;
    let mut change = Change { edits: edits(owner, asked.endpoint), ..Change::default() };
    let mut own = Own { owner: owner.clone(), volumes: asked.volumes(owner), image: asked.image(), instead: None };
    match owner.treats(asked.endpoint) {
        Treatment::Filtered(thing) => {
            change.query = Some(("filters", asked.filters(&owner.filter(thing))?));
            if asked.endpoint.row().method == crate::docker::endpoint::Method::Post {
                change.since = Some(PRUNE_BY_LABEL);
            }
        }
        Treatment::Makes(_) if asked.imports() => {
            let text = import_change(owner).map_err(|reason| asked.forbidden("fromSrc".to_owned(), reason))?;
            change.query = Some(("changes", text));
        }
        Treatment::Makes(_) => change.query = asked.cache_from().map(|images| ("cachefrom", images)),
        Treatment::Nothing(answer) => own.instead = Some((StatusCode::OK, answer)),
        Treatment::Cut if asked.is_brief() => change.query = Some(("verbose", "1".to_owned())),
        Treatment::Free | Treatment::About(..) | Treatment::Names | Treatment::Cut | Treatment::Closed(_) => {}
    }
    change.own = Some(own);
    Ok(change)
}

impl Asked<'_> {
    /// The thing, if it is there for the caller.
    fn object(&self, reference: &Reference) -> Option<&Object> {
        match self.known.get(reference.thing, &reference.name) {
            Found::There(object) if object.whose != Whose::Others => Some(object),
            Found::There(_) | Found::Missing => None,
        }
    }

    fn is_missing(&self, reference: &Reference) -> bool {
        if let Some(whose) = self.known.assumes(&reference.name) {
            return whose == Whose::Others;
        }
        match self.known.get(reference.thing, &reference.name) {
            Found::Missing => {
                reference.need != Need::Make || self.known.looked_for(Thing::Volume, &reference.name).is_none()
            }
            Found::There(object) => object.whose == Whose::Others,
        }
    }

    fn reference(&self, reference: &Reference) -> Result<(), End> {
        let Reference { thing, name, need, .. } = reference;
        let whose = match self.known.get(*thing, name) {
            Found::There(object) => Some(object.whose),
            Found::Missing => self.known.assumes(name),
        };
        match (need, whose) {
            (Need::Name, Some(Whose::Others | Whose::Shared)) | (Need::Pull, Some(Whose::Others)) => {
                Err(End::Taken(format!("conflict: the name {name} is that of an image that is not yours")))
            }
            (Need::Name | Need::Pull | Need::Hint, _) => Ok(()),
            (Need::Change, Some(Whose::Shared)) => Err(self.forbidden(
                reference.path(self.endpoint),
                format!("the {} {name} is nobody's own: it can be used by all, and changed by none", thing.word()),
            )),
            (_, None | Some(Whose::Others)) if *thing == Thing::Image => Err(End::Gone(thing.missing(name))),
            (_, _) => Ok(()),
        }
    }

    /// Refuses instructions and outputs that make an image somebody else's.
    fn changes(&self, owner: &Owner) -> Result<(), End> {
        if owner.treats(self.endpoint) != Treatment::Makes(Thing::Image) {
            return Ok(());
        }
        let mut interest = KindSet::NONE;
        interest.insert(Kind::Change);
        let facts = facts::read(self.endpoint, "", Some(self.query), self.body, interest);
        let mut points = forgeries(owner, &facts.facts, self.rule);
        points.extend(facts.facts.iter().filter_map(|fact| {
            let Value::Text(output) = &fact.value else { return None };
            let output = output.strip_prefix("output:").filter(|_| fact.kind == Kind::BuildKit)?;
            let ty = output.split(',').next().unwrap_or_default();
            if owner.shares_images() || matches!(ty, "local" | "tar" | "cacheonly") {
                return None;
            }
            Some(Point {
                path: fact.path.clone(),
                value: fact.shown(),
                flag: Some("--output".to_owned()),
                reason: "an output like this names images unseen".to_owned(),
                instead: "names by -t, or an output of type local or tar".to_owned(),
                rule: self.rule.to_owned(),
            })
        }));
        if points.is_empty() { Ok(()) } else { Err(End::Forbidden(points)) }
    }

    /// The filters that are sent.
    fn filters(&self, own: &str) -> Result<String, End> {
        let given = self.query.get("filters").map_or("", |given| &given.value);
        let Some(mut read) = filters::read(given) else {
            return Err(self.forbidden("filters".to_owned(), "these filters cannot be read".to_owned()));
        };
        filters::add(&mut read, "label", own);
        let maps = self.version >= FILTERS_AS_MAPS;
        Ok(if maps { filters::write_maps(&read) } else { filters::write_lists(&read) })
    }

    /// True for a disk usage from which nothing could be cut, since it would be sums without their items.
    fn is_brief(&self) -> bool {
        let verbose = self.query.get("verbose");
        self.endpoint == Endpoint::SystemDataUsage && verbose.is_some_and(|given| !given.is_true())
    }

    /// The images whose layers a build uses, without those that are not there; `None` if all are.
    fn cache_from(&self) -> Option<String> {
        let hidden = |index: usize| {
            let place = Place::Stays(format!("cachefrom[{index}]"));
            self.references.iter().any(|other| other.place == place && self.is_missing(other))
        };
        let given = self.query.get("cachefrom")?.json.as_ref()?.as_array()?;
        let kept: Vec<Json<'_>> =
            given.iter().enumerate().filter(|(index, _)| !hidden(*index)).map(|(_, image)| image.clone()).collect();
        (kept.len() < given.len()).then(|| Json::Array(kept).to_string())
    }

    fn imports(&self) -> bool {
        self.endpoint == Endpoint::ImageCreate && self.query.get("fromSrc").is_some_and(|given| !given.value.is_empty())
    }

    /// The image that a container is made of.
    fn image(&self) -> Option<(String, String)> {
        let is_it = |reference: &&Reference| {
            reference.thing == Thing::Image && reference.place == Place::Stays("Image".to_owned())
        };
        let reference = self.references.iter().filter(|_| self.endpoint == Endpoint::ContainerCreate).find(is_it)?;
        Some((reference.name.clone(), self.object(reference)?.id.clone()))
    }

    /// The volumes that the call would make in passing.
    fn volumes(&self, owner: &Owner) -> Vec<NewVolume> {
        let mut made: Vec<NewVolume> = Vec::new();
        for Reference { name, need, place, .. } in self.references {
            let is_new = *need == Need::Make && self.known.looked_for(Thing::Volume, name) == Some(&Found::Missing);
            if is_new && !made.iter().any(|other| other.name == *name) {
                made.push(NewVolume { name: name.clone(), body: self.new_volume(owner, name, place) });
            }
        }
        made
    }

    fn new_volume(&self, owner: &Owner, name: &str, place: &Place) -> Vec<u8> {
        let get = |path: &str| self.body.and_then(|body| body.get(path)).cloned().map(Json::into_owned);
        let within = |path: &str| match place {
            Place::Stays(at) => get(&format!("{at}.VolumeOptions.{path}")),
            Place::Path | Place::Query(_) | Place::Body(_) | Place::Key(_) => None,
        };
        let is_text = |json: &Json<'_>| json.as_str().is_some_and(|text| !text.is_empty());
        // Backends that take no empty name of a driver all know this one.
        let driver =
            within("DriverConfig.Name").filter(is_text).or_else(|| get("HostConfig.VolumeDriver").filter(is_text));
        let mut body = Json::Object(vec![("Name".into(), Json::from(name.to_owned()))]);
        body.set("Driver", driver.unwrap_or(Json::from("local")));
        if let Some(options) = within("DriverConfig.Options").filter(|options| !options.is_null()) {
            body.set("DriverOpts", options);
        }
        let mut labels =
            within("Labels").filter(|labels| labels.as_object().is_some()).unwrap_or(Json::Object(Vec::new()));
        labels.set(owner.label(), owner.name().to_owned());
        body.set("Labels", labels);
        body.to_vec()
    }

    fn forbidden(&self, path: String, reason: String) -> End {
        End::Forbidden(vec![Point { path, reason, rule: self.rule.to_owned(), ..Point::default() }])
    }

    /// Puts the ids that were looked at in the place of names. True if something changed.
    pub(in crate::policy) fn renames(&self) -> Vec<(Place, String)> {
        let ids = self.references.iter().filter_map(|reference| {
            let object = self.object(reference)?;
            let kept = matches!(reference.thing, Thing::Volume | Thing::Exec)
                || reference.thing == Thing::Network && super::is_predefined_network(&reference.name)
                || reference.name == object.id;
            if kept {
                return None;
            }
            let text = match &reference.place {
                Place::Path | Place::Query(_) => object.id.clone(),
                Place::Body(path) => {
                    let old = self.body?.get(path)?.as_str()?;
                    with_id(old, &reference.name, &object.id, path)
                }
                Place::Key(_) => object.id.clone(),
                Place::Stays(_) => return None,
            };
            Some((reference.place.clone(), text))
        });
        ids.collect()
    }
}

impl Reference {
    /// Where it stands, for messages.
    fn path(&self, endpoint: Endpoint) -> String {
        match &self.place {
            Place::Path => format!("{} {}", endpoint.row().method.as_str(), endpoint.row().pattern),
            Place::Query(name) => (*name).to_owned(),
            Place::Body(path) | Place::Key(path) | Place::Stays(path) if path.starts_with('/') => {
                format!("{} {path}", endpoint.row().method.as_str())
            }
            Place::Body(path) | Place::Key(path) | Place::Stays(path) => path.clone(),
        }
    }
}

/// A text of a body with an id in the place of a name: `NAME`, `NAME:ro`, `container:NAME`, `NAME:ALIAS`.
fn with_id(old: &str, name: &str, id: &str, path: &str) -> String {
    let bare = old.trim_start_matches('/');
    if let Some(rest) = bare.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with(':')) {
        // A link without an alias is called by its name.
        let is_link = path.starts_with("HostConfig.Links");
        return if is_link && rest.is_empty() { format!("{id}:{name}") } else { format!("{id}{rest}") };
    }
    match old.strip_suffix(name) {
        Some(before) if before.ends_with(':') => format!("{before}{id}"),
        _ => id.to_owned(),
    }
}
