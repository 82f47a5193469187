//! `vicgate demo`: the gateway in front of the built-in stand-in.

use std::process::ExitCode;

use clap::Args;

use super::serve::{ServeArgs, Started};
use super::{EXIT_CONFIG, EXIT_FAILED, fail};
use crate::observe::log;
use crate::settings::Settings;
use crate::standin::{self, StandIn};

/// Flags of `demo`.
#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    /// Where to listen: tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH
    #[arg(short = 'H', long, value_name = "URL", default_value = "tcp://127.0.0.1:2375")]
    pub listen: Vec<String>,
    /// Form of the log on standard error: auto (text on a terminal, else JSON), text or json
    #[arg(long, value_name = "FORM")]
    pub log_format: Option<String>,
}

/// Runs the stand-in and the gateway until it is stopped.
#[must_use]
pub fn run(args: &DemoArgs) -> ExitCode {
    let backend = match start_stand_in() {
        Ok(url) => url,
        Err(error) => return fail(EXIT_FAILED, &format!("cannot start the stand-in: {error}")),
    };
    let flags = ServeArgs {
        listen: args.listen.clone(),
        backend: Some(backend),
        profile: Some("vic".into()),
        log_format: args.log_format.clone(),
        ..ServeArgs::default()
    };
    // The demo takes nothing from files or the environment: it must work from any folder.
    let settings = match Settings::from_flags(&flags.flags()) {
        Ok(settings) => settings,
        Err(error) => return fail(EXIT_CONFIG, &error),
    };
    log::start(settings.log.format);
    match Started::new(settings) {
        Ok(started) => {
            let host = started.addresses().first().cloned().unwrap_or_default();
            started.run(&format!(
                "A stand-in for a VIC appliance, with the gateway in front. Paste this, then use docker as ever:\n\
                 export DOCKER_HOST={host}\n\
                 Images: busybox, hello-world. Try: docker run --privileged busybox true\n"
            ))
        }
        Err(problem) => fail(EXIT_CONFIG, &problem),
    }
}

/// Starts the stand-in on a loopback port of its own, in a thread of its own,
/// and gives its URL.
fn start_stand_in() -> std::io::Result<String> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let url = format!("tcp://{}", listener.local_addr()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("stand-in".into()).spawn(move || {
        runtime.block_on(async {
            match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => {
                    StandIn::new(standin::Settings::default()).serve(standin::Listener::Tcp(listener)).await;
                }
                Err(error) => tracing::error!(%error, "the stand-in cannot listen"),
            }
        });
    })?;
    Ok(url)
}
