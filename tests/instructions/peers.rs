//! The three parties: a client that sends one request after the other, the gateway
//! under callgrind, and a backend with one answer.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Answers every request with the same few bytes, until the test ends.
pub struct Backend {
    path: PathBuf,
    _dir: TempDir,
}

impl Backend {
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("backend.sock");
        let listener = UnixListener::bind(&path).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                std::thread::spawn(move || answer(stream));
            }
        });
        Self { path, _dir: dir }
    }
}

fn answer(mut stream: UnixStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(created) = read_message(&mut reader).map(|head| head.starts_with("POST")) {
        let (status, body) = if created {
            (
                "201 Created",
                r#"{"Id":"4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945","Warnings":[]}"#,
            )
        } else {
            ("200 OK", "[]")
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Reads a head and its body, whose length stands in it or is none; gives the head.
fn read_message(reader: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(head)
}

/// `vicgate serve` under callgrind, with one worker.
pub struct Counted {
    process: Child,
    dir: TempDir,
    tcp: SocketAddr,
}

impl Counted {
    pub fn start(program: &Path, backend: &Backend, profile: &str, rules: usize, audit: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| dir.path().join(name).display().to_string();
        let mut settings = format!(
            "[[listen]]\nurl = \"tcp://127.0.0.1:0\"\n[[listen]]\nurl = \"unix://{}\"\n[backend]\nurl = \"unix://{}\"\n\
             [limits]\nworkers = 1\n[policy]\nprofile = {profile:?}\n",
            file("gateway.sock"),
            backend.path.display()
        );
        if rules > 0 {
            std::fs::write(file("access.toml"), policy(rules)).unwrap();
            settings += &format!("access = {:?}\n", file("access.toml"));
        }
        if audit {
            settings += &format!("[log]\naudit = {:?}\n", file("audit.log"));
        }
        std::fs::write(file("gate.toml"), settings).unwrap();
        let mut process = Command::new("valgrind")
            .args(["--tool=callgrind", "--quiet", "--demangle=no"])
            .arg(format!("--callgrind-out-file={}", file("counts")))
            .arg(program)
            .args(["serve", "--config", &file("gate.toml")])
            .current_dir(dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().take(2);
        let said = lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n");
        let listener = said.lines().find_map(|line| line.strip_prefix("listening on tcp://"));
        let tcp = listener.unwrap_or_else(|| panic!("{said:?}")).parse().unwrap();
        Self { process, dir, tcp }
    }

    /// Connects, asks for nothing, and waits for the end.
    pub fn look(&self) {
        let mut stream = TcpStream::connect(self.tcp).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
    }

    /// Sends a request so often, each behind the answer to the one before.
    pub fn ask(&self, request: &str, times: usize) {
        let mut stream = UnixStream::connect(self.dir.path().join("gateway.sock")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        for number in 0..times {
            stream.write_all(request.replace("{n}", &number.to_string()).as_bytes()).unwrap();
            let head = read_message(&mut reader).unwrap();
            assert!(head.starts_with("HTTP/1.1 20"), "{head}");
        }
    }

    /// Ends it, and gives the instructions that it has executed in all.
    pub fn instructions(self) -> u64 {
        let counts = self.end();
        let total = counts.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
        total.trim().parse().unwrap()
    }

    /// Ends it, and gives what callgrind has written.
    pub fn end(mut self) -> String {
        let ended = Command::new("kill").args(["-s", "TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(ended.success() && self.process.wait().unwrap().success());
        std::fs::read_to_string(self.dir.path().join("counts")).unwrap()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Rules of every kind that do not fit, before the one that allows all.
fn policy(rules: usize) -> String {
    let mut text = "name = \"counted\"\n[[identity]]\nanyone_else = true\nrole = \"all\"\n".to_owned();
    for rule in 1..rules {
        let kind = if rule % 4 == 0 { "deny" } else { "allow" };
        write!(text, "[[{kind}]]\nname = \"r{rule}\"\nrole = \"all\"\n").unwrap();
        match rule % 3 {
            0 => writeln!(text, "endpoints = [\"ContainerCreate\"]\nimages = [\"registry-{rule}.example.com/**\"]"),
            1 => writeln!(text, "endpoints = [\"ContainerCreate\"]\nlabels = [\"team=t{rule}\"]"),
            _ => writeln!(text, "endpoints = [\"ContainerDelete\"]\nnames = [\"job-{rule}-*\"]"),
        }
        .unwrap();
    }
    text + "[[allow]]\nname = \"rest\"\nrole = \"all\"\ngroups = [\"read\", \"lifecycle\"]\nunrestricted = true\n"
}
