//! Asks the backend what the names and ids of a call stand for.

use bytes::Bytes;
use http::{Method, StatusCode};

use crate::backend::{Backend, PATIENCE, Said};
use crate::body::Body;
use crate::docker::json::{Json, parse};
use crate::docker::target::Target;
use crate::docker::version::ApiVersion;
use crate::error::Error;
use crate::middleware::long::{self, is_long};
use crate::policy::decide::{Wanted, unknown};
use crate::policy::own::{Found, Known, Need, Object, Owner, Thing, Whose, is_predefined_network};
use crate::policy::{Call, Caller, Verdict, decide_for, decide_read};

/// Judges a call, once the backend has said what it refers to; as far as that matters. Gives what it said.
///
/// # Errors
/// 502: the backend does not say.
pub(in crate::middleware) async fn judge(
    call: &mut Call<Body>,
    body: Option<&Bytes>,
    caller: Option<&Caller>,
    backend: &Backend,
) -> Result<(Verdict, Known), Error> {
    let policy = call.policy.clone();
    let Some(access) = &policy.access else {
        return Ok((decide(call, body, caller, Known::none()).await, Known::default()));
    };
    if access.owner(&call.identity).is_none() {
        let verdict = decide(call, body, caller, Known::none()).await;
        if !access.asks(call.endpoint) || !verdict.is_in_doubt() {
            return Ok((verdict, Known::default()));
        }
    }
    // Boxed, as it is rare: every call that is judged would carry its memory.
    let known = Box::pin(find(call, body, backend)).await?;
    Ok((decide(call, body, caller, &known).await, known))
}

/// [`decide_for`], apart where the body is long: such a one is read once, so that it costs no more if it is refused.
async fn decide(call: &mut Call<Body>, body: Option<&Bytes>, caller: Option<&Caller>, known: &Known) -> Verdict {
    let Some(body) = body.filter(|body| is_long(body)) else {
        return decide_for(&call.policy, &call.question(body.map(|body| &**body), known), caller);
    };
    let (caller, known) = (caller.cloned(), known.clone());
    let work = move |call: &mut Call<()>, body: &[u8]| {
        if body.iter().all(u8::is_ascii_whitespace) {
            return decide_for(&call.policy, &call.question(Some(body), &known), caller.as_ref());
        }
        decide_read(&call.policy, &call.question(None, &known), caller.as_ref(), parse(body))
    };
    // Boxed for the same reason.
    Box::pin(long::apart(call, body, work)).await
}

/// True if something is the owner's, or was shared.
pub(super) async fn is_own(
    backend: &Backend,
    version: Option<ApiVersion>,
    owner: &Owner,
    thing: Thing,
    name: &str,
) -> Result<bool, Error> {
    let finder = Finder { backend, version, owner: Some(owner) };
    Ok(matches!(finder.find(thing, name, Need::Change).await?, Found::There(object) if object.whose == Whose::Own))
}

/// Finds what a call refers to, as far as its judgement depends on it.
async fn find(call: &mut Call<Body>, body: Option<&Bytes>, backend: &Backend) -> Result<Known, Error> {
    let mut known = Known::default();
    let (wanted, owner) = match body.filter(|body| is_long(body)) {
        Some(body) => {
            let work =
                |call: &mut Call<()>, body: &[u8]| unknown(&call.policy, &call.question(Some(body), Known::none()));
            long::apart(call, body, work).await
        }
        None => unknown(&call.policy, &call.question(body.map(|body| &**body), Known::none())),
    };
    let finder = Finder { backend, version: call.target.version, owner: owner.as_ref() };
    for Wanted { thing, name, need } in &wanted {
        let found = finder.find(*thing, name, *need).await?;
        known.add(*thing, name, found);
    }
    Ok(known)
}

/// Asks the backend, for an owner or for all.
pub(super) struct Finder<'f> {
    pub(super) backend: &'f Backend,
    pub(super) version: Option<ApiVersion>,
    pub(super) owner: Option<&'f Owner>,
}

