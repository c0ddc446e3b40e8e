//! The transport of programs: `ureq` on a few threads, so that requests that are made together go out together.

use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use flate2::read::MultiGzDecoder;
use futures_channel::oneshot;
use futures_timer::Delay;
use futures_util::future::{Either, select};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, http};

use self::pool::Pool;
use super::{Method, Origin, Request, Response, Transport, TransportError};

mod pool;

/// Threads, and with them requests under way.
const THREADS: usize = 8;
/// For a connection alone.
const CONNECT: Duration = Duration::from_secs(10);
/// What to do about a certificate of an organisation's own authority.
const UNKNOWN_AUTHORITY: &str = "the authority that signed its certificate is not known to this machine; add it to the \
                                 system's, or name its file in SSL_CERT_FILE";
/// How much of a body is read before a look at whether anybody waits for it.
const PIECE: usize = 16 << 10;

/// Connections of this machine, kept open between requests. Certificates are verified as the operating system does it, so
/// that an organisation's own count; proxies come from the environment (`HTTPS_PROXY`, `NO_PROXY`, …),
/// but never for this machine itself.
#[derive(Clone)]
pub struct Native(Arc<Inner>);

struct Inner {
    /// Made by the first request, on its thread: to read the system's certificates takes a while.
    agent: OnceLock<Agent>,
    pool: Pool,
    start: Instant,
}

impl Native {
    /// A transport without connections yet.
    pub fn new() -> Self {
        Self(Arc::new(Inner { agent: OnceLock::new(), pool: Pool::new(THREADS), start: Instant::now() }))
    }
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(CONNECT))
        .max_idle_connections(2 * THREADS)
        .max_idle_connections_per_host(THREADS)
        .user_agent(concat!("repin/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("gzip")
        .tls_config(TlsConfig::builder().root_certs(roots()).build())
        .build()
        .into()
}

impl Default for Native {
    fn default() -> Self {
        Self::new()
    }
}

/// The system's certificates; a list of well-known ones where it has none, as in a small container.
fn roots() -> RootCerts {
    let has_own =
        cfg!(any(windows, target_vendor = "apple")) || !rustls_native_certs::load_native_certs().certs.is_empty();
    if has_own { RootCerts::PlatformVerifier } else { RootCerts::WebPki }
}

impl Transport for Native {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let (sender, answer) = oneshot::channel();
        let inner = Arc::clone(&self.0);
        let end = Instant::now() + request.timeout;
        let delay = Delay::new(request.timeout);
        self.0.pool.run(Box::new(move || {
            if sender.is_canceled() {
                return;
            }
            let outcome = exchange(inner.agent.get_or_init(agent), &request, end, || sender.is_canceled());
            // Whoever asked may have gone.
            let _ = sender.send(outcome);
        }));
        // The thread keeps to the time as well, but it may still wait for its turn.
        match select(answer, delay).await {
            Either::Left((Ok(outcome), _)) => outcome,
            Either::Left((Err(oneshot::Canceled), _)) => {
                Err(TransportError::Other { reason: "no thread could be started for a request".to_owned() })
            }
            Either::Right(((), _)) => Err(TransportError::TimedOut),
        }
    }

    async fn sleep(&self, duration: Duration) {
        Delay::new(duration).await;
    }

    fn now(&self) -> Duration {
        self.0.start.elapsed()
    }

    fn unix_seconds(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }

    #[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
    fn chance(&self) -> f64 {
        // The keys of each hash map are random, and that is enough to spread waits.
        let random = RandomState::new().hash_one(()) >> 32;
        random as f64 / f64::from(u32::MAX)
    }
}

