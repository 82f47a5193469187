//! Long bodies, which are judged in steps with others between them: all connections of a worker share its thread.

use tokio::task::yield_now;

use crate::docker::json::{self, Json, JsonError, Parser};

/// The bytes that are read at a stretch: a tenth of a millisecond.
const STEP: usize = 32 * 1024;

/// True for a body that others would feel if it were judged at a stretch.
pub(super) const fn is_long(body: &[u8]) -> bool {
    body.len() >= 2 * STEP
}

/// Lets others have their turn between two steps, if the body is long.
pub(super) async fn pause(body: &[u8]) {
    if is_long(body) {
        // Boxed, as it is rare: every call that is judged would carry its memory.
        Box::pin(yield_now()).await;
    }
}

/// [`json::parse`], with others between the steps.
pub(super) async fn parse(body: &[u8]) -> Result<Json<'_>, JsonError> {
    if is_long(body) { Box::pin(parse_in_steps(body)).await } else { json::parse(body) }
}

async fn parse_in_steps(body: &[u8]) -> Result<Json<'_>, JsonError> {
    let mut parser = Parser::new(body)?;
    loop {
        yield_now().await;
        if let Some(value) = parser.read_on(STEP)? {
            return Ok(value);
        }
    }
}