impl Finder<'_> {
    async fn find(&self, thing: Thing, name: &str, need: Need) -> Result<Found, Error> {
        if !may_be_name(thing, name) {
            // Nothing is called that.
            return Ok(Found::Missing);
        }
        match thing {
            Thing::Container => self.container(name).await,
            Thing::Exec => self.exec(name).await,
            Thing::Network => self.network(name).await,
            Thing::Volume => self.volume(name).await,
            Thing::Image => match name.strip_suffix(":*") {
                Some(repository) => match self.images(repository, need).await? {
                    Some(found) => Ok(found),
                    // It may be the beginning of an id.
                    None => self.image(repository).await,
                },
                None => self.image(name).await,
            },
        }
    }

    async fn container(&self, name: &str) -> Result<Found, Error> {
        let Some(said) = self.get(&format!("/containers/{name}/json"), &[]).await? else { return Ok(Found::Missing) };
        let json = said.json()?;
        let labels = json.get("Config").and_then(|config| config.get("Labels"));
        let called = text(&json, "Name").trim_start_matches('/');
        object(text(&json, "Id"), called, self.whose(Thing::Container, labels))
    }

    /// True if a container is made of this image, or of another one that is there for the owner.
    pub(super) async fn is_of_image(&self, container: &str, image: &str) -> Result<bool, Error> {
        let Some(said) = self.get(&format!("/containers/{container}/json"), &[]).await? else { return Ok(true) };
        let json = said.json()?;
        let real = text(&json, "Image");
        if real == image || !real.starts_with("sha256:") {
            return Ok(true);
        }
        let found = self.image(real).await?;
        Ok(!matches!(found, Found::There(object) if object.whose == Whose::Others))
    }

    async fn exec(&self, id: &str) -> Result<Found, Error> {
        let Some(said) = self.get(&format!("/exec/{id}/json"), &[]).await? else { return Ok(Found::Missing) };
        let json = said.json()?;
        let container = text(&json, "ContainerID");
        match self.container(container).await? {
            Found::There(object) => Ok(Found::There(Object { id: id.to_owned(), ..object })),
            Found::Missing => Ok(Found::Missing),
        }
    }

    async fn network(&self, name: &str) -> Result<Found, Error> {
        if is_predefined_network(name) {
            let (id, name) = (name.to_owned(), name.to_owned());
            return Ok(Found::There(Object { id, name, whose: Whose::Shared }));
        }
        let found = match self.get(&format!("/networks/{name}"), &[]).await? {
            Some(said) => self.network_of(&said.json()?)?,
            None => Found::Missing,
        };
        if matches!(&found, Found::There(object) if object.whose != Whose::Others) {
            return Ok(found);
        }
        // Names of networks are not unique: the caller's own comes before that of somebody else.
        let Some(owner) = self.owner else { return Ok(found) };
        let filters =
            format!("{{\"label\":[{}],\"name\":[{}]}}", Json::from(owner.filter(Thing::Network)), Json::from(name));
        let Some(said) = self.get("/networks", &[("filters", &filters)]).await? else { return Ok(found) };
        let json = said.json()?;
        let own = json.as_array().unwrap_or_default().iter().find(|network| text(network, "Name") == name);
        own.map_or(Ok(found), |network| self.network_of(network))
    }

    fn network_of(&self, json: &Json<'_>) -> Result<Found, Error> {
        let name = text(json, "Name");
        let whose = match self.whose(Thing::Network, json.get("Labels")) {
            Whose::Others if is_predefined_network(name) => Whose::Shared,
            whose @ (Whose::Own | Whose::Shared | Whose::Others) => whose,
        };
        object(text(json, "Id"), name, whose)
    }

    async fn volume(&self, name: &str) -> Result<Found, Error> {
        let Some(said) = self.get(&format!("/volumes/{name}"), &[]).await? else { return Ok(Found::Missing) };
        let json = said.json()?;
        object(name, name, self.whose(Thing::Volume, json.get("Labels")))
    }

    async fn image(&self, name: &str) -> Result<Found, Error> {
        let Some(said) = self.get(&format!("/images/{name}/json"), &[]).await? else { return Ok(Found::Missing) };
        let json = said.json()?;
        let labels = json.get("Config").and_then(|config| config.get("Labels"));
        object(text(&json, "Id"), name, self.whose(Thing::Image, labels))
    }

    /// All images of a repository; `None` if there is none. They are somebody else's if one of them is.
    async fn images(&self, repository: &str, need: Need) -> Result<Option<Found>, Error> {
        let Some(said) = self.get("/images/json", &[]).await? else { return Ok(Some(Found::Missing)) };
        let json = said.json()?;
        let all = json.as_array().unwrap_or_default().iter();
        let mut found = None;
        for image in all {
            let mut tags = image.get("RepoTags").into_iter().flat_map(Json::strings);
            if !tags.any(|tag| tag.strip_prefix(repository).is_some_and(|rest| rest.starts_with(':'))) {
                continue;
            }
            let whose = self.whose(Thing::Image, image.get("Labels"));
            if whose == Whose::Others && need != Need::Pull {
                return Ok(Some(Found::Missing));
            }
            found = Some(object(text(image, "Id"), repository, whose)?);
            if whose == Whose::Others {
                break;
            }
        }
        Ok(found)
    }

    fn whose(&self, thing: Thing, labels: Option<&Json<'_>>) -> Whose {
        // Without ownership everything is everyone's.
        self.owner.map_or(Whose::Own, |owner| owner.whose(thing, labels))
    }

    /// What the backend has there; `None` if nothing, or nothing clear.
    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Option<Said>, Error> {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let target = Target { version: None, path: path.to_owned(), query }.to_wire(self.version);
        let said = self.backend.ask(Method::GET, &target, None, PATIENCE).await?;
        match said.status {
            StatusCode::OK => Ok(Some(said)),
            status if status.is_client_error() => Ok(None),
            status => {
                Err(Error::backend(format!("vicgate: the backend answers {status} to {path}: {}", said.message())))
            }
        }
    }
}

