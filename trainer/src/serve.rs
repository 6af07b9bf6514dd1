//! Static files over HTTP, for looking at a bundle or a page before it is
//! published: what a plain static host would answer, and nothing more.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, ensure};
use axum::Router;
use axum::extract::Request;
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tower_http::compression::{CompressionLayer, Predicate};
use tower_http::cors::{Any, CorsLayer};
use tower_http::services::ServeDir;

/// Content types that gzip makes smaller. Bundle shards and pictures are dense already.
const COMPRESSIBLE: [&str; 6] = [
    "text/",
    "application/javascript",
    "application/json",
    "application/wasm",
    "application/xml",
    "image/svg+xml",
];
/// Below this many bytes gzip gains nothing.
const SMALLEST_COMPRESSED: u64 = 256;
/// How many hexadecimal digits at the end of a folder's name make it one named by its content.
const SHORTEST_HASH: usize = 8;

/// A server that listens but does not answer yet.
#[derive(Debug)]
pub struct Server {
    directory: PathBuf,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens at `address` (port 0 takes a free one) for the files of `directory`.
    pub async fn bind(directory: &Path, address: SocketAddr) -> anyhow::Result<Self> {
        let found = directory.metadata();
        let metadata = found.with_context(|| {
            let shown = directory.display();
            format!("cannot serve {shown}; check the folder's name, or make it with `doorstep train … --out {shown}`")
        })?;
        ensure!(
            metadata.is_dir(),
            "cannot serve {}: it is a file; give the folder that holds it",
            directory.display()
        );
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| refused(address, error))?;
        let address = listener.local_addr().context("no address to listen at")?;
        Ok(Self {
            directory: directory.to_owned(),
            listener,
            address,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stop` is done; connections then end at once.
    pub async fn run(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let service = axum::serve(self.listener, router(&self.directory)).into_future();
        tokio::select! {
            ended = service => ended.context("the server stopped"),
            () = stop => Ok(()),
        }
    }
}

fn refused(address: SocketAddr, error: io::Error) -> anyhow::Error {
    let port = address.port();
    match error.kind() {
        io::ErrorKind::AddrInUse => anyhow!(
            "port {port} of {} is in use; choose another with --port, or --port 0 for any free one",
            address.ip()
        ),
        io::ErrorKind::PermissionDenied => anyhow!(
            "no permission to listen on port {port}; choose one above 1023 with --port, or --port 0 for any free one"
        ),
        io::ErrorKind::AddrNotAvailable => anyhow!(
            "{} is no address of this machine; --host 127.0.0.1 serves to this machine alone, --host 0.0.0.0 to its network",
            address.ip()
        ),
        _ => anyhow::Error::new(error).context(format!("cannot listen at {address}")),
    }
}

fn router(directory: &Path) -> Router {
    // Bundles are public files, meant to be read by pages of other origins.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers(Any)
        .expose_headers([ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_RANGE]);
    Router::new()
        .fallback_service(ServeDir::new(directory))
        .layer(CompressionLayer::new().compress_when(Compressible))
        .layer(middleware::from_fn(policy))
        .layer(cors)
}

/// How long browsers may keep the answer, and a word where there is no file.
async fn policy(request: Request, next: Next) -> Response {
    let lifetime = lifetime(request.uri().path());
    let mut response = next.run(request).await;
    let status = response.status();
    if status == StatusCode::NOT_FOUND {
        return (status, "404: no such file\n").into_response();
    }
    let headers = response.headers_mut();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(lifetime));
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// Files in a folder named by its content never change; every other file is
/// asked for again, and answered 304 while it is the same.
fn lifetime(path: &str) -> &'static str {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    if folders.split('/').any(is_named_by_content) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn is_named_by_content(folder: &str) -> bool {
    folder.rsplit_once('-').is_some_and(|(name, hash)| {
        !name.is_empty()
            && hash.len() >= SHORTEST_HASH
            && hash.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// Compresses what gains by it, but never a part of a file.
#[derive(Clone, Copy)]
struct Compressible;

impl Predicate for Compressible {
    fn should_compress<B>(&self, response: &axum::http::Response<B>) -> bool
    where
        B: axum::body::HttpBody,
    {
        let headers = response.headers();
        let text = |name| {
            headers
                .get(name)
                .and_then(|v: &HeaderValue| v.to_str().ok())
        };
        let length = text(header::CONTENT_LENGTH).and_then(|bytes| bytes.parse::<u64>().ok());
        let large = length.is_none_or(|bytes| bytes >= SMALLEST_COMPRESSED);
        let kind = text(header::CONTENT_TYPE);
        large
            && !headers.contains_key(CONTENT_RANGE)
            && kind.is_some_and(|kind| COMPRESSIBLE.iter().any(|prefix| kind.starts_with(prefix)))
    }
}

#[cfg(test)]
#[path = "serve_test.rs"]
mod tests;
