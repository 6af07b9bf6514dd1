//! `doorstep serve` as a process of its own.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use doorstep_tests::server::Server;

use crate::terminal::{SHOP, Terminal, assert_says};

#[test]
fn a_bundle_is_served_byte_for_byte() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    terminal.run(&format!("train popularity {SHOP} --out bundle"))?;
    let server = Server::start(&terminal.path("bundle"))?;
    let url = server.url("");
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let get = |path: &str| -> Result<(String, Vec<u8>)> {
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n");
        let body = answer.split_off(end.context("no end of the head")? + 4);
        Ok((String::from_utf8(answer)?, body))
    };
    for (name, bytes) in terminal.contents("bundle")? {
        let (head, body) = get(&format!("/{name}"))?;
        assert!(head.starts_with("HTTP/1.1 200"), "{name}: {head}");
        assert!(body == bytes, "{name} differs");
    }
    let (head, body) = get("/../interactions.csv")?;
    assert!(head.starts_with("HTTP/1.1 4"), "{head}");
    let secret = fs::read(terminal.path("interactions.csv"))?;
    assert_ne!(body, secret);
    Ok(())
}

#[test]
fn a_port_in_use_is_said_with_the_remedy() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = taken.local_addr()?.port();
    let mut child = terminal
        .command(&format!("serve . --port {port}"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    // A server that starts all the same would never end.
    let deadline = Instant::now() + Duration::from_secs(30);
    while child.try_wait()?.is_none() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = child.try_wait()?;
    if ended.is_none() {
        child.kill()?;
    }
    let output = child.wait_with_output()?;
    assert_eq!(ended.and_then(|status| status.code()), Some(1));
    assert_says(
        &String::from_utf8(output.stderr)?,
        &[&format!("port {port}"), "in use", "--port 0"],
    );
    Ok(())
}

#[test]
fn what_cannot_be_served_is_refused() -> Result<()> {
    let terminal = Terminal::in_shop()?;
    assert_says(
        &terminal.refused("serve absent --port 0")?,
        &["cannot serve absent"],
    );
    assert_says(
        &terminal.refused("serve items.jsonl --port 0")?,
        &["items.jsonl", "is a file"],
    );
    Ok(())
}
