//! The one error of the program that knows status codes.

use http::StatusCode;

/// Whose fault it is. This one axis decides the log level and the metric label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call is wrong, or not permitted.
    Client,
    /// We failed.
    Gateway,
    /// The backend failed, or cannot be reached.
    Backend,
}

/// A call that ends in an error answer. The outermost layer turns it into
/// Docker's error form for the call's API version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Whose fault it is.
    pub fault: Fault,
    /// The status of the answer; always an error.
    pub status: StatusCode,
    /// What a person reads. The stock CLI prints it behind
    /// `Error response from daemon: `.
    pub message: String,
    /// True if bytes of the request may be left unread, so that the
    /// connection can carry no further call.
    pub close: bool,
    /// The rows and rules that refuse the call, for the audit log; often none.
    pub rules: Vec<String>,
}

impl Error {
    /// An error that the client can mend.
    pub fn client(status: StatusCode, message: impl Into<String>) -> Self {
        Self { fault: Fault::Client, status, message: message.into(), close: false, rules: Vec::new() }
    }

    /// 400: the call cannot be read in one way only.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::client(StatusCode::BAD_REQUEST, message)
    }

    /// 502: the backend did not answer as a backend must.
    pub fn backend(message: impl Into<String>) -> Self {
        Self {
            fault: Fault::Backend,
            status: StatusCode::BAD_GATEWAY,
            message: message.into(),
            close: false,
            rules: Vec::new(),
        }
    }

    /// 500: we failed.
    pub fn gateway(message: impl Into<String>) -> Self {
        Self {
            fault: Fault::Gateway,
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: message.into(),
            close: false,
            rules: Vec::new(),
        }
    }

    /// The same error, which these rows or rules are the reason of.
    #[must_use]
    pub fn by(mut self, rules: impl IntoIterator<Item = String>) -> Self {
        self.rules = rules.into_iter().collect();
        self
    }

    /// The same error, after which the client's connection is closed.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.close = true;
        self
    }
}