fn object(id: &str, name: &str, whose: Whose) -> Result<Found, Error> {
    if id.is_empty() {
        return Err(Error::backend("vicgate: the backend names a thing without its id"));
    }
    Ok(Found::There(Object { id: id.to_owned(), name: name.to_owned(), whose }))
}

fn text<'j>(json: &'j Json<'_>, name: &str) -> &'j str {
    json.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// True for what can be asked about without becoming another path.
fn may_be_name(thing: Thing, name: &str) -> bool {
    let word = |name: &str| {
        name.starts_with(|char: char| char.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    };
    match thing {
        Thing::Container | Thing::Volume | Thing::Exec => word(name),
        Thing::Network => {
            !name.is_empty()
                && !matches!(name, "." | "..")
                && !name.chars().any(|char| char.is_control() || matches!(char, '/' | '\\' | '%' | '?' | '#' | ';'))
        }
        Thing::Image => {
            let name = name.strip_suffix(":*").unwrap_or(name);
            let part = |part: &str| {
                part.starts_with(|char: char| char.is_ascii_alphanumeric())
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-:@".contains(&byte))
            };
            name.split('/').all(part)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use http::HeaderValue;
    use tokio::runtime::Builder;

    use super::*;
    use crate::docker::endpoint::Endpoint;
    use crate::policy::{Policy, load};

    #[test]
    fn what_would_lead_to_another_path_is_the_name_of_nothing() {
        for odd in ["", "..", "a/json?x=", "a/../b", "/a", "a b", "a%2fb"] {
            for thing in [Thing::Container, Thing::Volume, Thing::Exec] {
                assert!(!may_be_name(thing, odd), "{odd}");
            }
        }
        for odd in ["", "..", "a/b", "a?b", "a#b"] {
            assert!(!may_be_name(Thing::Network, odd), "{odd}");
        }
        for odd in ["", "..", "a//b", "a/../b", "a?b", "/a", "a b"] {
            assert!(!may_be_name(Thing::Image, odd), "{odd}");
        }
        assert!(may_be_name(Thing::Network, "VM Network") && may_be_name(Thing::Image, "localhost:5000/a/b:1"));
        assert!(may_be_name(Thing::Image, "a@sha256:00") && may_be_name(Thing::Image, "busybox:*"));
    }

    #[test]
    fn a_long_body_is_judged_while_others_are_served_and_as_a_short_one_is() {
        let policy = Arc::new(Policy { profile: load::profile("vic", None).unwrap(), access: None });
        let judged = |body: String| {
            let mut call = Call::<Body>::of_nobody(&policy, Endpoint::ContainerCreate, "/v1.25/containers/create");
            call.headers.insert("x-kept", HeaderValue::from_static("yes"));
            let body = Bytes::from(body);
            let at_once = decide_for(&policy, &call.question(Some(&body), Known::none()), None);
            let (turns, is_over) = (Cell::new(0), Cell::new(false));
            let judging = async {
                let verdict = decide(&mut call, Some(&body), None, Known::none()).await;
                is_over.set(true);
                verdict
            };
            let other = async {
                while !is_over.get() {
                    turns.set(turns.get() + 1);
                    tokio::task::yield_now().await;
                }
            };
            let runtime = Builder::new_current_thread().build().unwrap();
            let (verdict, ()) = runtime.block_on(async { tokio::join!(biased; judging, other) });
            let sent = |verdict: Verdict| match verdict {
                Verdict::Permit(permit) => Ok(permit.body.unwrap_or_else(|| body.to_vec())),
                Verdict::Refuse(refusal) => Err(refusal),
            };
            let verdict = sent(verdict);
            assert_eq!(verdict, sent(at_once));
            assert_eq!(call.headers.get("x-kept").unwrap(), "yes");
            (verdict, turns.get())
        };
        // Nothing is looked for where nothing is said, however long that is.
        assert!(judged(" ".repeat(100_000)).1 > 0);
        for (items, is_long) in [(1, false), (10_000, true)] {
            let env = vec![r#""NAME=value""#; items].join(",");
            for (more, passes) in [("", true), (r#","NoSuch":1"#, false), (r#","Image":"x""#, false), ("]", false)] {
                let (verdict, turns) = judged(format!(r#"{{"Image":"busybox","Env":[{env}]{more}}}"#));
                assert!(verdict.is_ok() == passes && (turns > 0) == is_long, "{more}: {turns}");
            }
        }
    }
}
