//! What says nothing of a new container is nothing to a rule: the short way leaves it out of the body, and judges
//! the same call.

use proptest::prelude::*;

use super::*;
use crate::docker::json::Json;
use crate::docker::schema::{Keep, Type, skim};

/// Texts that mean something somewhere, and none.
const TEXTS: &[&str] = &[
    "",
    "bridge",
    "default",
    "host",
    "container:x",
    "private",
    "root",
    "1000",
    "/etc:/h",
    "v:/h:ro",
    ":",
    "a=b",
    "/",
    "bind",
    "volume",
    "tmpfs",
    "local",
    "CMD",
    "NONE",
    "nfs",
    "0",
    "SYS_ADMIN",
    "no-new-privileges",
    "busybox",
    "80/tcp",
];

/// Bytes to choose by. When they are used up, everything is left out.
struct Choices<'c>(std::slice::Iter<'c, u8>);

impl Choices<'_> {
    fn below(&mut self, most: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % most
    }

    fn text(&mut self) -> &'static str {
        TEXTS[self.below(TEXTS.len())]
    }

    fn value(&mut self, ty: &'static Type) -> Json<'static> {
        match ty {
            Type::Bool => Json::Bool(self.below(2) == 1),
            Type::Int(least, most) => {
                let number = [0, -1, 1, 1024][self.below(4)];
                Json::Number(number.clamp(*least, *most).to_string().into())
            }
            Type::Str | Type::Text | Type::Unset => self.text().into(),
            Type::Strings => self.items(&Type::Text),
            Type::List(item) => self.items(item),
            Type::Map(item) => {
                let mut members: Vec<(Cow<'static, str>, Json<'static>)> = Vec::new();
                for _ in 0..self.below(3) {
                    let name = self.text();
                    if members.iter().all(|(other, _)| other != name) {
                        members.push((name.into(), self.value(item)));
                    }
                }
                Json::Object(members)
            }
            Type::Struct(schema) => {
                let mut members = Vec::new();
                for field in schema.all_fields() {
                    match self.below(4) {
                        0 => {}
                        1 => members.push((field.name.into(), Json::Null)),
                        _ => members.push((field.name.into(), self.value(&field.ty))),
                    }
                }
                Json::Object(members)
            }
            Type::Size | Type::Float | Type::Any => Json::Null,
        }
    }

    fn items(&mut self, item: &'static Type) -> Json<'static> {
        Json::Array((0..self.below(3)).map(|_| self.value(item)).collect())
    }
}

/// The facts without what was sent, which is for messages. Rules take those of a kind in any order.
fn plain<'f>(facts: &Facts<'f>) -> Vec<(usize, Grant, String, Value<'f>)> {
    let mut plain: Vec<_> = (facts.facts.iter())
        .map(|fact| (fact.kind as usize, fact.grant, fact.path.clone(), fact.value.clone()))
        .collect();
    plain.sort_by(|a, b| (a.0, &a.2).cmp(&(b.0, &b.2)));
    plain
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_facts_of_a_create_are_those_of_its_uses(
        choices in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let endpoint = Endpoint::ContainerCreate;
        let ty = schema::body(endpoint).unwrap();
        let text = Choices(choices.iter()).value(ty).to_vec();
        let read_with = |keep| skim(ty, &text, ApiVersion::NEWEST, keep);
        // Neither is there for what goes the long way.
        let (Some(all), Some(uses)) = (read_with(Keep::All), read_with(Keep::Uses)) else {
            prop_assert_eq!(read_with(Keep::All).is_some(), read_with(Keep::Uses).is_some());
            return Ok(());
        };
        let facts = |body| read(endpoint, "", None, Some(body), KindSet::ALL);
        let (all, uses) = (facts(&all), facts(&uses));
        prop_assert_eq!(plain(&all), plain(&uses));
        prop_assert_eq!((all.kinds, all.closed, all.limits), (uses.kinds, uses.closed, uses.limits));
    }
}