/// One request and its whole answer, on this thread.
fn exchange(
    agent: &Agent,
    request: &Request,
    end: Instant,
    gone: impl Fn() -> bool,
) -> Result<Response, TransportError> {
    let Some(origin) = Origin::of(&request.url) else {
        return Err(TransportError::Other { reason: format!("{} is no address of a web server", request.url) });
    };
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(TransportError::TimedOut);
    }
    let mut builder = http::Request::builder().method(request.method.as_str()).uri(&request.url);
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    let body = request.body.as_deref().unwrap_or_default();
    let answer = builder.body(body).map_err(ureq::Error::Http).and_then(|ready| {
        if request.method.has_body() {
            run(agent, ready, left, &origin)
        } else {
            run(agent, ready.map(|_| ()), left, &origin)
        }
    });
    let answer = answer.map_err(|error| explain(&error, &origin))?;

    let (parts, body) = answer.into_parts();
    let headers: super::Headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut raw = Counted { inner: body.into_reader(), bytes: 0 };
    let read = if request.method == Method::Head {
        Ok(Vec::new())
    } else {
        match headers.get("content-encoding").map(str::trim) {
            None | Some("" | "identity") => read(&mut raw, request.max_bytes, gone),
            Some(encoding) if encoding.eq_ignore_ascii_case("gzip") => {
                read(&mut MultiGzDecoder::new(&mut raw), request.max_bytes, gone)
            }
            Some(encoding) => {
                let reason = format!("{} packs its answer as `{encoding}`, which nobody asked for", origin.host());
                return Err(TransportError::Other { reason });
            }
        }
    };
    match read {
        Ok(body) => Ok(Response { status: parts.status.as_u16(), headers, body, received: raw.bytes }),
        Err(Unread::TooLarge) => Err(TransportError::TooLarge { limit: request.max_bytes }),
        Err(Unread::Gone) => Err(TransportError::CutOff { received: raw.bytes }),
        Err(Unread::Failed(error)) => match ureq::Error::from(error) {
            ureq::Error::Timeout(_) => Err(TransportError::TimedOut),
            // Broken chunks or a broken archive are what is left of a body that something on the way has cut.
            _ => Err(TransportError::CutOff { received: raw.bytes }),
        },
    }
}

fn run(
    agent: &Agent,
    request: http::Request<impl ureq::AsSendBody>,
    timeout: Duration,
    origin: &Origin,
) -> Result<http::Response<ureq::Body>, ureq::Error> {
    let mut config = agent.configure_request(request).timeout_global(Some(timeout));
    // A proxy does not reach this machine, and what is for it alone goes no further.
    if origin.is_loopback() {
        config = config.proxy(None);
    }
    agent.run(config.build())
}

/// What went wrong before the head of an answer was there.
fn explain(error: &ureq::Error, origin: &Origin) -> TransportError {
    let unreachable = |reason: String| {
        let reason = if reason.contains("UnknownIssuer") { UNKNOWN_AUTHORITY.to_owned() } else { reason };
        TransportError::Unreachable { host: origin.host().to_owned(), reason }
    };
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            unreachable("it does not answer".to_owned())
        }
        ureq::Error::Timeout(_) => TransportError::TimedOut,
        ureq::Error::HostNotFound => unreachable("there is no host of that name".to_owned()),
        ureq::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => TransportError::CutOff { received: 0 },
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => TransportError::TimedOut,
            _ => unreachable(error.to_string()),
        },
        ureq::Error::ConnectionFailed
        | ureq::Error::ConnectProxyFailed(_)
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::Rustls(_)
        | ureq::Error::Tls(_) => unreachable(error.to_string()),
        ureq::Error::Protocol(error) => {
            TransportError::Other { reason: format!("{} does not answer as a web server does: {error}", origin.host()) }
        }
        // The library's own words name a header, not its value.
        error => TransportError::Other { reason: format!("{}: {error}", origin.host()) },
    }
}

/// Why a body could not be read.
enum Unread {
    TooLarge,
    /// Nobody waits for it.
    Gone,
    Failed(io::Error),
}

fn read(from: &mut impl Read, limit: usize, gone: impl Fn() -> bool) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    let mut piece = [0; PIECE];
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok(body),
            Ok(length) if length > limit - body.len() => return Err(Unread::TooLarge),
            Ok(length) => body.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Unread::Failed(error)),
        }
        if gone() {
            return Err(Unread::Gone);
        }
    }
}

/// Counts what comes over the network.
struct Counted<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.bytes += u64::try_from(length).unwrap_or(u64::MAX);
        Ok(length)
    }
}

#[cfg(test)]
mod tests;
