//! Makes an answer what the API version of its call documents.

use std::rc::Rc;
use std::task::{Context, Poll};

use http::Response;
use tower::{Layer, Service};

use super::{Answer, Connection};
use crate::body::Body;
use crate::docker::endpoint::Endpoint;
use crate::error::Error;
use crate::normalise::{Asked, add_warnings, error_in_form};
use crate::policy::Permitted;

/// Layer of [`Normalise`].
#[derive(Clone)]
pub(super) struct NormaliseLayer(Rc<Connection>);

impl NormaliseLayer {
    /// For the calls of one connection.
    pub(super) fn new(connection: &Rc<Connection>) -> Self {
        Self(connection.clone())
    }
}

impl<S> Layer<S> for NormaliseLayer {
    type Service = Normalise<S>;

    fn layer(&self, inner: S) -> Normalise<S> {
        Normalise { inner, connection: self.0.clone() }
    }
}

/// Repairs errors and adds warnings; a success passes as it is.
#[derive(Clone)]
pub(super) struct Normalise<S> {
    inner: S,
    connection: Rc<Connection>,
}

impl<S> Service<Permitted<Body>> for Normalise<S>
where
    S: Service<Permitted<Body>, Response = Response<Body>, Error = Error> + 'static,
    S::Future: 'static,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, permitted: Permitted<Body>) -> Answer {
        let asked = Asked { endpoint: permitted.endpoint(), version: permitted.client_version() };
        let warnings = permitted.warnings().to_vec();
        let policy = permitted.policy().clone();
        let bridged = permitted.bridged().cloned();
        let sent = permitted.target().version;
        let connection = self.connection.clone();
        let answer = self.inner.call(permitted);
        Box::pin(async move {
            let response = answer.await?;
            if response.status().is_client_error() || response.status().is_server_error() {
                // Boxed, as what is rare: all others would carry its memory.
                let response = Box::pin(error_in_form(response, asked, &policy.profile, bridged.as_deref())).await?;
                return connection.gateway.negotiator.believe(response, sent, &connection.gateway.backend);
            }
            if asked.endpoint == Endpoint::ContainerCreate && !warnings.is_empty() {
                return Box::pin(add_warnings(response, &warnings)).await;
            }
            Ok(response)
        })
    }
}
