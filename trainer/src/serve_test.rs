use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::{fs, thread};

use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;

/// A server on a thread of its own, ended when dropped.
struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Running {
    fn start(directory: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let server = runtime
            .block_on(Server::bind(directory, any_port()))
            .unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let stop = async { stopped.await.unwrap() };
            runtime.block_on(server.run(stop)).unwrap();
        });
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn ask(&self, method: &str, path: &str, headers: &[&str]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\n").unwrap();
        for header in headers {
            write!(stream, "{header}\r\n").unwrap();
        }
        write!(stream, "Connection: close\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        Answer {
            head: String::from_utf8(bytes[..end].to_vec()).unwrap(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// A folder `site` with files of several types, and a secret beside it.
fn site() -> TempDir {
    let home = TempDir::new().unwrap();
    let site = home.path().join("site");
    let shards = site.join("models/next-linear-0a1b2c3d4e5f");
    fs::create_dir_all(&shards).unwrap();
    fs::write(home.path().join("secret.txt"), "secret").unwrap();
    fs::write(site.join("index.html"), "<!doctype html>").unwrap();
    fs::write(site.join("manifest.json"), r#"{"items":"…"}"#.repeat(200)).unwrap();
    fs::write(site.join("engine_bg.wasm"), b"\0asm".repeat(400)).unwrap();
    fs::write(site.join("engine.js"), "export {}").unwrap();
    fs::write(site.join("mug.svg"), "<svg/>").unwrap();
    fs::write(
        shards.join("rows-00000.bin"),
        (0..=255).collect::<Vec<u8>>(),
    )
    .unwrap();
    home
}

fn serving() -> (TempDir, Running) {
    let home = site();
    let server = Running::start(&home.path().join("site"));
    (home, server)
}

const SHARD: &str = "/models/next-linear-0a1b2c3d4e5f/rows-00000.bin";

#[test]
fn every_type_of_file_gets_its_name() {
    let (_home, server) = serving();
    for (path, kind) in [
        ("/", "text/html"),
        ("/manifest.json", "application/json"),
        ("/engine_bg.wasm", "application/wasm"),
        ("/engine.js", "text/javascript"),
        ("/mug.svg", "image/svg+xml"),
        (SHARD, "application/octet-stream"),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.header("content-type"), Some(kind), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn a_range_gives_those_bytes() {
    let (_home, server) = serving();
    let answer = server.ask("GET", SHARD, &["Range: bytes=10-13"]);
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.header("content-range"), Some("bytes 10-13/256"));
    assert_eq!(answer.body, [10, 11, 12, 13]);
    let beyond = server.ask("GET", SHARD, &["Range: bytes=900-"]);
    assert_eq!(beyond.status(), 416);
}

#[test]
fn a_range_of_a_compressible_file_is_not_compressed() {
    let (_home, server) = serving();
    let asked = ["Range: bytes=1-599", "Accept-Encoding: gzip"];
    let answer = server.ask("GET", "/engine_bg.wasm", &asked);
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(answer.body.len(), 599);
    assert!(answer.body.starts_with(b"asm\0"));
}

#[test]
fn gzip_only_when_asked_and_only_where_it_helps() {
    let (_home, server) = serving();
    let gzip = ["Accept-Encoding: gzip"];
    for path in ["/manifest.json", "/engine_bg.wasm"] {
        let answer = server.ask("GET", path, &gzip);
        assert_eq!(answer.header("content-encoding"), Some("gzip"), "{path}");
        let vary = answer.header("vary").unwrap();
        assert!(vary.contains("accept-encoding"), "{vary}");
        assert!(answer.body.len() < 200, "{} bytes", answer.body.len());
    }
    let plain = server.get("/engine_bg.wasm");
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.body.len(), 1600);
    for path in [SHARD, "/mug.svg"] {
        let answer = server.ask("GET", path, &gzip);
        assert_eq!(answer.header("content-encoding"), None, "{path}");
    }
}

#[test]
fn only_what_is_named_by_its_content_is_kept_for_ever() {
    let (_home, server) = serving();
    let forever = Some("public, max-age=31536000, immutable");
    assert_eq!(server.get(SHARD).header("cache-control"), forever);
    for path in ["/manifest.json", "/", "/engine.js"] {
        assert_eq!(server.get(path).header("cache-control"), Some("no-cache"));
    }
    let missing = server.get("/models/next-linear-0a1b2c3d4e5f/rows-00001.bin");
    assert_eq!(missing.status(), 404);
    assert_eq!(missing.header("cache-control"), None);
    assert_eq!(missing.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn names_that_only_resemble_a_hash_may_change() {
    assert_eq!(lifetime("/rows-0a1b2c3d"), "no-cache");
    assert_eq!(lifetime("/item-knn/rows.bin"), "no-cache");
    assert_eq!(lifetime("/-0a1b2c3d/rows.bin"), "no-cache");
    assert_eq!(lifetime("/summer-2024/rows.bin"), "no-cache");
    assert!(lifetime("/a/ids-0A1B2C3D/deeper/x.bin").ends_with("immutable"));
}

#[test]
fn an_unchanged_file_is_not_sent_again() {
    let (_home, server) = serving();
    let first = server.ask("GET", "/manifest.json", &[]);
    let since = format!(
        "If-Modified-Since: {}",
        first.header("last-modified").unwrap()
    );
    let again = server.ask("GET", "/manifest.json", &[&since]);
    assert_eq!(again.status(), 304, "{since}: {}", again.head);
    assert!(again.body.is_empty());
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let (_home, server) = serving();
    for path in [
        "/../secret.txt",
        "/models/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/index.html%00",
    ] {
        let answer = server.get(path);
        assert!(
            matches!(answer.status(), 400 | 404),
            "{path}: {}",
            answer.head
        );
        assert!(!answer.body.windows(6).any(|w| w == b"secret"), "{path}");
    }
}

#[test]
fn only_reading_is_allowed() {
    let (_home, server) = serving();
    let head = server.ask("HEAD", "/manifest.json", &[]);
    assert_eq!(head.status(), 200);
    assert!(head.body.is_empty());
    assert_eq!(server.ask("POST", "/manifest.json", &[]).status(), 405);
    let asked = [
        "Origin: https://shop.example",
        "Access-Control-Request-Method: GET",
    ];
    let preflight = server.ask("OPTIONS", "/manifest.json", &asked);
    assert_eq!(preflight.status(), 200);
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        Some("GET,HEAD")
    );
}

async fn error(directory: &Path, address: SocketAddr) -> String {
    format!("{:#}", Server::bind(directory, address).await.unwrap_err())
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_remedy() {
    let home = site();
    let first = Server::bind(home.path(), any_port()).await.unwrap();
    let message = error(home.path(), first.address()).await;
    let port = first.address().port();
    assert!(message.contains(&format!("port {port} ")), "{message}");
    assert!(message.contains("--port 0"), "{message}");
}

#[tokio::test]
async fn a_folder_must_be_there_and_be_a_folder() {
    let home = site();
    let missing = error(&home.path().join("nowhere"), any_port()).await;
    assert!(missing.contains("nowhere"), "{missing}");
    let file = error(&home.path().join("secret.txt"), any_port()).await;
    assert!(file.contains("it is a file"), "{file}");
}
