//! What a connection was let in by, to be looked at again after a reload.

use std::rc::Rc;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;

use super::listen::Tls;
use super::{Grounds, handshake};
use crate::net;

/// The listener's part: whose certificates it accepts.
#[derive(Clone, Debug)]
pub(super) struct Standing(pub(super) Option<Arc<Tls>>);

impl Standing {
    /// Judges the client's certificate again, and the call that lasts. Says so in the
    /// log if one of them is refused.
    pub(super) fn holds(&self, chain: Option<&[CertificateDer<'_>]>, grounds: Option<&Rc<dyn Grounds>>) -> bool {
        let accepted = self.0.as_ref().map_or(Ok(()), |tls| tls.current.load().still_accepts(chain));
        let refusal = match (accepted, grounds.map(|grounds| grounds.hold())) {
            (Ok(()), None | Some(Ok(()))) => return true,
            (Ok(()), Some(Err(refusal))) => refusal,
            (Err(rustls::Error::InvalidCertificate(reason)), _) => {
                format!("its certificate {}", handshake::certificate(&reason))
            }
            (Err(other), _) => other.to_string(),
        };
        let leaf = chain.and_then(<[_]>::first);
        let who = leaf.and_then(|leaf| net::certificate(leaf).ok()).map(|found| found.label());
        tracing::warn!(who, "a connection is cut after the reload: {refusal}");
        false
    }
}
