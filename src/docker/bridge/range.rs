//! Which versions clients may speak, and which one a call is sent with.

use crate::docker::version::ApiVersion;

/// What the gateway offers, and what the backend speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The oldest version that clients may speak.
    pub min: ApiVersion,
    /// The newest version that clients may speak.
    pub max: ApiVersion,
    /// The oldest version of the backend.
    pub backend_min: ApiVersion,
    /// The newest version of the backend.
    pub backend_max: ApiVersion,
}

/// The client's version is outside of what is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfRange {
    /// It is older than the oldest.
    #[error(
        "client version {0} is too old. Minimum supported API version is {1}, please upgrade your client to a newer \
         version"
    )]
    TooOld(ApiVersion, ApiVersion),
    /// It is newer than the newest.
    #[error("client version {0} is too new. Maximum supported API version is {1}")]
    TooNew(ApiVersion, ApiVersion),
}

impl Range {
    /// The oldest version that is offered unless the settings say otherwise.
    const LOW: ApiVersion = ApiVersion::new(18);
    /// The newest version that is offered unless the settings say otherwise.
    const HIGH: ApiVersion = ApiVersion::new(52);

    /// The range for a backend that speaks `backend_min` to `backend_max`: by default
    /// those and 1.18 to 1.52, else what the settings say.
    #[must_use]
    pub fn new(
        backend_min: ApiVersion,
        backend_max: ApiVersion,
        min: Option<ApiVersion>,
        max: Option<ApiVersion>,
    ) -> Self {
        let min = min.unwrap_or_else(|| Self::LOW.min(backend_min));
        let max = max.unwrap_or_else(|| Self::HIGH.max(backend_max)).max(min);
        Self { min, max, backend_min, backend_max }
    }

    /// The version that a client speaks which has `version` in its path: none means the newest.
    ///
    /// # Errors
    /// The version is not offered; the text is the daemon's own.
    pub fn client(&self, version: Option<ApiVersion>) -> Result<ApiVersion, OutOfRange> {
        let version = version.unwrap_or(self.max);
        if version < self.min {
            return Err(OutOfRange::TooOld(version, self.min));
        }
        if version > self.max {
            return Err(OutOfRange::TooNew(version, self.max));
        }
        Ok(version)
    }

    /// The version to send a call of such a client with: its own if the backend
    /// speaks it, else the nearest.
    #[must_use]
    pub fn backend(&self, client: ApiVersion) -> ApiVersion {
        client.clamp(self.backend_min, self.backend_max.max(self.backend_min))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn v(minor: u8) -> ApiVersion {
        ApiVersion::new(minor)
    }

    #[test]
    fn a_version_that_the_backend_speaks_stays_and_others_become_the_nearest() {
        let vic = Range::new(v(19), v(25), None, None);
        let sent = |client| vic.backend(v(client));
        assert_eq!((sent(18), sent(19), sent(23), sent(25), sent(52)), (v(19), v(19), v(23), v(25), v(25)));
        let engine29 = Range::new(v(44), v(55), None, None);
        assert_eq!((engine29.backend(v(24)), engine29.backend(v(55))), (v(44), v(55)));
    }

    #[test]
    fn the_offer_is_what_the_backend_speaks_and_more() {
        let vic = Range::new(v(19), v(25), None, None);
        assert_eq!((vic.min, vic.max), (v(18), v(52)));
        assert_eq!(
            (Range::new(v(12), v(41), None, None).min, Range::new(v(44), v(55), None, None).max),
            (v(12), v(55))
        );
        let narrow = Range::new(v(19), v(25), Some(v(24)), Some(v(25)));
        assert_eq!((narrow.min, narrow.max), (v(24), v(25)));
        assert_eq!(narrow.client(None), Ok(v(25)));
    }

    #[test]
    fn a_version_outside_gets_the_daemons_own_text() {
        let vic = Range::new(v(19), v(25), None, None);
        let text = |client| vic.client(Some(v(client))).map_err(|error| error.to_string());
        assert_eq!(text(53), Err("client version 1.53 is too new. Maximum supported API version is 1.52".to_owned()));
        let old = "client version 1.17 is too old. Minimum supported API version is 1.18, please upgrade your client \
                   to a newer version";
        assert_eq!(text(17), Err(old.to_owned()));
    }
}
