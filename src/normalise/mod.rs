//! Answers: made what the API version of the call documents.

mod body;
mod errors;
mod status;
mod warnings;

pub use body::{first, read, with_body, with_json};
pub use errors::{error_answer, error_in_form};
pub use warnings::add_warnings;

use crate::docker::endpoint::Endpoint;
use crate::docker::version::ApiVersion;

/// What was asked, as far as the form of the answer depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The operation.
    pub endpoint: Endpoint,
    /// The version in the path; a call without one gets the newest form.
    pub version: Option<ApiVersion>,
}

impl Asked {
    /// The version whose documents hold for the answer.
    #[must_use]
    pub fn version(self) -> ApiVersion {
        self.version.unwrap_or(ApiVersion::NEWEST)
    }
}
