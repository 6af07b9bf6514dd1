//! A static host that can be made slow, or to fail in the ways in which hosts do.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What a host may do to a file.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Answer with this status.
    Status(u16),
    /// Send a page in its place, as hosts do that want one to sign in.
    Page,
    /// Close the connection in the middle of the file.
    Truncated,
    /// Call it something else: a content type.
    Kind(&'static str),
    /// Close the connection without an answer.
    Hangup,
    /// Wait before the answer.
    Late(Duration),
}

/// A line to the host, shared by all connections.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Downwards.
    pub bytes_per_second: f64,
    /// Before each answer, and once more where a connection is new.
    pub round_trip: Duration,
}

type Rule = Box<dyn Fn(&str) -> Option<Fault> + Send>;

#[derive(Default)]
struct State {
    rule: Option<Rule>,
    headers: Vec<(String, String, String)>,
    line: Option<Line>,
    requests: Vec<String>,
    sent: usize,
    /// By the checksum of what is packed.
    packed: HashMap<u64, Vec<u8>>,
    /// When the line has sent what it was given.
    free_at: Option<Instant>,
}

struct Shared {
    folder: PathBuf,
    state: Mutex<State>,
    ended: AtomicBool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }
}

/// A running host, ended with this value.
pub struct Host {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Host {
    /// Serves a folder on a free port of loopback.
    pub fn start(folder: &Path) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            folder: folder.to_owned(),
            state: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let host = Self {
            shared: Arc::clone(&shared),
            address,
        };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.ended.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&shared);
                // A visitor who goes away is no failure of the test.
                thread::spawn(move || converse(&shared, stream).ok());
            }
        });
        Ok(host)
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// From now on `rule` says what happens to each path.
    pub fn fail(&self, rule: impl Fn(&str) -> Option<Fault> + Send + 'static) {
        self.shared.state().rule = Some(Box::new(rule));
    }

    /// All is well again.
    pub fn recover(&self) {
        self.shared.state().rule = None;
    }

    /// Sends a header with every path that ends with `suffix`.
    pub fn header(&self, suffix: &str, name: &str, value: &str) {
        let header = (suffix.to_owned(), name.to_owned(), value.to_owned());
        self.shared.state().headers.push(header);
    }

    /// Sends everything over a line like this one.
    pub fn behind(&self, line: Line) {
        self.shared.state().line = Some(line);
    }

    /// How many bytes were sent since the last call, heads included.
    pub fn sent(&self) -> usize {
        std::mem::take(&mut self.shared.state().sent)
    }

    /// The paths that were asked for since the last call.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.state().requests)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // Wakes the listener, which ends then.
        let _ = TcpStream::connect(self.address);
    }
}

/// What a request says that matters here.
struct Request {
    path: String,
    gzip: bool,
    known: Option<String>,
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let target = line.split(' ').nth(1).context("no request line")?;
    let mut request = Request {
        path: target.split('?').next().unwrap_or_default()[1..].to_owned(),
        gzip: false,
        known: None,
    };
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            return Ok(Some(request));
        };
        match name.to_ascii_lowercase().as_str() {
            "accept-encoding" => request.gzip = value.contains("gzip"),
            "if-none-match" => request.known = Some(value.to_owned()),
            _ => {}
        }
    }
}

fn converse(shared: &Shared, stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let mut is_new = true;
    while let Some(request) = read_request(&mut reader)? {
        if shared.ended.load(Ordering::Relaxed) {
            break;
        }
        let (fault, line, headers) = {
            let mut state = shared.state();
            state.requests.push(request.path.clone());
            let fault = state.rule.as_ref().and_then(|rule| rule(&request.path));
            let ours = |(suffix, ..): &&(String, String, String)| request.path.ends_with(suffix);
            let headers: String = state
                .headers
                .iter()
                .filter(ours)
                .map(|(_, name, value)| format!("{name}: {value}\r\n"))
                .collect();
            (fault, state.line, headers)
        };
        if let Some(Fault::Hangup) = fault {
            out.shutdown(Shutdown::Both)?;
            break;
        }
        if let Some(Fault::Late(wait)) = fault {
            thread::sleep(wait);
        }
        if let Some(line) = line {
            thread::sleep(line.round_trip * if is_new { 2 } else { 1 });
        }
        is_new = false;
        let answer = answer(shared, &request, fault, &headers)?;
        send(shared, &mut out, &answer, line)?;
        if let Some(Fault::Truncated) = fault {
            out.shutdown(Shutdown::Both)?;
            break;
        }
    }
    Ok(())
}

