//! Counts what goes to a server and comes from it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::error::{Error, Result};

/// How a request's first line ends. Nothing that is measured here has it in a body.
const LINE: &[u8] = b" HTTP/1.1\r\n";

#[derive(Default)]
struct Counts {
    requests: AtomicU64,
    bytes: AtomicU64,
}

/// Passes connections on, and counts.
pub(super) struct Proxy {
    /// `127.0.0.1:PORT`
    pub(super) address: String,
    counts: Arc<Counts>,
}

impl Proxy {
    /// In front of the server at `target`, `host:port`, as long as the program runs.
    pub(super) fn start(target: &str) -> Result<Self> {
        let failed = |error: std::io::Error| Error::new(format!("no port to listen on: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?.to_string();
        let counts: Arc<Counts> = Arc::default();
        let (target, shared) = (target.to_owned(), Arc::clone(&counts));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&target) else { continue };
                let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else { continue };
                let (there, back) = (Arc::clone(&shared), Arc::clone(&shared));
                thread::spawn(move || pass(from, to, &there, true));
                thread::spawn(move || pass(server, client, &back, false));
            }
        });
        Ok(Self { address, counts })
    }

    /// Requests, and bytes both ways, since the last time.
    pub(super) fn take(&self) -> (u64, u64) {
        (self.counts.requests.swap(0, Ordering::Relaxed), self.counts.bytes.swap(0, Ordering::Relaxed))
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, counts: &Counts, are_requests: bool) {
    let mut buffer = vec![0; 1 << 16];
    // A line may come in two pieces.
    let mut seen: Vec<u8> = Vec::new();
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let piece = &buffer[..length];
        counts.bytes.fetch_add(length as u64, Ordering::Relaxed);
        if are_requests {
            seen.extend_from_slice(piece);
            let lines = seen.windows(LINE.len()).filter(|window| *window == LINE).count();
            counts.requests.fetch_add(lines as u64, Ordering::Relaxed);
            seen.drain(..seen.len().saturating_sub(LINE.len() - 1));
        }
        if to.write_all(piece).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
