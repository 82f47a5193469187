//! `vicgate certs`: a CA, server and client certificates in Docker's file layout,
//! and what a PEM file is.

mod files;
mod make;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{EXIT_CONFIG, EXIT_FAILED, fail, out};

/// Arguments of `certs`.
#[derive(Args, Clone, Debug)]
pub struct CertsArgs {
    #[command(subcommand)]
    command: CertsCommand,
}

/// What is to be done with certificates.
#[derive(Subcommand, Clone, Debug)]
pub enum CertsCommand {
    /// Make a CA and a server certificate: ca.pem, ca-key.pem, server-cert.pem, server-key.pem
    Init {
        /// Folder to write to; it is made if it is not there
        dir: PathBuf,
        /// Name or address that clients use for this server, beside localhost and the name of this host
        #[arg(long = "host", value_name = "NAME", value_parser = make::host)]
        hosts: Vec<make::Host>,
    },
    /// Make a client certificate in a folder of its own: ca.pem, cert.pem, key.pem
    Client {
        /// Folder of the CA, as `init` made it
        dir: PathBuf,
        /// Common name of the certificate, and name of its folder
        #[arg(value_parser = make::client_name)]
        name: String,
        /// Organisation of the certificate, which access policies can ask for
        #[arg(long, value_parser = make::subject_text)]
        org: Option<String>,
    },
    /// Say what a file is, whom it is for and when it ends
    Show {
        /// A certificate, a private key or a revocation list
        file: PathBuf,
    },
}

/// Does it.
#[must_use]
pub fn run(args: &CertsArgs) -> ExitCode {
    let done = match &args.command {
        CertsCommand::Init { dir, hosts } => make::init(dir, hosts),
        CertsCommand::Client { dir, name, org } => make::client(dir, name, org.as_deref()),
        CertsCommand::Show { file } => show::show(file),
    };
    match done {
        Ok(text) => {
            out(&text);
            ExitCode::SUCCESS
        }
        Err(error) => fail(error.exit_code(), &error),
    }
}

/// Why nothing was made or shown.
#[derive(Debug, thiserror::Error)]
pub enum CertsError {
    /// Something is there already.
    #[error("{} is there already; nothing was changed", .0.display())]
    Exists(PathBuf),
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {problem}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// No certificate could be made.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// The system gives no random numbers.
    #[error("no random numbers can be had")]
    Random,
}

impl CertsError {
    /// Bad files are bad configuration; the rest failed here and now.
    const fn exit_code(&self) -> u8 {
        match self {
            Self::Read { .. } | Self::Unfit { .. } => EXIT_CONFIG,
            Self::Exists(_) | Self::Write { .. } | Self::Make(_) | Self::Random => EXIT_FAILED,
        }
    }
}