fn answer(
    shared: &Shared,
    request: &Request,
    fault: Option<Fault>,
    headers: &str,
) -> Result<Vec<u8>> {
    let mut path = shared.folder.join(&request.path);
    if path.is_dir() {
        path.push("index.html");
    }
    let (status, mut kind, mut body) = match fs::read(&path) {
        Ok(body) => (200, kind(&path), body),
        Err(_) => (404, "text/plain", b"404".to_vec()),
    };
    let mut status = status;
    match fault {
        Some(Fault::Status(code)) => (status, body) = (code, code.to_string().into_bytes()),
        Some(Fault::Page) => {
            (status, kind) = (200, "text/html");
            body = b"<!doctype html><title>Sign in</title>".to_vec();
        }
        Some(Fault::Kind(other)) => kind = other,
        _ => {}
    }
    // A browser that keeps a bad answer keeps it for modules for good: no host may ask for that.
    let cache = if fault.is_some() && request.path.ends_with(".js") {
        "no-store"
    } else if is_lasting(&request.path) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let tag = format!("\"{}-{}\"", kind.len(), checksum(&body));
    if status == 200 && request.known.as_deref() == Some(tag.as_str()) {
        return Ok(format!("HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nCache-Control: {cache}\r\nAccess-Control-Allow-Origin: *\r\n{headers}\r\n").into_bytes());
    }
    let mut coding = "";
    if request.gzip && status == 200 && fault.is_none() && !kind.contains("octet-stream") {
        coding = "Content-Encoding: gzip\r\n";
        let mut state = shared.state();
        let packed = state.packed.entry(checksum(&body)).or_default();
        if packed.is_empty() {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&body)?;
            *packed = encoder.finish()?;
        }
        body.clone_from(packed);
    }
    let head = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nETag: {tag}\r\nCache-Control: {cache}\r\nAccess-Control-Allow-Origin: *\r\nTiming-Allow-Origin: *\r\n{coding}{headers}\r\n",
        body.len()
    );
    if let Some(Fault::Truncated) = fault {
        body.truncate(body.len() / 2);
    }
    let mut answer = head.into_bytes();
    answer.append(&mut body);
    Ok(answer)
}

/// Sends at the line's pace; several answers share it.
fn send(shared: &Shared, out: &mut TcpStream, answer: &[u8], line: Option<Line>) -> Result<()> {
    const PACKET: usize = 2900;
    shared.state().sent += answer.len();
    let Some(line) = line else {
        return Ok(out.write_all(answer)?);
    };
    for packet in answer.chunks(PACKET) {
        let sent = {
            let mut state = shared.state();
            let now = Instant::now();
            let start = state.free_at.map_or(now, |free| free.max(now));
            let sent = start + Duration::from_secs_f64(packet.len() as f64 / line.bytes_per_second);
            state.free_at = Some(sent);
            sent
        };
        thread::sleep(sent.saturating_duration_since(Instant::now()));
        out.write_all(packet)?;
    }
    Ok(())
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html",
        Some("js" | "mjs") => "text/javascript",
        Some("css") => "text/css",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// Whether a folder of the path ends in a hash.
fn is_lasting(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| {
        folder.rsplit_once('-').is_some_and(|(_, hash)| {
            hash.len() >= 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    })
}

fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
