//! What the backend said of the things that a call refers to.

use super::reference::Thing;

/// What is known of things, by what the call calls them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    found: Vec<(Thing, String, Found)>,
    /// Where everything is taken for the caller's, by the name that it is called: but for these.
    assumed: Option<Vec<String>>,
}

/// What came of looking for a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is none, or none for the caller.
    Missing,
    /// There is one.
    There(Object),
}

/// A thing that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What names it and nothing else: the full id; the name of a volume.
    pub id: String,
    /// Its name; for an exec, that of its container.
    pub name: String,
    /// Whose it is.
    pub whose: Whose,
}

/// Whose a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The caller's.
    Own,
    /// Nobody's: everyone uses it, and nobody changes it.
    Shared,
    /// Somebody else's, which is to say that it is not there.
    Others,
}

/// Nothing.
static NONE: Known = Known { found: Vec::new(), assumed: None };

impl Known {
    /// Where nothing had to be looked for.
    #[must_use]
    pub fn none() -> &'static Self {
        &NONE
    }

    /// For those who judge without a backend: what a call names is there, and the caller's, but for
    /// what is called one of `others`.
    #[must_use]
    pub const fn assumed(others: Vec<String>) -> Self {
        Self { found: Vec::new(), assumed: Some(others) }
    }

    /// Notes what came of looking for a thing.
    pub fn add(&mut self, thing: Thing, name: &str, found: Found) {
        self.found.push((thing, name.to_owned(), found));
    }

    /// What is known of a thing. One that nobody has looked for is not there.
    #[must_use]
    pub fn get(&self, thing: Thing, name: &str) -> &Found {
        self.looked_for(thing, name).unwrap_or(&Found::Missing)
    }

    /// The same, if somebody has looked for it.
    #[must_use]
    pub fn looked_for(&self, thing: Thing, name: &str) -> Option<&Found> {
        self.found.iter().find(|(own, called, _)| *own == thing && called == name).map(|(_, _, found)| found)
    }

    /// Whose a thing is, where that is not looked for but assumed.
    #[must_use]
    pub fn assumes(&self, name: &str) -> Option<Whose> {
        let others = self.assumed.as_ref()?;
        Some(if others.iter().any(|other| other == name) { Whose::Others } else { Whose::Own })
    }

    /// True if nobody has looked for anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}
